//go:build !race

package bind_test

import (
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/bind"
)

// allocs counts what one request allocates.
func allocs[T any](t *testing.T, tag string, s sent, want float64) {
	t.Helper()
	f := newField[T](t, tag, bind.Options{}, bind.Limits{})
	r := &http.Request{Host: "h", URL: &url.URL{RawQuery: s.query}, Header: http.Header{}}
	maps.Copy(r.Header, s.header)
	r.Header.Set("Cookie", s.cookie)
	form := []byte(s.form)
	got := testing.AllocsPerRun(100, func() {
		f.src.Load(r)
		if len(f.names) > 0 {
			f.src.SetPath(0, s.path)
		}
		if len(form) > 0 {
			_ = f.src.LoadForm(form) // what is wrong with it shows below
		}
		if err := f.src.Scan(); err != nil {
			t.Fatal(err)
		}
		if err := f.binder.Bind(); err != nil {
			t.Fatal(err)
		}
		f.src.Reset()
	})
	if got > want {
		t.Errorf("%T %s allocates %v times, want %v", *f.value, tag, got, want)
	}
}

func TestBindingAllocatesNothingForSingleValues(t *testing.T) {
	allocs[string](t, `path:"v"`, sent{path: "abc"}, 0)
	allocs[int](t, `path:"v"`, sent{path: "42"}, 0)
	allocs[string](t, `query:"v"`, sent{query: "a=1&v=abc&b=2"}, 0)
	allocs[string](t, `query:"v"`, sent{query: "v=a%20b"}, 1)
	allocs[int](t, `query:"v" default:"1" validate:"min=1,max=1000"`, sent{query: "v=2"}, 0)
	allocs[int](t, `query:"v" default:"1" validate:"min=1,max=1000"`, sent{}, 0)
	allocs[string](t, `query:"v" validate:"min=1,max=1000,oneof=abc def"`, sent{query: "v=abc"}, 0)
	allocs[Colour](t, `query:"v" enum:"red,blue"`, sent{query: "v=red"}, 0)
	allocs[bool](t, `query:"v"`, sent{query: "v=true"}, 0)
	allocs[float64](t, `query:"v"`, sent{query: "v=1.5"}, 0)
	allocs[time.Duration](t, `query:"v"`, sent{query: "v=1m"}, 0)
	allocs[time.Time](t, `query:"v"`, sent{query: "v=2024-02-29T00:00:00Z"}, 0)
	allocs[netip.Addr](t, `query:"v"`, sent{query: "v=10.0.0.1"}, 2) // the bytes for UnmarshalText, and what it makes of them
	allocs[Maybe[int]](t, `query:"v"`, sent{query: "v=1"}, 0)
	allocs[Maybe[int]](t, `query:"v"`, sent{}, 0)
	allocs[*int](t, `query:"v"`, sent{}, 0)
	allocs[*int](t, `query:"v"`, sent{query: "v=1"}, 1)
	allocs[[2]int](t, `query:"v"`, sent{query: "v=1&v=2"}, 0)
	allocs[[]int](t, `query:"v"`, sent{query: "v=1&v=2&v=3"}, 1)
	allocs[[]string](t, `query:"v,comma"`, sent{query: "v=1,2,3"}, 1)
	allocs[[]string](t, `header:"v"`, sent{header: http.Header{"V": {"1,2", "3"}}}, 1)
	allocs[string](t, `header:"v"`, sent{header: http.Header{"V": {"a"}}}, 0)
	allocs[string](t, `header:"host"`, sent{}, 0)
	allocs[string](t, `cookie:"v"`, sent{cookie: "a=1; v=2"}, 0)
	allocs[string](t, `form:"v"`, sent{form: "v=abc"}, 1)
}
