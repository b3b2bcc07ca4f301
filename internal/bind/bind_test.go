package bind_test

import (
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/bind"
)

// sent is the part of a request that parameters come from.
type sent struct {
	path, query, form string
	header            http.Header
	cookie            string
}

func (s sent) load(src *bind.Source, names ...string) {
	r := &http.Request{Method: "GET", URL: &url.URL{Path: "/", RawQuery: s.query}, Header: http.Header{}}
	maps.Copy(r.Header, s.header)
	if s.cookie != "" {
		r.Header.Set("Cookie", s.cookie)
	}
	src.Load(r)
	for _, name := range names {
		r.SetPathValue(name, s.path)
	}
	src.LoadPath(r)
	if s.form != "" {
		_ = src.LoadForm([]byte(s.form)) // its parameters report it too
	}
}

// specOf reads the place of a field from its tag.
func specOf(f reflect.StructField) bind.Spec {
	for place := bind.Path; place <= bind.Form; place++ {
		if name, ok := f.Tag.Lookup(place.String()); ok {
			return bind.Spec{Place: place, Name: name, Type: f.Type, Tag: f.Tag, Field: "In." + f.Name}
		}
	}
	panic("no place in " + f.Tag)
}

// field is a compiled field of type T, ready to be filled again and again.
type field[T any] struct {
	value  *T
	param  *bind.Param
	src    *bind.Source
	binder bind.Binder
	names  []string
}

func compile[T any](tag string, options bind.Options) (*bind.Param, error) {
	f := reflect.StructField{Name: "Field", Type: reflect.TypeFor[T](), Tag: reflect.StructTag(tag)}
	return bind.Compile(specOf(f), options)
}

func newField[T any](t testing.TB, tag string, options bind.Options, limits bind.Limits) *field[T] {
	t.Helper()
	p, err := compile[T](tag, options)
	if err != nil {
		t.Fatalf("Compile(%s): %v", tag, err)
	}
	f := &field[T]{value: new(T), param: p}
	var wildcards []string
	if p.Place == bind.Path {
		wildcards, f.names = []string{p.Name}, []string{p.Name}
		if strings.Contains(tag, `multi:"true"`) {
			wildcards[0] += "..."
		}
	}
	plan, err := bind.NewPlan(wildcards, []*bind.Param{p}, limits)
	if err != nil {
		t.Fatal(err)
	}
	f.src = plan.NewSource()
	f.binder = p.Binder(f.value, f.src)
	return f
}

// read binds one request and ends it.
func (f *field[T]) read(s sent) (T, *bind.Error) {
	s.load(f.src, f.names...)
	err := f.binder.Bind()
	value := *f.value
	f.src.Reset()
	return value, err
}

// get compiles a field and binds one request.
func get[T any](t testing.TB, tag string, s sent) (T, *bind.Error) {
	t.Helper()
	return newField[T](t, tag, bind.Options{}, bind.Limits{}).read(s)
}

// describe writes all errors of a parameter, one per line: status, code, place and detail.
func describe(err *bind.Error) string {
	var lines []string
	for e := range err.All() {
		status := "422"
		if e.Malformed {
			status = "400"
		}
		lines = append(lines, status+" "+e.Code+" "+e.Where()+": "+e.Detail)
	}
	return strings.Join(lines, "\n")
}

func check[T any](t *testing.T, got T, err *bind.Error, want T, wantErr string) {
	t.Helper()
	if text := describe(err); text != wantErr {
		t.Errorf("error = %q, want %q", text, wantErr)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("value = %#v, want %#v", got, want)
	}
}
