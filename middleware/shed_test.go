package middleware_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/mortise-go/mortise/middleware"
)

func TestShed(t *testing.T) {
	t.Parallel()
	const most = 3
	entered, leave, left := make(chan bool), make(chan bool), make(chan int)
	h := middleware.Shed(most, 1500*time.Millisecond)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		entered <- true
		<-leave
	}))
	enter := func() {
		go func() { left <- serve(h, get()).StatusCode }()
		select {
		case <-entered:
		case status := <-left:
			t.Fatalf("there is room, and the answer is %d", status)
		}
	}
	for range most {
		enter()
	}
	for range 2 {
		res := serve(h, get())
		if got := res.Header.Get("Retry-After"); got != "2" {
			t.Errorf("Retry-After is %q, want 2", got)
		}
		if res.StatusCode != http.StatusServiceUnavailable {
			t.Fatalf("the status is %d", res.StatusCode)
		}
		if p := problemOf(t, res); p["code"] != "overloaded" || p["type"] != "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity" {
			t.Errorf("the problem is %v", p)
		}
	}
	leave <- true
	<-left
	enter()
	for range most {
		leave <- true
		<-left
	}
	panics(t, "Shed(0)", func() { middleware.Shed(0, 0) })
}

func TestAPanicLeavesRoomForOthers(t *testing.T) {
	t.Parallel()
	h := middleware.Chain(middleware.Recover((&journal{}).logger()), middleware.Shed(1, 0))(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") }))
	for range 3 {
		if res := serve(h, get()); res.StatusCode != http.StatusInternalServerError {
			t.Errorf("the status is %d", res.StatusCode)
		}
	}
}

func TestShedAllocatesNothing(t *testing.T) {
	if n := allocations(t, middleware.Shed(1, 0)(silent), get()); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
