package ratelimit_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/structured"
	"github.com/mortise-go/mortise/ratelimit"
)

func TestFieldsHaveTheTextsOfTheDraft(t *testing.T) {
	t.Parallel()
	daily := ratelimit.Policy{Name: "daily", Quota: 1000, Window: 24 * time.Hour}
	burst := ratelimit.Policy{Name: "burst", Quota: 100, Window: time.Minute}
	for _, tt := range []struct {
		name     string
		policies []ratelimit.Policy
		used     int
		policy   string
		current  string
	}{
		{"the first request", []ratelimit.Policy{login()}, 1, `"login";q=5;w=60`, `"login";r=4;t=12`},
		{"the last request", []ratelimit.Policy{login()}, 5, `"login";q=5;w=60`, `"login";r=0;t=12`},
		{"over quota", []ratelimit.Policy{login()}, 6, `"login";q=5;w=60`, `"login";r=0;t=12`},
		{"two policies", []ratelimit.Policy{burst, daily}, 50, `"burst";q=100;w=60, "daily";q=1000;w=86400`, `"burst";r=50;t=1, "daily";r=950;t=87`},
		{"a name with quotes", []ratelimit.Policy{{Name: `a "b" \c`, Quota: 1, Window: time.Second}}, 1, `"a \"b\" \\c";q=1;w=1`, `"a \"b\" \\c";r=0;t=1`},
		{"a unit", []ratelimit.Policy{{Name: "traffic", Quota: 1000, Window: time.Second, Unit: "content-bytes"}}, 1, `"traffic";q=1000;w=1;qu="content-bytes"`, `"traffic";r=999;t=1`},
		{"requests are the unit that goes without saying", []ratelimit.Policy{{Name: "a", Quota: 2, Window: time.Second, Unit: "requests"}}, 1, `"a";q=2;w=1`, `"a";r=1;t=1`},
		{"no name", []ratelimit.Policy{{Quota: 2, Window: 90 * time.Second}}, 1, `"2-per-90s";q=2;w=90`, `"2-per-90s";r=1;t=45`},
		{"a burst beyond the quota", []ratelimit.Policy{{Name: "a", Quota: 1, Burst: 10, Window: time.Hour}}, 1, `"a";q=1;w=3600`, `"a";r=9;t=3600`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, _ := clocked(t, tt.policies...)
			passes(t, l, ratelimit.Key{}, tt.used-1)
			d := take(t, l, ratelimit.Key{})
			h := http.Header{}
			d.SetHeader(h)
			if got := h.Values("RateLimit-Policy"); !slices.Equal(got, []string{tt.policy}) {
				t.Errorf("RateLimit-Policy: %s, want %s", got, tt.policy)
			}
			if got := h.Values("RateLimit"); !slices.Equal(got, []string{tt.current}) {
				t.Errorf("RateLimit: %s, want %s", got, tt.current)
			}
			if len(h) != 2 {
				t.Errorf("header %v, want two fields", h)
			}
		})
	}
}

func TestWhenAllIsThereNothingComesBack(t *testing.T) {
	t.Parallel()
	l, _ := clocked(t, login())
	d := take(t, l, ratelimit.Key{}, 0)
	h := http.Header{}
	d.SetHeader(h)
	if got := h.Get("RateLimit"); got != `"login";r=5;t=0` {
		t.Errorf("RateLimit: %s", got)
	}
}

func TestLimitersAddToTheFieldsOfOthers(t *testing.T) {
	t.Parallel()
	a, _ := clocked(t, login())
	b, _ := clocked(t, ratelimit.Policy{Name: "daily", Quota: 1000, Window: 24 * time.Hour})
	h := http.Header{"Ratelimit-Policy": {`"x";q=1`, `"y";q=2`}, "Ratelimit": {`"x";r=1`, `"y";r=2`}}
	for _, l := range []*ratelimit.Limiter{a, b} {
		d := take(t, l, ratelimit.Key{})
		d.SetHeader(h)
	}
	for name, want := range map[string]string{
		"RateLimit-Policy": `"x";q=1, "y";q=2, "login";q=5;w=60, "daily";q=1000;w=86400`,
		"RateLimit":        `"x";r=1, "y";r=2, "login";r=4;t=12, "daily";r=999;t=87`,
	} {
		if got := h.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// What a handler does to its header must not change the limiter's.
func TestFieldsOfOneAnswerAreNotThoseOfAnother(t *testing.T) {
	t.Parallel()
	l, _ := clocked(t, login())
	for range 2 {
		d := take(t, l, ratelimit.Key{})
		h := http.Header{}
		d.SetHeader(h)
		h.Add("RateLimit-Policy", `"mine";q=1`)
		if got := h.Values("RateLimit-Policy"); len(got) != 2 || got[0] != `"login";q=5;w=60` {
			t.Errorf("RateLimit-Policy: %q", got)
		}
	}
}

func TestLegacyFieldsAreAddedOnRequest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		legacy ratelimit.Legacy
		used   int
		want   map[string]string
	}{
		{"of the drafts", ratelimit.LegacyRateLimit, 1, map[string]string{"RateLimit-Limit": "5", "RateLimit-Remaining": "4", "RateLimit-Reset": "12"}},
		{"with an X", ratelimit.LegacyXRateLimit, 2, map[string]string{"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "12"}},
		{"over quota", ratelimit.LegacyXRateLimit, 6, map[string]string{"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "12"}},
		{"the one with least left counts", ratelimit.LegacyXRateLimit, 5, map[string]string{"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "12"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			l := limiter(t, ratelimit.Config{
				Policies: []ratelimit.Policy{{Name: "daily", Quota: 1000, Window: 24 * time.Hour}, login()},
				Store:    ratelimit.NewMemoryAt(0, c.now),
				Legacy:   tt.legacy,
			})
			passes(t, l, ratelimit.Key{}, tt.used-1)
			d := take(t, l, ratelimit.Key{})
			h := http.Header{}
			d.SetHeader(h)
			for name, want := range tt.want {
				if got := h.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if len(h) != 2+len(tt.want) {
				t.Errorf("header %v", h)
			}
		})
	}
}

func TestFieldsMayBeOmitted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		legacy ratelimit.Legacy
		want   []string
	}{
		{"all of them", ratelimit.NoLegacy, nil},
		{"but those for older clients", ratelimit.LegacyRateLimit, []string{"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Window: time.Hour}}, OmitFields: true, Legacy: tt.legacy})
			h := l.Middleware(nil)(http.HandlerFunc(ok))
			for _, status := range []int{204, 429} {
				w := serve(h, request(t, "GET", "/"))
				for _, name := range []string{"Content-Type", "Retry-After"} { // of refusals
					if (w.Header().Get(name) != "") != (w.Code == 429) {
						t.Errorf("%d: %s: %q", w.Code, name, w.Header().Get(name))
					}
				}
				var got []string
				for name := range w.Header() {
					if strings.Contains(name, "Ratelimit") {
						got = append(got, name)
					}
				}
				if slices.Sort(got); w.Code != status || !slices.Equal(got, tt.want) {
					t.Errorf("%d with the fields %q, want %d with %q", w.Code, got, status, tt.want)
				}
			}
		})
	}
}

// A policy that is violated counts before one that has less left.
func TestLegacyFieldsTellOfTheViolation(t *testing.T) {
	t.Parallel()
	l := limiter(t, ratelimit.Config{
		Policies: []ratelimit.Policy{{Name: "a", Quota: 1, Window: time.Hour}, {Name: "b", Quota: 5, Window: time.Hour}},
		Legacy:   ratelimit.LegacyXRateLimit,
	})
	take(t, l, ratelimit.Key{}, 0, 3)
	d := take(t, l, ratelimit.Key{}, 1, 4)
	h := http.Header{}
	d.SetHeader(h)
	if got := h.Get("X-RateLimit-Limit") + " " + h.Get("X-RateLimit-Remaining"); d.Allowed || got != "5 2" {
		t.Errorf("allowed %v, fields %s, want 5 2", d.Allowed, got)
	}
}

func TestLegacyFieldsTellOfTheNearestLimiter(t *testing.T) {
	t.Parallel()
	legacy := func(quota int) *ratelimit.Limiter {
		return limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{{Quota: quota, Window: time.Hour}}, Legacy: ratelimit.LegacyXRateLimit})
	}
	for _, quotas := range [][]int{{10, 100}, {100, 10}} {
		h := http.Header{}
		for _, q := range quotas {
			d := take(t, legacy(q), ratelimit.Key{})
			d.SetHeader(h)
		}
		if got := h.Get("X-RateLimit-Limit") + " " + h.Get("X-RateLimit-Remaining"); got != "10 9" {
			t.Errorf("of quotas %v: %s, want 10 9", quotas, got)
		}
	}
}

// Whatever name a policy has, the fields can be read, and say the same.
func FuzzFields(f *testing.F) {
	f.Add("login", "", 5, 60)
	f.Add(`a "b" \c`, "content-bytes", 1, 1)
	f.Add("", "x", 999, 86400)
	f.Fuzz(func(t *testing.T, name, unit string, quota, window int) {
		l, err := ratelimit.New(ratelimit.Config{Policies: []ratelimit.Policy{{Name: name, Unit: unit, Quota: quota, Window: time.Duration(window) * time.Second}}})
		if err != nil {
			return
		}
		d := take(t, l, ratelimit.Key{})
		h := http.Header{}
		d.SetHeader(h)
		policies, err := structured.ParseList(h.Values("RateLimit-Policy")...)
		if err != nil || len(policies) != 1 || name != "" && policies[0].Value != name || policies[0].Params[0].Value != int64(quota) {
			t.Errorf("RateLimit-Policy: %q is read as %v, %v", h.Values("RateLimit-Policy"), policies, err)
		}
		current, err := structured.ParseList(h.Values("RateLimit")...)
		if err != nil || len(current) != 1 || current[0].Value != policies[0].Value || current[0].Params[0].Value != int64(quota-1) {
			t.Errorf("RateLimit: %q is read as %v, %v", h.Values("RateLimit"), current, err)
		}
		if strings.ContainsAny(h.Get("RateLimit-Policy"), "\r\n") {
			t.Errorf("a line ends in %q", h.Get("RateLimit-Policy"))
		}
	})
}

// What is remembered of RateLimit is written for these numbers and no others.
func TestRememberedFieldsAreThoseOfTheSubject(t *testing.T) {
	t.Parallel()
	l, now := clocked(t, ratelimit.Policy{Name: "p", Quota: 3000, Window: time.Hour, Burst: 3000})
	for i := range 6000 {
		if i%7 == 0 {
			now.advance(400 * time.Millisecond)
		}
		d := take(t, l, ratelimit.KeyOf(strconv.Itoa(i%3)))
		h := http.Header{}
		d.SetHeader(h)
		for _, s := range d.All() {
			want := fmt.Sprintf(`"p";r=%d;t=%d`, s.Remaining, int64(math.Ceil(s.Next.Seconds())))
			if got := h.Get("RateLimit"); got != want {
				t.Fatalf("request %d: RateLimit is %s, want %s", i, got, want)
			}
		}
		h.Add("RateLimit", "of somebody else") // does not reach the next answer
	}
}

func TestLimitersOfOneMemoryCountAnAddressTogether(t *testing.T) {
	t.Parallel()
	memory := ratelimit.NewMemory(0)
	policy := []ratelimit.Policy{{Name: "p", Quota: 2, Window: time.Hour}}
	first := limiter(t, ratelimit.Config{Policies: policy, Store: memory}).Middleware(nil)(http.HandlerFunc(ok))
	second := limiter(t, ratelimit.Config{Policies: policy, Store: memory}).Middleware(nil)(http.HandlerFunc(ok))
	for i, tt := range []struct {
		h      http.Handler
		addr   string
		status int
	}{
		{first, "192.0.2.1:1", 204}, {second, "[::ffff:192.0.2.1]:2", 204}, {first, "192.0.2.1:3", 429}, {second, "192.0.2.1:4", 429},
		{second, "192.0.2.2:1", 204}, {second, "[2001:db8::1]:1", 204}, {first, "[2001:db8::2]:1", 204}, {first, "[2001:db8::3]:1", 429},
		{first, "[2001:db8:0:1::1]:1", 204},
	} {
		if w := serve(tt.h, from(request(t, "GET", "/"), tt.addr)); w.Code != tt.status {
			t.Errorf("request %d, of %s: %d, want %d", i, tt.addr, w.Code, tt.status)
		}
	}
}
