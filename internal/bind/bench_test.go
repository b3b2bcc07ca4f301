package bind_test

import (
	"net/http/httptest"
	"net/url"
	"reflect"
	"testing"

	"github.com/mortise-go/mortise/internal/bind"
)

// items are the parameters of a typical operation: one in the path, two in the query, one in a header.
type items struct {
	ID   int    `path:"id"`
	Page int    `query:"page" default:"1" validate:"min=1,max=1000"`
	Q    string `query:"q" required:"false"`
	Tag  string `header:"X-Request-Tag"`
}

// filler binds all fields of a struct.
type filler struct {
	src     *bind.Source
	binders []bind.Binder
}

func newFiller(tb testing.TB, ptr any, wildcards ...string) *filler {
	tb.Helper()
	v := reflect.ValueOf(ptr).Elem()
	var params []*bind.Param
	for i := range v.NumField() {
		p, err := bind.Compile(specOf(v.Type().Field(i)), bind.Options{})
		if err != nil {
			tb.Fatal(err)
		}
		params = append(params, p)
	}
	plan, err := bind.NewPlan(wildcards, params, bind.Limits{})
	if err != nil {
		tb.Fatal(err)
	}
	f := &filler{src: plan.NewSource()}
	for i, p := range params {
		f.binders = append(f.binders, p.Binder(v.Field(i).Addr().Interface(), f.src))
	}
	return f
}

func (f *filler) bind() *bind.Error {
	for i := range f.binders {
		if err := f.binders[i].Bind(); err != nil {
			return err
		}
	}
	return nil
}

func BenchmarkFourParameters(b *testing.B) {
	var in items
	f := newFiller(b, &in, "id")
	r := httptest.NewRequest("GET", "/items/42?page=2&q=abc", nil)
	r.Header.Set("X-Request-Tag", "blue")
	b.ReportAllocs()
	for b.Loop() {
		f.src.Load(r)
		f.src.SetPath(0, "42")
		if err := f.bind(); err != nil {
			b.Fatal(err)
		}
		f.src.Reset()
	}
}

// BenchmarkFourFields binds the same fields from a source that has read its request.
func BenchmarkFourFields(b *testing.B) {
	var in items
	f := newFiller(b, &in, "id")
	r := httptest.NewRequest("GET", "/items/42?page=2&q=abc", nil)
	r.Header.Set("X-Request-Tag", "blue")
	f.src.Load(r)
	f.src.SetPath(0, "42")
	b.ReportAllocs()
	for b.Loop() {
		if err := f.bind(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseQuery is what it is measured against.
func BenchmarkParseQuery(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := url.ParseQuery("page=2&q=abc"); err != nil {
			b.Fatal(err)
		}
	}
}
