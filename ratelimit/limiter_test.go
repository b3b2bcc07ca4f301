package ratelimit_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/ratelimit"
)

func TestMistakesOfAConfigAreAllTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config ratelimit.Config
		want   []string
	}{
		{"no policy", ratelimit.Config{}, []string{"1 to 4 policies, not 0"}},
		{"five policies", ratelimit.Config{Policies: make([]ratelimit.Policy, 5)}, []string{"1 to 4 policies, not 5"}},
		{"everything at once", ratelimit.Config{
			Policies:   []ratelimit.Policy{{Name: "grün", Quota: 0, Window: 1500 * time.Millisecond}, {Name: "b", Quota: 1, Burst: -1, Window: 400 * 24 * time.Hour}},
			Timeout:    -1,
			IPv6Prefix: 31,
			OnFailure:  9,
			Legacy:     9,
		}, []string{
			`policy "grün": the name stands in a header field`,
			`policy "grün": a quota of 0 lets nobody pass`,
			`policy "grün": the window 1.5s is no number of whole seconds`,
			`policy "b": a burst of -1 lets nobody pass`,
			`policy "b": the window 9600h0m0s is longer than 366 days`,
			"a Timeout of -1ns", "an IPv6Prefix of 31 bits", "OnFailure has the unknown value 9", "Legacy has the unknown value 9",
		}},
		{"two policies of one name", ratelimit.Config{Policies: []ratelimit.Policy{login(), login()}}, []string{`policy "login": another policy of the limiter has that name too`}},
		{"a long name", ratelimit.Config{Policies: []ratelimit.Policy{{Name: strings.Repeat("x", 65), Quota: 1, Window: time.Second}}}, []string{"the name has 65 characters; 64 are the most"}},
		{"a unit that ends the line", ratelimit.Config{Policies: []ratelimit.Policy{{Unit: "a\r\nb", Quota: 1, Window: time.Second}}}, []string{"the unit stands in a header field"}},
		{"no window", ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1}}}, []string{"the window 0s is no time; say how long the quota is for, such as time.Minute"}},
		{"faster than the clock", ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 10_000_001, Window: time.Second}}}, []string{"more than 10 million a second"}},
		{"a burst of a lifetime", ratelimit.Config{Policies: []ratelimit.Policy{{Quota: 1, Burst: 3661, Window: 24 * time.Hour}}}, []string{"more than ten years to come back; give at most 3660"}},
		{"a prefix that is longer than an address", ratelimit.Config{Policies: []ratelimit.Policy{login()}, IPv6Prefix: 129}, []string{"an IPv6Prefix of 129 bits"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, err := ratelimit.New(tt.config)
			if l != nil || err == nil {
				t.Fatalf("New = %v, %v, want an error", l, err)
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(tt.want) {
				t.Errorf("%d mistakes are told, want %d:\n%v", len(lines), len(tt.want), err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error\n%v\nlacks %q", err, want)
				}
			}
		})
	}
}

func TestTheLargestPoliciesWork(t *testing.T) {
	t.Parallel()
	for _, p := range []ratelimit.Policy{
		{Quota: 10_000_000, Window: time.Second},
		{Quota: 1, Burst: 10, Window: 366 * 24 * time.Hour},
		{Quota: 7, Burst: 1000, Window: 24 * time.Hour},
	} {
		l, c := clocked(t, p)
		c.advance(20 * 366 * 24 * time.Hour) // the process runs for long
		burst := int64(max(p.Quota, p.Burst))
		if d := take(t, l, ratelimit.Key{}, -1); !d.Allowed {
			t.Errorf("%+v: the burst does not pass", p)
		}
		if d := take(t, l, ratelimit.Key{}, burst); d.Allowed || d.RetryAfter <= 0 {
			t.Errorf("%+v: %v, %v behind the burst", p, d.Allowed, d.RetryAfter)
		}
	}
}

func TestMustNewPanicsWithThePlace(t *testing.T) {
	t.Parallel()
	defer func() {
		text, _ := recover().(string)
		for _, want := range []string{"ratelimit: ", "a quota of 0 lets nobody pass"} {
			if !strings.Contains(text, want) {
				t.Errorf("panic %q lacks %q", text, want)
			}
		}
	}()
	ratelimit.PerIP(0, time.Minute)
}

func TestConstructorsRefuseWhatCountsNobody(t *testing.T) {
	t.Parallel()
	l := limiter(t, ratelimit.Config{Policies: []ratelimit.Policy{login()}})
	for name, construct := range map[string]func(){
		"By":        func() { ratelimit.By[string](l, nil) },
		"Per":       func() { ratelimit.Per[string](login(), nil) },
		"ByRequest": func() { l.ByRequest(nil) },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, "counts nobody") {
					t.Errorf("%s without a key: panic %q", name, text)
				}
			}()
			construct()
		}()
	}
}

// S234
func TestTheErrorOfARefusalIsAProblem(t *testing.T) {
	t.Parallel()
	l, _ := clocked(t,
		ratelimit.Policy{Name: "login", Quota: 5, Window: time.Minute},
		ratelimit.Policy{Name: "daily", Quota: 100, Window: 24 * time.Hour})
	who := ratelimit.KeyOf("a")
	d := take(t, l, who)
	if err := d.Err(); err != nil {
		t.Errorf("Err of what is allowed = %v", err)
	}
	passes(t, l, who, 4)
	d = take(t, l, who)
	p, _ := d.Err().(*problem.Problem)
	if p == nil {
		t.Fatalf("Err = %v, want a problem", d.Err())
	}
	violated, _ := p.Extensions["violated-policies"].([]string)
	if p.Status != http.StatusTooManyRequests || p.Type != ratelimit.QuotaExceeded || p.Code != problem.CodeRateLimited ||
		len(violated) != 1 || violated[0] != "login" || p.Header().Get("Retry-After") != "12" {
		t.Errorf("problem %+v, header %v", p, p.Header())
	}
	d = take(t, l, who, 6)
	p, _ = d.Err().(*problem.Problem)
	if p == nil || len(p.Header()) != 0 || !strings.Contains(p.Detail, "more than is ever allowed") {
		t.Errorf("what never passes: %+v, header %v, want no Retry-After", p, p.Header())
	}
}

func TestLongWaitsAreSpread(t *testing.T) {
	t.Parallel()
	l, _ := clocked(t, ratelimit.Policy{Quota: 1, Window: time.Hour})
	take(t, l, ratelimit.Key{})
	d := take(t, l, ratelimit.Key{})
	seen := map[string]bool{}
	for range 100 {
		p := problem.From(d.Err())
		retry, err := time.ParseDuration(p.Header().Get("Retry-After") + "s")
		if err != nil || retry < time.Hour || retry > time.Hour+6*time.Minute {
			t.Fatalf("Retry-After %v, %v, want an hour and up to a tenth", retry, err)
		}
		seen[retry.String()] = true
	}
	if len(seen) < 10 {
		t.Errorf("a hundred waits have %d lengths", len(seen))
	}
}

func TestTheZeroDecisionRefuses(t *testing.T) {
	t.Parallel()
	var d ratelimit.Decision
	h := http.Header{}
	d.SetHeader(h)
	for name := range d.All() {
		t.Errorf("it knows of the policy %q", name)
	}
	if p := problem.From(d.Err()); p == nil || p.Status != http.StatusTooManyRequests || len(h) != 0 {
		t.Errorf("Err = %v, header %v", d.Err(), h)
	}
}
