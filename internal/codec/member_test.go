package codec_test

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/codec"
)

type Left struct {
	Same  int
	Deep  int
	Alone int
}

type Right struct {
	Same  int
	Named int `json:"Alone"`
	*Below
}

type Below struct {
	Deep   int
	Bottom int
	*Right
}

type shadowing struct {
	Left
	Right
	Bottom string
}

// moody decodes everything but "no".
type moody struct{}

var errMoody = errors.New("not now")

func (m *moody) UnmarshalJSON(b []byte) error {
	if string(b) == `"no"` {
		return errMoody
	}
	return nil
}

// A value is searched for mismatches under the field that the decoder writes
// to: the shallowest of a name, else the only tagged one, else none.
func TestMismatchesFollowTheRulesOfEmbedding(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   string
		want []string
	}{
		{"neither of two fields at one depth", `{"Same":"x"}`, nil},
		{"the tagged one of two fields at one depth", `{"Alone":"x"}`, []string{"/Alone expected an integer, got a string"}},
		{"the shallower one of two fields", `{"Deep":"x","Bottom":5}`, []string{"/Deep expected an integer, got a string", "/Bottom expected a string, got a number"}},
		{"no embedded struct has a name", `{"Left":"x","Below":7,"Right":[]}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			if err := codec.Decode([]byte(tt.in), new(shadowing), codec.Options{}); err != nil {
				for _, e := range reasons(t, err) {
					got = append(got, e.Pointer+" "+e.Detail)
				}
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("Decode(%s): %q, want %q", tt.in, got, tt.want)
			}
			// A name that no field has is unknown, even if fields contend for it.
			err := codec.Decode([]byte(tt.in), new(shadowing), codec.Options{RejectUnknown: true})
			for _, e := range reasons(t, err) {
				if (tt.want == nil) != (e.Code == codec.CodeUnknown) {
					t.Errorf("Decode(%s), strictly: %+v", tt.in, e)
				}
			}
		})
	}
}

func TestOtherMismatches(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		ptr  any
		in   string
		want string // path: code: detail
	}{
		{"an array of one", new([1]int), `[]`, ": length: expected an array of one element"},
		{"an object for a list", new([]int), `{"a":1}`, ": type: expected an array, got an object"},
		{"a list for an object", new(map[string]int), `[{}]`, ": type: expected an object, got an array"},
		{"an address and a port", new(netip.AddrPort), `"1.2.3.4"`, ": format: expected an IP address and a port such as 192.0.2.1:80"},
		{"a key of a type that decodes itself", new(map[netip.Addr]int), `{"x":1}`, "x: type: expected an IP address as the name of the member"},
		{"a key out of range", new(map[uint8]int), `{"256":1}`, "256: type: expected an integer as the name of the member"},
		{"a float key", new(map[float32]int), `{"x":1}`, "x: type: expected a number as the name of the member"},
		{"a string key with a text form", new(map[colour]int), `{"red":1}`, "red: type: expected a string of another form as the name of the member"},
		{"false for a string", new([]string), `[false]`, "[0]: type: expected a string, got true or false"},
		{"null for a type that refuses it", new(struct{ L level }), `{"L":null}`, "L: format: expected a value of another form"},
		{"a quoted number that is none", new(struct {
			N int8 `json:"n,string"`
		}), `{"n":"x"}`, "n: format: expected a string that holds an integer"},
		{"a quoted number out of range", new(struct {
			N int8 `json:"n,string"`
		}), `{"n":"128"}`, "n: range: number does not fit (allowed: -128 to 127)"},
		{"a quoted number with spaces", new(struct {
			N int8 `json:"n,string"`
		}), `{"n":" 1"}`, "n: format: expected a string that holds an integer"},
		{"a number too large for a small float", new([]float32), `[1e39]`, "[0]: range: number does not fit (too large)"},
		{"a member with an empty name", new(map[string]int), `{"":"x"}`, `[""]: type: expected an integer, got a string`},
		{"an escaped name", new(map[string]map[string]int), `{"a\"b":{"c":"x"}}`, `["a\"b"].c: type: expected an integer, got a string`},
		{"a method's own error", new([]moody), `[1,"no"]`, "[1]: format: expected a value of another form"},
		{"an interface in an interface", new(any), `{"a":[{"b":-1e999}]}`, "a[0].b: range: number does not fit (too large)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			errs := reasons(t, codec.Decode([]byte(tt.in), tt.ptr, codec.Options{}))
			if got := fmt.Sprintf("%s: %s: %s", errs[0].Path, errs[0].Code, errs[0].Detail); len(errs) != 1 || got != tt.want {
				t.Errorf("Decode(%s): %d errors, %q, want %q", tt.in, len(errs), got, tt.want)
			}
		})
	}
}

// fickler fails only if it has a function that does: in the value that is
// decoded into, not in those that the search makes.
type fickler struct{ fail func() error }

func (f *fickler) UnmarshalJSON([]byte) error {
	if f.fail == nil {
		return nil
	}
	return f.fail()
}

func TestAMethodThatDoesNotAlwaysSayTheSame(t *testing.T) {
	t.Parallel()
	target := struct{ F fickler }{fickler{func() error { return errMoody }}}
	errs := reasons(t, codec.Decode([]byte(`{"F":1}`), &target, codec.Options{}))
	want := codec.Error{Kind: codec.Type, Code: codec.CodeFormat, Pointer: "/F", Offset: 5, Detail: "expected a value of another form"}
	if len(errs) != 1 || *errs[0] != want {
		t.Errorf("got %+v, want %+v", *errs[0], want)
	}
}

func TestLongPathsAreCut(t *testing.T) {
	t.Parallel()
	in, out := strings.Repeat(`{"a-member-with-a-rather-long-name":`, 40), strings.Repeat("}", 40)
	errs := reasons(t, codec.Decode([]byte(in+"1e999"+out), new(any), codec.Options{}))
	if e := errs[0]; len(e.Path) > 520 || !strings.HasSuffix(e.Path, "…") || len(e.Pointer) > 512 || !strings.HasSuffix(e.Pointer, "name") {
		t.Errorf("got path %q, pointer %q", e.Path, e.Pointer)
	}
}
