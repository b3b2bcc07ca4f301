package codec_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/codec"
)

type base struct{ ID int }

type loop struct {
	Next *loop
	Bad  []map[string]chan bool
}

type onlyOut struct{ F func() }

func (onlyOut) MarshalJSON() ([]byte, error) { panic("no method may be called by a check") }

type panicky struct{ A int }

func (panicky) MarshalJSON() ([]byte, error)  { panic("no method may be called by a check") }
func (*panicky) UnmarshalJSON([]byte) error   { panic("no method may be called by a check") }
func (panicky) IsZero() bool                  { panic("no method may be called by a check") }
func (panicky) MarshalText() ([]byte, error)  { panic("no method may be called by a check") }
func (*panicky) UnmarshalText(b []byte) error { panic("no method may be called by a check") }

func TestCheck(t *testing.T) {
	t.Parallel()
	type named string
	tests := []struct {
		name   string
		typ    reflect.Type
		decode []string // parts of the texts, one an error
		encode []string
	}{
		{"everything that works", reflect.TypeFor[order](), nil, nil},
		{"times, durations, raw JSON, URLs as text", reflect.TypeFor[struct {
			A time.Time
			B []time.Duration
			C json.RawMessage
			D map[time.Duration]json.Number
		}](), nil, nil},
		{"any", reflect.TypeFor[any](), nil, nil},
		{"an empty struct", reflect.TypeFor[struct{}](), nil, nil},
		{"methods are not called", reflect.TypeFor[struct {
			P panicky `json:"p,omitzero"`
			M map[string]*panicky
		}](), nil, nil},
		{"a channel far inside a recursive type", reflect.TypeFor[loop](),
			[]string{"codec_test.loop.Bad[][]: chan bool has no JSON form; leave it out with the tag json:\"-\", or give it a type with UnmarshalJSON"},
			[]string{"codec_test.loop.Bad[][]: chan bool has no JSON form; leave it out with the tag json:\"-\", or give it a type with MarshalJSON"}},
		{"a type that can only be encoded", reflect.TypeFor[[]onlyOut](), []string{"[]codec_test.onlyOut[].F: func() has no JSON form"}, nil},
		{"every mistake is told", reflect.TypeFor[struct {
			A func()
			B complex128
			C struct{ D chan int }
		}](), []string{".A: func()", ".B: complex128", ".C.D: chan int"}, []string{".A: func()", ".B: complex128", ".C.D: chan int"}},
		{"an interface with methods can only be encoded", reflect.TypeFor[struct{ Err error }](), []string{".Err: error cannot be decoded, since nothing says which type"}, nil},
		{"a struct without exported fields", reflect.TypeFor[struct{ Mu sync.Mutex }](), []string{".Mu: sync.Mutex has no exported field"}, []string{".Mu: sync.Mutex has no exported field"}},
		{"a URL is a string, but not its part that is opaque", reflect.TypeFor[struct {
			U *url.URL
			I url.Userinfo
		}](), []string{".I: url.Userinfo has no exported field"}, []string{".I: url.Userinfo has no exported field"}},
		{"a context", reflect.TypeFor[struct{ C context.Context }](), []string{".C: context.Context cannot be decoded"}, nil},
		{"keys that are no names", reflect.TypeFor[map[bool]int](), []string{"bool cannot be a map key in JSON; use a string, a number, or a type with UnmarshalText"}, []string{"a type with MarshalText"}},
		{"keys that are names", reflect.TypeFor[map[named]map[time.Time]map[uint8]int](), nil, nil},
		{"the inline option", reflect.TypeFor[struct {
			B base `json:",inline"`
		}](), []string{`.B: the json tag has the option "inline": there is no such option`}, []string{`option "inline"`}},
		{"the embed option", reflect.TypeFor[struct {
			B base `json:",embed"`
		}](), []string{`option "embed"`}, []string{`option "embed"`}},
		{"the unknown option", reflect.TypeFor[struct {
			B map[string]any `json:",unknown"`
		}](), []string{`option "unknown"`}, []string{`option "unknown"`}},
		{"the format option", reflect.TypeFor[struct {
			T time.Time `json:"t,format:RFC1123"`
		}](), []string{`.T: the json tag has the option "format:RFC1123"`}, []string{`option "format:RFC1123"`}},
		{"case folding", reflect.TypeFor[struct {
			T int `json:"t,case:ignore"`
		}](), []string{"names are compared by case"}, []string{"names are compared by case"}},
		{"case strictness", reflect.TypeFor[struct {
			T int `json:"t,case:strict"`
		}](), nil, nil},
		{"a quoted name", reflect.TypeFor[struct {
			T int `json:"'a,b'"`
		}](), []string{"quoted names are not supported"}, []string{"quoted names are not supported"}},
		{"the string option on what is no number", reflect.TypeFor[struct {
			S string        `json:"s,string"`
			B []int         `json:"b,string"`
			D time.Duration `json:"d,string"`
			P *int          `json:"p,string"`
		}](), []string{".S: ", ".B: ", ".D: "}, []string{".S: ", ".B: ", ".D: "}},
		{"two fields of one name", twins(), []string{"x"}, []string{"x"}},
		{"an embedded pointer that cannot be set", reflect.TypeFor[struct{ *base }](), []string{"the embedded pointer *codec_test.base cannot be set"}, nil},
		{"an embedded struct of a type that is not exported", reflect.TypeFor[struct{ base }](), nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := codec.For(tt.typ)
			compare(t, "CheckDecode", c.CheckDecode(), tt.decode)
			compare(t, "CheckEncode", c.CheckEncode(), tt.encode)
		})
	}
}

// twins returns a struct type whose fields have one name, which vet would not
// let stand in the source.
func twins() reflect.Type {
	return reflect.StructOf([]reflect.StructField{
		{Name: "A", Type: reflect.TypeFor[int](), Tag: `json:"x"`},
		{Name: "B", Type: reflect.TypeFor[int](), Tag: `json:"x"`},
	})
}

func compare(t *testing.T, what string, err error, want []string) {
	t.Helper()
	var got []error
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		got = j.Unwrap()
	}
	if len(got) != len(want) {
		t.Fatalf("%s() = %v, want %d errors", what, err, len(want))
	}
	for i := range got {
		if !strings.Contains(got[i].Error(), want[i]) {
			t.Errorf("%s(): %q, want it to say %q", what, got[i], want[i])
		}
		if _, ok := errors.AsType[*codec.TypeError](got[i]); !ok {
			t.Errorf("%s(): %T, want *codec.TypeError", what, got[i])
		}
	}
}

func TestForReturnsOneCodecForAType(t *testing.T) {
	t.Parallel()
	typ := reflect.TypeFor[struct{ Only int }]()
	got := make([]*codec.Codec, 16)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			got[i] = codec.For(typ)
			var v struct{ Only int }
			_ = got[i].Decode([]byte(`{"Only":"x"}`), &v, codec.Options{})
		})
	}
	wg.Wait()
	for _, c := range got {
		if c != got[0] {
			t.Fatal("two codecs of one type")
		}
	}
}
