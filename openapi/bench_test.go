package openapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/mortise-go/mortise/openapi"
)

// Wide is a struct with the fields of an ordinary record. Each instance of it is a type of its own.
type Wide[A, B, C any] struct {
	ID      int64             `json:"id"`
	Name    string            `json:"name" validate:"required,min=3,max=80" doc:"How it is called"`
	Email   string            `json:"email" validate:"omitempty,email"`
	State   string            `json:"state" validate:"oneof=draft live gone"`
	Count   int               `json:"count" validate:"gte=0,lte=1000"`
	Labels  map[string]string `json:"labels,omitempty"`
	Parts   []A               `json:"parts" validate:"max=10"`
	Note    *B                `json:"note,omitempty"`
	Other   C                 `json:"other"`
	Created time.Time         `json:"created"`
}

type (
	k0 struct{ A int }
	k1 struct{ A string }
	k2 struct{ B int }
	k3 struct{ C bool }
	k4 struct{ D float64 }
	k5 struct{ E []string }
	k6 struct{ F *int }
	k7 struct{ G map[string]int }
	k8 struct{ H time.Time }
	k9 struct{ I uint8 }
)

func each1(f func(reflect.Type)) {
	each2[k0](f)
	each2[k1](f)
	each2[k2](f)
	each2[k3](f)
	each2[k4](f)
	each2[k5](f)
	each2[k6](f)
	each2[k7](f)
	each2[k8](f)
	each2[k9](f)
}

func each2[A any](f func(reflect.Type)) {
	each3[A, k0](f)
	each3[A, k1](f)
	each3[A, k2](f)
	each3[A, k3](f)
	each3[A, k4](f)
	each3[A, k5](f)
	each3[A, k6](f)
	each3[A, k7](f)
	each3[A, k8](f)
	each3[A, k9](f)
}

func each3[A, B any](f func(reflect.Type)) {
	f(reflect.TypeFor[Wide[A, B, k0]]())
	f(reflect.TypeFor[Wide[A, B, k1]]())
	f(reflect.TypeFor[Wide[A, B, k2]]())
	f(reflect.TypeFor[Wide[A, B, k3]]())
	f(reflect.TypeFor[Wide[A, B, k4]]())
	f(reflect.TypeFor[Wide[A, B, k5]]())
	f(reflect.TypeFor[Wide[A, B, k6]]())
	f(reflect.TypeFor[Wide[A, B, k7]]())
	f(reflect.TypeFor[Wide[A, B, k8]]())
	f(reflect.TypeFor[Wide[A, B, k9]]())
}

// thousand is a document with 1,000 operations, each of which takes and returns a type of its own.
func thousand() *openapi.Document {
	d := openapi.New(openapi.Info{Title: "Large", Version: "1.0.0"})
	bearer := openapi.Scheme{Name: "BearerAuth", Type: "http", HTTPScheme: "bearer"}
	problem := reflect.TypeFor[problemDocument]()
	n := 0
	each1(func(t reflect.Type) {
		n++
		d.Add(&openapi.Operation{
			Method: "POST", Path: fmt.Sprintf("/things%d/{id}", n), ID: fmt.Sprintf("thing%d", n), Summary: "Do it",
			Parameters: []openapi.Parameter{
				{Name: "id", In: "path", Type: reflect.TypeFor[int64]()},
				{Name: "page", In: "query", Type: reflect.TypeFor[int](), Tag: `validate:"min=1"`},
			},
			Body: &openapi.Body{Required: true, Content: []openapi.Media{{Type: t}}},
			Responses: []openapi.Response{
				{Status: 200, Type: t},
				{Status: 401, Type: problem, ContentType: "application/problem+json"},
				{Status: 403, Type: problem, ContentType: "application/problem+json"},
				{Status: 422, Type: problem, ContentType: "application/problem+json"},
			},
			Security:     []openapi.Requirement{{{Scheme: bearer, Scopes: []string{"things:write"}}}},
			Requirements: []string{"role `admin`"},
		})
	})
	return d
}

type problemDocument struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
}

// TestAThousandOperationsBuildInTime holds the budget for a start, 300 ms with two schemas for each of 1,000 types,
// in time of the processor. The bound is three times the budget, because a shared machine is slow even in that.
// It does not run in parallel, so that nothing else is counted.
func TestAThousandOperationsBuildInTime(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector multiplies the time")
	}
	d := thousand()
	before, start := cpuTime(), time.Now()
	b, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	used := cpuTime() - before
	t.Logf("1,000 operations, %d bytes, %v of the processors in %v", len(b), used, time.Since(start))
	if used > 900*time.Millisecond {
		t.Errorf("building used %v", used)
	}
}

func BenchmarkBuildThousandOperations(b *testing.B) {
	for b.Loop() {
		if err := thousand().Check(); err != nil {
			b.Fatal(err)
		}
	}
}

// discard is a writer for measuring: it keeps its header and drops the body.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

func BenchmarkServe(b *testing.B) {
	h := thousand().Handler()
	r := httptest.NewRequest("GET", "/openapi.json", nil)
	r.Header.Set("Accept-Encoding", "gzip, br")
	w := discard{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, r)
	}
}

func TestServingAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	h := small().Handler()
	for _, headers := range []http.Header{{}, {"Accept-Encoding": {"gzip"}}, {"If-None-Match": {`"x", "y"`}}} {
		r := httptest.NewRequest("GET", "/openapi.json", nil)
		r.Header = headers
		w := discard{http.Header{}}
		h.ServeHTTP(w, r)
		if n := testing.AllocsPerRun(100, func() { h.ServeHTTP(w, r) }); n > 0 {
			t.Errorf("%v: %v allocations", headers, n)
		}
	}
}

func small() *openapi.Document {
	d := openapi.New(openapi.Info{Title: "Small", Version: "1.0.0"})
	d.Add(&openapi.Operation{
		Method: "GET", Path: "/things", Responses: []openapi.Response{{Status: 200, Type: reflect.TypeFor[k5]()}},
	})
	return d
}
