package ratelimit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/security"
)

func Example() {
	api := mortise.New("Blog", "1.0.0")
	login := func(context.Context, mortise.None) (string, error) { return "welcome", nil }
	mortise.Post(api, "/login", login, ratelimit.PerIP(2, time.Minute), mortise.Public())

	for range 3 {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest("POST", "/login", nil))
		fmt.Println(w.Code, w.Header().Get("RateLimit"))
	}
	// Output:
	// 200 "ip-2-per-1m";r=1;t=30
	// 200 "ip-2-per-1m";r=0;t=30
	// 429 "ip-2-per-1m";r=0;t=30
}

type Member struct{ ID string }

func member(_ context.Context, token security.BearerToken) (*Member, error) {
	return &Member{ID: string(token)}, nil // a real one verifies the token
}

func ExamplePer() {
	api := mortise.New("Blog", "1.0.0")
	api.Provide(mortise.Depends(member))
	perMember := ratelimit.Per(ratelimit.Policy{Name: "posts", Quota: 100, Window: time.Hour, Burst: 1},
		func(m *Member) string { return m.ID })
	post := func(context.Context, mortise.None) (string, error) { return "posted", nil }
	mortise.Post(api, "/posts", post, perMember)

	for _, token := range []string{"anna", "anna", "bert"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/posts", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		api.ServeHTTP(w, r)
		fmt.Println(token, w.Code)
	}
	// Output:
	// anna 200
	// anna 429
	// bert 200
}

func ExampleLimiter_Take() {
	mails, err := ratelimit.New(ratelimit.Config{Policies: []ratelimit.Policy{
		{Name: "burst", Quota: 2, Window: time.Minute},
		{Name: "daily", Quota: 20, Window: 24 * time.Hour},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		d, err := mails.Take(context.Background(), ratelimit.KeyOf("mail", "anna@example.com"))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(d.Allowed)
		for name, s := range d.All() {
			fmt.Println(" ", name, s.Remaining)
		}
	}
	// Output:
	// true
	//   burst 1
	//   daily 19
	// true
	//   burst 0
	//   daily 18
	// false
	//   burst 0
	//   daily 18
}

func ExampleLimiter_Middleware() {
	l := ratelimit.MustNew(ratelimit.Config{
		Policies: []ratelimit.Policy{{Name: "tenant", Quota: 1, Window: time.Hour}},
		Legacy:   ratelimit.LegacyXRateLimit,
	})
	byTenant := l.Middleware(func(r *http.Request) ratelimit.Key { return ratelimit.KeyOf(r.Host) })
	handler := byTenant(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))

	for _, host := range []string{"a.example", "a.example", "b.example"} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", "http://"+host+"/", nil))
		fmt.Println(host, w.Code, w.Header().Get("X-RateLimit-Remaining"))
	}
	// Output:
	// a.example 200 0
	// a.example 429 0
	// b.example 200 0
}

// A limit that is wrong is told with everything that is wrong with it.
func ExampleNew_incorrect() {
	_, err := ratelimit.New(ratelimit.Config{Policies: []ratelimit.Policy{
		{Name: "search", Quota: 0, Window: 500 * time.Millisecond},
	}})
	fmt.Println(err)
	// Output:
	// ratelimit: policy "search": a quota of 0 lets nobody pass; give 1 or more
	// ratelimit: policy "search": the window 500ms is no number of whole seconds; for 10 in 500ms give 20 in 1s with a burst of 10
}
