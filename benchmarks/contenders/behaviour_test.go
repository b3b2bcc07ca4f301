package contenders_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/benchmarks/contenders"
	"github.com/mortise-go/mortise/benchmarks/workload"
)

// each runs a test for every contender, each with a handler of its own.
func each(t *testing.T, test func(t *testing.T, h http.Handler)) {
	t.Helper()
	for _, c := range contenders.All() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			test(t, c.New())
		})
	}
}

// send serves a request and returns the answer.
func send(h http.Handler, r workload.Request) *httptest.ResponseRecorder {
	request := httptest.NewRequest(r.Method, r.Target, bytes.NewReader(r.Body))
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, request)
	return w
}

func TestEveryContenderAnswersEveryWorkload(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h http.Handler) {
		for _, r := range workload.Requests() {
			for range 3 { // what is pooled must not show
				w := send(h, r)
				checkAnswer(t, r, w.Code, w.Body.Bytes())
				if kind := w.Header().Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
					t.Errorf("%s: Content-Type %q, want JSON", r.Name, kind)
				}
			}
		}
	})
}

// checkAnswer compares an answer with the one wanted, as JSON.
func checkAnswer(t *testing.T, r workload.Request, status int, body []byte) {
	t.Helper()
	var got, want any
	if err := json.Unmarshal(workload.JSON(r.Want), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &got); err != nil || status != http.StatusOK || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: status %d and %s, want 200 and %s", r.Name, status, body, workload.JSON(r.Want))
	}
}

func TestEveryContenderReadsParametersAlike(t *testing.T) {
	t.Parallel()
	tag := map[string]string{"X-Request-Tag": "t"}
	each(t, func(t *testing.T, h http.Handler) {
		for _, tt := range []struct {
			name, target string
			header       map[string]string
			want         any // nil means that the request is refused
		}{
			{"the page has a default", "/items/7", tag, workload.FindItem(7, 1, "", "t")},
			{"the first page", "/items/7?page=1", tag, workload.FindItem(7, 1, "", "t")},
			{"the last page", "/items/7?page=100", tag, workload.FindItem(7, 100, "", "t")},
			{"an escaped query", "/items/7?q=a%20b%26c+d", tag, workload.FindItem(7, 1, "a b&c d", "t")},
			{"no page is the zeroth", "/items/7?page=0", tag, nil},
			{"a page beyond the last", "/items/7?page=101", tag, nil},
			{"a page that is no number", "/items/7?page=x", tag, nil},
			{"an item that is no number", "/items/x", tag, nil},
			{"no tag", "/items/7", nil, nil},
		} {
			r := workload.Request{Name: tt.name, Method: http.MethodGet, Target: tt.target, Header: tt.header, Want: tt.want}
			w := send(h, r)
			if tt.want == nil {
				checkRefused(t, r, w.Code)
				continue
			}
			checkAnswer(t, r, w.Code, w.Body.Bytes())
		}
	})
}

func checkRefused(t *testing.T, r workload.Request, status int) {
	t.Helper()
	if status < 400 || status > 499 {
		t.Errorf("%s: status %d, want a refusal", r.Name, status)
	}
}

func TestEveryContenderRefusesBadOrders(t *testing.T) {
	t.Parallel()
	spoil := func(change func(*workload.Order)) []byte {
		o := workload.SampleOrder()
		change(&o)
		return workload.JSON(o)
	}
	each(t, func(t *testing.T, h http.Handler) {
		for _, tt := range []struct {
			name string
			body []byte
		}{
			{"no body", nil},
			{"no JSON", []byte("{")},
			{"a wrong type", []byte(`{"customer": 1}`)},
			{"no customer", spoil(func(o *workload.Order) { o.Customer = "" })},
			{"a customer of one letter", spoil(func(o *workload.Order) { o.Customer = "O" })},
			{"an e-mail address that is none", spoil(func(o *workload.Order) { o.Email = "ottilie" })},
			{"an unknown currency", spoil(func(o *workload.Order) { o.Currency = "XAU" })},
			{"a long note", spoil(func(o *workload.Order) { o.Note = strings.Repeat("n", 201) })},
			{"no street", spoil(func(o *workload.Order) { o.Address.Street = "" })},
			{"a country of three letters", spoil(func(o *workload.Order) { o.Address.Country = "DEU" })},
			{"no lines", spoil(func(o *workload.Order) { o.Lines = []workload.Line{} })},
			{"a quantity of none", spoil(func(o *workload.Order) { o.Lines[4].Quantity = 0 })},
			{"a price of nothing", spoil(func(o *workload.Order) { o.Lines[0].Price = 0 })},
		} {
			r := workload.Request{Name: tt.name, Method: http.MethodPost, Target: "/items", Body: tt.body,
				Header: map[string]string{"Content-Type": "application/json"}}
			checkRefused(t, r, send(h, r).Code)
		}
	})
}

func TestEveryContenderGuardsAlike(t *testing.T) {
	t.Parallel()
	far, past := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1_700_000_000, 0)
	sign := func(method jwt.SigningMethod, key any, subject string, expires time.Time, scopes ...string) string {
		return "Bearer " + workload.Sign(method, key, subject, expires, scopes...)
	}
	hs256 := jwt.SigningMethodHS256
	each(t, func(t *testing.T, h http.Handler) {
		for _, tt := range []struct {
			name, target, authorization string
			want                        int
		}{
			{"a good token", "/admin/users/7", "Bearer " + workload.Good(), 200},
			{"no token", "/admin/users/7", "", 401},
			{"another scheme", "/admin/users/7", "Basic YWRtaW46YWRtaW4=", 401},
			{"a token that is none", "/admin/users/7", "Bearer x.y.z", 401},
			{"a forged token", "/admin/users/7", sign(hs256, []byte("some other key of the same length."), "admin", far, workload.AdminScope), 401},
			{"an expired token", "/admin/users/7", sign(hs256, workload.Secret(), "admin", past, workload.AdminScope), 401},
			{"an unsigned token", "/admin/users/7", sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "admin", far, workload.AdminScope), 401},
			{"another algorithm", "/admin/users/7", sign(jwt.SigningMethodHS512, workload.Secret(), "admin", far, workload.AdminScope), 401},
			{"a user that does not exist", "/admin/users/7", sign(hs256, workload.Secret(), "nobody", far, workload.AdminScope), 401},
			{"a token without the scope", "/admin/users/7", sign(hs256, workload.Secret(), "admin", far, "profile"), 403},
			{"a user to look at who does not exist", "/admin/users/7000", "Bearer " + workload.Good(), 404},
		} {
			r := workload.Request{Name: tt.name, Method: http.MethodGet, Target: tt.target, Header: map[string]string{"Authorization": tt.authorization}}
			if got := send(h, r).Code; got != tt.want {
				t.Errorf("%s: status %d, want %d", tt.name, got, tt.want)
			}
		}
	})
}

func TestNoContenderMixesRequestsUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h http.Handler) {
		var clients sync.WaitGroup
		for client := range 8 {
			clients.Go(func() {
				for i := range 50 {
					id, tag := client*1000+i+1, fmt.Sprintf("tag-%d-%d", client, i)
					r := workload.Request{Name: tag, Method: http.MethodGet, Target: fmt.Sprintf("/items/%d?q=%s", id, tag),
						Header: map[string]string{"X-Request-Tag": tag}, Want: workload.FindItem(id, 1, tag, tag)}
					w := send(h, r)
					checkAnswer(t, r, w.Code, w.Body.Bytes())
				}
			})
		}
		clients.Wait()
	})
}

func TestWorkloadsHaveTheirSizes(t *testing.T) {
	t.Parallel()
	for _, r := range workload.Requests() {
		limits := map[string][4]int{ // of the body and of the answer
			"W1": {0, 0, 20, 40}, "W2": {0, 0, 100, 150}, "W3": {450, 700, 150, 250}, "W4": {0, 0, 90, 150},
		}[r.Name]
		if answer := len(workload.JSON(r.Want)); limits != [4]int{} &&
			(len(r.Body) < limits[0] || len(r.Body) > limits[1] || answer < limits[2] || answer > limits[3]) {
			t.Errorf("%s: %d bytes of body, %d of answer, want within %v", r.Name, len(r.Body), answer, limits)
		}
	}
}
