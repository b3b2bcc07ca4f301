package shape_test

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/mortise-go/mortise/internal/shape"
)

type Address struct {
	Zip  string `json:"zip"`
	City string
}

type Audit struct {
	ID      int       `json:"audit_id"`
	Created time.Time `json:"created"`
}

type Deep struct {
	Audit
	Name string `json:"name"`
}

type Left struct{ Same, L int }
type Right struct{ Same, R int }
type Tagged struct {
	X int `json:"Same"`
}
type hidden struct{ Shown int }
type loop struct {
	*loop
	A int
}

// cases are structs that JSON v2 accepts.
var cases = map[string]any{
	"plain fields keep their Go names": struct{ A, b, C int }{},
	"tags name members": struct {
		A int `json:"a"`
	}{},
	"a dash hides a field": struct {
		A, B int `json:"-"`
		C    int
	}{},
	"options without a name keep the Go name": struct {
		A int `json:",omitzero"`
	}{A: 1},
	"an embedded struct is flattened": struct {
		Deep
		Z int
	}{},
	"an embedded pointer is flattened": struct {
		*Audit
		Z int
	}{Audit: &Audit{}},
	"an embedded struct with a name is nested": struct {
		Audit `json:"audit"`
	}{},
	"an unexported embedded struct shows its own": struct{ hidden }{},
	"a shallow field hides a deep one": struct {
		Left
		Same string
	}{},
	"two equally deep fields hide each other": struct {
		Left
		Right
	}{},
	"a tag beats an equally deep Go name": struct {
		Left
		Tagged
	}{},
	"recursion through embedding ends": struct{ loop }{},
	"unknown options are ignored": struct {
		A int `json:"a,weird"`
	}{},
	"inline on an embedded struct changes nothing": struct {
		Audit `json:",inline"`
	}{},
	"case options are accepted": struct {
		A int `json:"a,case:ignore"`
	}{},
	"names may hold odd characters": struct {
		A int `json:"a b/~c$.d"`
	}{},
	"a struct without fields is an empty object": struct{}{},
	"a hidden field makes an empty struct sayable": struct {
		a int `json:"-"`
	}{},
	"numbers may travel as strings": struct {
		A *int64 `json:",string"`
	}{A: new(int64)},
	"an embedded non-struct with a name is a field": struct {
		named2 int
		Named  `json:"n"`
	}{},
}

// Named is a non-struct to embed.
type Named string

// TestMembersAreWhatJSONEncodes compares every case with the names that JSON v2 writes.
func TestMembersAreWhatJSONEncodes(t *testing.T) {
	t.Parallel()
	compareMembers(t, cases)
}

func compareMembers(t *testing.T, cases map[string]any) {
	for name, v := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			members, err := shape.Members(reflect.TypeOf(v))
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, m := range members {
				got = append(got, m.Name)
			}
			if want := encodedNames(t, v); !slices.Equal(got, want) {
				t.Errorf("Members(%T) = %q, JSON v2 writes %q", v, got, want)
			}
		})
	}
}

func encodedNames(t *testing.T, v any) []string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	dec := jsontext.NewDecoder(strings.NewReader(string(b)))
	if _, err := dec.ReadToken(); err != nil {
		t.Fatal(err)
	}
	for dec.PeekKind() != '}' {
		tok, err := dec.ReadToken()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, tok.String())
		if err := dec.SkipValue(); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

type mistake struct {
	name string
	v    any
	want []string
}

// mistakes are structs that JSON v2 refuses, or accepts while meaning something else than the author.
var mistakes = []mistake{
	{"one name twice", zeroOf(field("A", `json:"x"`), field("B", `json:"x"`)), []string{"struct.A", "struct.B", `"x"`}},
	{"a tag on an unexported field", zeroOf(field("a", `json:"a"`)), []string{"struct.a", "not exported"}},
	{"a misspelt option", struct {
		A int `json:"a,omitEmpty"`
	}{}, []string{`"omitEmpty"`, `write "omitempty"`}},
	{"an option twice", struct {
		A int `json:"a,omitzero,omitzero"`
	}{}, []string{"twice"}},
	{"an empty option", struct {
		A int `json:"a,"`
	}{}, []string{"empty option"}},
	{"a space before an option", zeroOf(field("A", `json:"a, omitzero"`)), []string{"identifier"}},
	{"embedding a string", struct{ Named }{}, []string{"Named", "needs a name"}},
	{"nothing exported", struct{ a, b int }{}, []string{"no exported fields"}},
	{"a quote in a name", struct {
		A int `json:"a'b"`
	}{}, []string{"reserves"}},
	{"both foldings", struct {
		A int `json:"a,case:ignore,case:strict"`
	}{}, []string{"exclude"}},
	{"an unknown folding", struct {
		A int `json:"a,case:upper"`
	}{}, []string{"case:ignore"}},
}

// zeroOf makes structs that a linter would rightly refuse in source.
func zeroOf(fields ...reflect.StructField) any {
	return reflect.Zero(reflect.StructOf(fields)).Interface()
}

func field(name, tag string) reflect.StructField {
	f := reflect.StructField{Name: name, Type: reflect.TypeFor[int](), Tag: reflect.StructTag(tag)}
	if name[0] >= 'a' {
		f.PkgPath = "example.com/shape"
	}
	return f
}

func TestMistakesNameTheFields(t *testing.T) {
	t.Parallel()
	compareMistakes(t, mistakes)
}

func compareMistakes(t *testing.T, mistakes []mistake) {
	for _, c := range mistakes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := json.Marshal(c.v); err == nil {
				t.Errorf("JSON v2 accepts %T, so it should not be in this table", c.v)
			}
			checkMistake(t, c.v, c.want)
		})
	}
}

// TestOptionsWithoutEffectAreMistakes holds what JSON v2 would silently ignore or only refuse for some values.
func TestOptionsWithoutEffectAreMistakes(t *testing.T) {
	t.Parallel()
	checkMistake(t, struct {
		A Address `json:",inline"`
	}{}, []string{`"inline"`, `"embed"`})
	checkMistake(t, struct {
		A map[string]any `json:",unknown"`
	}{}, []string{`"unknown"`, `"embed"`})
	checkMistake(t, struct {
		A bool `json:",string"`
	}{}, []string{`"string"`, "bool"})
	checkMistake(t, struct {
		A []int `json:",string"`
	}{}, []string{`"string"`, "[]int"})
}

func checkMistake(t *testing.T, v any, want []string) {
	t.Helper()
	_, err := shape.Members(reflect.TypeOf(v))
	if err == nil {
		t.Fatalf("Members(%T) succeeded", v)
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("Members(%T): %q does not mention %q", v, err, w)
		}
	}
}

func TestAllMistakesAreToldTogether(t *testing.T) {
	t.Parallel()
	bad := zeroOf(field("A", `json:"x"`), field("B", `json:"x"`), field("C", `json:"c,omitEmpty"`))
	checkMistake(t, bad, []string{"struct.A", "struct.B", "struct.C"})
}

type Order struct {
	ID int64 `json:"id,string"`
	*Audit
	Address
	Note string `json:"note,omitempty" validate:"max=3"`
	When int    `json:",omitzero"`
}

func TestMembersTellWhereAndHow(t *testing.T) {
	t.Parallel()
	s, err := shape.Of(reflect.TypeFor[*Order]())
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]shape.Member{}
	for _, m := range s.Members {
		byName[m.Name] = m
		if got := s.Type.FieldByIndex(m.Index); got.Name != m.GoName || got.Type != m.Type {
			t.Errorf("index of %s leads to %s %s", m.Path, got.Name, got.Type)
		}
	}
	if m := byName["id"]; !m.String || !m.Tagged || m.Omittable() || m.Path != "Order.ID" {
		t.Errorf("id = %+v", m)
	}
	if m := byName["zip"]; m.Path != "Order.Address.Zip" || m.ThroughPointer {
		t.Errorf("zip = %+v", m)
	}
	if m := byName["audit_id"]; m.Path != "Order.Audit.ID" || !m.ThroughPointer || !m.Omittable() {
		t.Errorf("audit_id = %+v", m)
	}
	if m := byName["note"]; !m.OmitEmpty || m.Tag.Get("validate") != "max=3" {
		t.Errorf("note = %+v", m)
	}
	if m := byName["When"]; !m.OmitZero || m.Tagged {
		t.Errorf("When = %+v", m)
	}
	if s.Rest != nil {
		t.Errorf("Rest = %+v", s.Rest)
	}
}

func TestOnlyStructsHaveMembers(t *testing.T) {
	t.Parallel()
	for _, typ := range []reflect.Type{nil, reflect.TypeFor[int](), reflect.TypeFor[[]Order](), reflect.TypeFor[**int]()} {
		if _, err := shape.Members(typ); err == nil {
			t.Errorf("Members(%v) succeeded", typ)
		}
	}
}

func TestReadingTwiceIsReadingOnce(t *testing.T) {
	t.Parallel()
	a, err := shape.Of(reflect.TypeFor[Order]())
	if err != nil {
		t.Fatal(err)
	}
	b, _ := shape.Of(reflect.TypeFor[*Order]())
	if a != b {
		t.Error("Of(Order) and Of(*Order) differ")
	}
}

// FuzzTag builds a struct around any tag: what Members accepts, JSON v2 accepts and encodes under the same names.
func FuzzTag(f *testing.F) {
	for _, tag := range []string{
		"", "a", "-", "-,", "a,omitzero", ",omitempty", "a,string", "a,,", "a,OMITZERO", "a b,case:strict",
		"é", "a'b", ",case:", "\xff", "a, omitzero", "a,embed", "a,weird:x", "zzz", "a,weird,weird",
	} {
		f.Add(tag)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		st := reflect.StructOf([]reflect.StructField{
			{Name: "A", Type: reflect.TypeFor[int](), Tag: reflect.StructTag("json:" + strconv.Quote(tag))},
			{Name: "Z", Type: reflect.TypeFor[int](), Tag: `json:"zzz"`},
		})
		members, err := shape.Members(st)
		if err != nil {
			return
		}
		v := reflect.New(st).Elem()
		v.Field(0).SetInt(1)
		got := []string{}
		for _, m := range members {
			got = append(got, m.Name)
		}
		if want := encodedNames(t, v.Interface()); !slices.Equal(got, want) {
			t.Errorf("tag %q: Members = %q, JSON v2 writes %q", tag, got, want)
		}
	})
}
