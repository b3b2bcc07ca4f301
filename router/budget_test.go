package router_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/security"
)

// blankWriter takes an answer and keeps nothing of it.
type blankWriter struct {
	header http.Header
	status int
}

func (w *blankWriter) Header() http.Header         { return w.header }
func (w *blankWriter) Write(b []byte) (int, error) { return len(b), nil }
func (w *blankWriter) WriteHeader(status int)      { w.status = status }

// serving returns a function that serves one request, again and again, with
// nothing left over from the time before.
func serving(t testing.TB, api http.Handler, template *http.Request, status int) func() {
	w := &blankWriter{header: http.Header{}}
	r := new(http.Request)
	serve := func() {
		*r = *template
		clear(w.header)
		api.ServeHTTP(w, r)
	}
	w.status = http.StatusOK
	if serve(); w.status != status {
		t.Fatalf("%s %s = %d, want %d", template.Method, template.URL, w.status, status)
	}
	return serve
}

type greeting struct {
	Message string `json:"message"`
}

type item struct {
	ID   int    `json:"id"`
	Page int    `json:"page"`
	Q    string `json:"q"`
	Tag  string `json:"tag"`
}

type link struct{ n int }

// workloads makes the API of the measurements: a greeting, parameters of each
// place, a chain of 32 dependencies, a lock.
func workloads(t testing.TB) *mortise.API {
	api := mortise.New("Workloads", "1", quiet())
	mortise.Get(api, "/hello", gives(greeting{"Hello, World"}))
	mortise.Get(api, "/items/{id}", func(_ context.Context, in struct {
		ID   int    `path:"id"`
		Page int    `query:"page" default:"1" validate:"min=1,max=100"`
		Q    string `query:"q" default:""`
		Tag  string `header:"X-Request-Tag" default:""`
	}) (item, error) {
		return item(in), nil
	})
	mortise.Get(api, "/locked", func(_ context.Context, _ security.BearerToken) (greeting, error) { return greeting{"in"}, nil })
	mortise.Get(api, "/locked/{id}", func(_ context.Context, in struct {
		Token security.BearerToken
		ID    int `path:"id"`
	}) (greeting, error) {
		return greeting{"in"}, nil
	})
	takes[item](api, "/body")
	group := api.Group("")
	group.Provide(mortise.Depends(gives(link{1})))
	for range 32 {
		group = group.Group("")
		group.Provide(mortise.Depends(func(_ context.Context, l link) (link, error) { return link{l.n + 1}, nil }))
	}
	mortise.Get(group, "/chain", func(_ context.Context, l link) (greeting, error) {
		if l.n != 33 {
			return greeting{}, fmt.Errorf("a chain of %d", l.n)
		}
		return greeting{"Hello, World"}, nil
	})
	return built(t, api)
}

func requests() []struct {
	name    string
	request *http.Request
	status  int
	allocs  float64
} {
	return []struct {
		name    string
		request *http.Request
		status  int
		allocs  float64
	}{
		{"a greeting", newRequest("GET /hello", ""), 200, 0},
		{"parameters of each place", newRequest("GET /items/42?page=2&q=abc", "", "X-Request-Tag: t"), 200, 0},
		{"a chain of 32 dependencies", newRequest("GET /chain", ""), 200, 0},
		{"a token", newRequest("GET /locked", "", as("ada")), 200, 0},
		{"a token and a path parameter", newRequest("GET /locked/7", "", as("ada")), 200, 2}, // net/http keeps path values in a map
		{"no token", newRequest("GET /locked", ""), 401, 16},
		{"a bad parameter", newRequest("GET /items/x?page=0", ""), 422, 20},
		{"nothing there", newRequest("GET /nowhere", ""), 404, 10},
	}
}

// TestRequestsStayWithinTheirBudgetOfAllocations is not parallel, because other
// tests would allocate beside it.
func TestRequestsStayWithinTheirBudgetOfAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	api := workloads(t)
	for _, tt := range requests() {
		t.Run(tt.name, func(t *testing.T) {
			got := testing.AllocsPerRun(1000, serving(t, api, tt.request, tt.status))
			if t.Logf("%v allocations", got); got > tt.allocs {
				t.Errorf("%v allocations, want at most %v", got, tt.allocs)
			}
		})
	}
}

func BenchmarkRequest(b *testing.B) {
	api := workloads(b)
	for _, tt := range requests() {
		b.Run(tt.name, func(b *testing.B) {
			serve := serving(b, api, tt.request, tt.status)
			b.ReportAllocs()
			for b.Loop() {
				serve()
			}
		})
	}
}

type (
	link1 struct{}
	link2 struct{}
	link3 struct{}
	link4 struct{}
)

// large makes an API of a thousand routes, each behind a chain of four.
func large() *mortise.API {
	api := mortise.New("Large", "1")
	api.Provide(
		mortise.Depends(func(context.Context, security.BearerToken) (*link1, error) { return nil, nil }),
		mortise.Depends(func(context.Context, *link1) (*link2, error) { return nil, nil }),
		mortise.Depends(func(context.Context, *link2) (*link3, error) { return nil, nil }),
		mortise.Depends(func(context.Context, *link3) (*link4, error) { return nil, nil }))
	for i := range 1000 {
		mortise.Get(api, fmt.Sprintf("/r%d/{id}", i), func(context.Context, struct {
			ID   int    `path:"id"`
			Page int    `query:"page" default:"1"`
			Q    string `query:"q" default:""`
			Link *link4
		}) (greeting, error) {
			return greeting{}, nil
		})
	}
	return api
}

// TestAThousandRoutesAreBuiltQuickly allows ten times what it takes on a quiet
// machine.
func TestAThousandRoutesAreBuiltQuickly(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes its time")
	}
	best := time.Hour
	for range 5 {
		api := large()
		start := time.Now()
		built(t, api)
		best = min(best, time.Since(start))
	}
	if t.Logf("built in %v", best); best > time.Second {
		t.Errorf("1,000 routes are built in %v, want far less than a second", best)
	}
}

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		api := large()
		if err := api.Build(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuildAndDocument(b *testing.B) {
	for b.Loop() {
		if _, err := large().Document().JSON(); err != nil {
			b.Fatal(err)
		}
	}
}
