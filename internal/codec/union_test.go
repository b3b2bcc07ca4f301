package codec_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/codec"
)

type shape interface{ sides() int }

type square struct {
	Kind string `json:"kind"`
	Side int    `json:"side"`
}

type kindly struct {
	Kind string `json:"kind"`
}

// group holds shapes, so that a union may hold itself.
type group struct {
	kindly
	Shapes []anyShape     `json:"shapes"`
	Label  maybe[*string] `json:"label,omitzero"`
}

func (square) sides() int { return 4 }
func (*group) sides() int { return 0 }

// anyShape is a union as a public package would define it.
type anyShape struct{ Value shape }

func (anyShape) UnionVariants() (string, map[string]any) {
	return "kind", map[string]any{"square": square{}, "group": (*group)(nil)}
}
func (s *anyShape) UnionValue() any { return &s.Value }

type maybe[T any] struct {
	Value T
	Set   bool
}

func (m *maybe[T]) OptionalElem() any { return &m.Value }
func (m *maybe[T]) MarkSet()          { m.Set = true }
func (m maybe[T]) IsZero() bool       { return !m.Set }

type drawing struct {
	Shape anyShape            `json:"shape"`
	More  map[string]anyShape `json:"more"`
	Over  *anyShape           `json:"over"`
}

func TestAUnionIsOfTheTypeThatItsPropertyNames(t *testing.T) {
	t.Parallel()
	var got drawing
	const in = `{"shape":{"side":3,"kind":"square"},"more":{"a":{"kind":"group","shapes":[{"kind":"square","side":1}],"label":null}},"over":null}`
	if err := codec.Decode([]byte(in), &got, codec.Options{RejectUnknown: true, RejectNull: true}); err != nil {
		t.Fatal(err)
	}
	want := drawing{
		Shape: anyShape{square{"square", 3}},
		More: map[string]anyShape{"a": {&group{
			kindly{"group"}, []anyShape{{square{"square", 1}}}, maybe[*string]{Set: true},
		}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %#v\nwant %#v", got, want)
	}
}

// TestAnEncodedUnionHasItsProperty whether or not the field says it, and the value is not changed.
func TestAnEncodedUnionHasItsProperty(t *testing.T) {
	t.Parallel()
	g := &group{Shapes: []anyShape{{square{Side: 1}}, {&square{Kind: "square"}}}}
	b, err := codec.Marshal(drawing{Shape: anyShape{g}, More: map[string]anyShape{"x": {square{}}}})
	const want = `{"shape":{"kind":"group","shapes":[{"kind":"square","side":1},{"kind":"square","side":0}]},` +
		`"more":{"x":{"kind":"square","side":0}},"over":null}`
	if err != nil || string(b) != want {
		t.Errorf("got  %s, %v\nwant %s", b, err, want)
	}
	if g.Kind != "" {
		t.Errorf("encoding changed the value to %q", g.Kind)
	}
	if b, err := codec.Marshal([]any{anyShape{g}}); err != nil || !strings.HasPrefix(string(b), `[{"kind":"group"`) {
		t.Errorf("inside of any: %s, %v", b, err)
	}
	for name, v := range map[string]anyShape{"nil": {}, "a nil pointer": {(*group)(nil)}, "a lie": {square{Kind: "group"}}} {
		if b, err := codec.Marshal(v); err == nil {
			t.Errorf("%s was encoded as %s", name, b)
		}
	}
}

func TestMistakesInAUnionAreToldAtTheirPlaces(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"shape":{}}`:                                                  "/shape/kind|required|is required",
		`{"shape":{"kind":"circle"}}`:                                   "/shape/kind|oneof|must be one of group, square",
		`{"shape":{"kind":1}}`:                                          "/shape/kind|oneof|must be one of group, square",
		`{"shape":{"kind":"Square"}}`:                                   "/shape/kind|oneof|must be one of group, square",
		`{"shape":7}`:                                                   "/shape|type|expected an object, got a number",
		`{"shape":null}`:                                                "/shape|type|expected an object, got null",
		`{"shape":{"kind":"square","side":"x"}}`:                        "/shape/side|type|expected an integer, got a string",
		`{"shape":{"kind":"square","color":1}}`:                         `/shape/color|unknown|there is no member "color" here`,
		`{"more":{"a":{"kind":"group","shapes":[{"kind":"x"}]}}}`:       "/more/a/shapes/0/kind|oneof|must be one of group, square",
		`{"more":{"a":{"kind":"group","shapes":[null],"label":7}}}`:     "/more/a/shapes/0|type|expected an object, got null; /more/a/label|type|expected a string, got a number",
		`{"shape":{"kind":"group","shapes":[],"label":null},"over":[]}`: "/over|type|expected an object, got an array",
		`{"shape":{"kind":"square","kind":"group"}}`:                    "/shape/kind|duplicate|",
	} {
		err := codec.Decode([]byte(in), new(drawing), codec.Options{RejectUnknown: true, RejectNull: true})
		if err == nil {
			t.Errorf("%s was accepted", in)
			continue
		}
		var got []string
		for _, e := range reasons(t, err) {
			got = append(got, e.Pointer+"|"+e.Code+"|"+e.Detail)
		}
		if text := strings.Join(got, "; "); !strings.HasPrefix(text, want) {
			t.Errorf("%s:\n got %s\nwant %s", in, text, want)
		}
	}
}

// told is a union whose variants a test chooses.
type told[V interface {
	variants() (string, map[string]any)
}] struct{ Value any }

func (told[V]) UnionVariants() (string, map[string]any) { var v V; return v.variants() }
func (u *told[V]) UnionValue() any                      { return &u.Value }

type (
	noTypes   struct{}
	noProp    struct{}
	noMember  struct{}
	number    struct{}
	twice     struct{}
	scalar    struct{}
	untyped   struct{}
	panics    struct{}
	behindPtr struct{}
)

func (noTypes) variants() (string, map[string]any)  { return "kind", nil }
func (noProp) variants() (string, map[string]any)   { return "", map[string]any{"a": square{}} }
func (noMember) variants() (string, map[string]any) { return "kind", map[string]any{"a": item{}} }
func (number) variants() (string, map[string]any)   { return "side", map[string]any{"a": square{}} }
func (twice) variants() (string, map[string]any) {
	return "kind", map[string]any{"a": square{}, "b": &square{}}
}
func (scalar) variants() (string, map[string]any)    { return "kind", map[string]any{"a": 1} }
func (untyped) variants() (string, map[string]any)   { return "kind", map[string]any{"a": nil} }
func (panics) variants() (string, map[string]any)    { panic("boom") }
func (behindPtr) variants() (string, map[string]any) { return "kind", map[string]any{"a": behind{}} }

// Kindly is embedded by pointer.
type Kindly struct {
	Kind string `json:"kind"`
}

type behind struct{ *Kindly }

func TestMistakesOfUnionsAreFoundWithoutAValue(t *testing.T) {
	t.Parallel()
	for want, typ := range map[string]reflect.Type{
		"needs the name of a property":                    reflect.TypeFor[told[noTypes]](),
		"a type for each of its values":                   reflect.TypeFor[told[noProp]](),
		`has no member "kind"; add a field such as Kind`:  reflect.TypeFor[told[noMember]](),
		`the member "side" of codec_test.square`:          reflect.TypeFor[told[number]](),
		`"a" and "b" are both codec_test.square`:          reflect.TypeFor[told[twice]](),
		`"a" is int, which is not encoded as an object`:   reflect.TypeFor[told[scalar]](),
		`"a" is <nil>, which is not encoded as an object`: reflect.TypeFor[told[untyped]](),
		"panicked: boom": reflect.TypeFor[told[panics]](),
		"is in an embedded pointer; embed the struct itself": reflect.TypeFor[told[behindPtr]](),
	} {
		for _, typ := range []reflect.Type{typ, reflect.SliceOf(typ)} {
			for _, err := range []error{codec.For(typ).CheckDecode(), codec.For(typ).CheckEncode()} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v: %v, want %q", typ, err, want)
				}
			}
		}
	}
}

type patch struct {
	Name  maybe[string]    `json:"name,omitzero"`
	Nick  maybe[*string]   `json:"nick,omitzero"`
	Tags  maybe[[]string]  `json:"tags,omitzero"`
	Where maybe[*square]   `json:"where,omitzero"`
	Shape maybe[anyShape]  `json:"shape,omitzero"`
	Many  maybe[*anyShape] `json:"many,omitzero"`
}

func TestAnOptionalTellsAbsentFromNullFromAValue(t *testing.T) {
	t.Parallel()
	ann := "ann"
	for in, want := range map[string]patch{
		`{}`:                                   {},
		`{"name":""}`:                          {Name: maybe[string]{"", true}},
		`{"nick":null}`:                        {Nick: maybe[*string]{nil, true}},
		`{"nick":"ann"}`:                       {Nick: maybe[*string]{&ann, true}},
		`{"tags":[]}`:                          {Tags: maybe[[]string]{[]string{}, true}},
		`{"where":null}`:                       {Where: maybe[*square]{nil, true}},
		`{"where":{"kind":"x","side":1}}`:      {Where: maybe[*square]{&square{"x", 1}, true}},
		`{"shape":{"kind":"square","side":1}}`: {Shape: maybe[anyShape]{anyShape{square{"square", 1}}, true}},
		`{"many":null}`:                        {Many: maybe[*anyShape]{nil, true}},
	} {
		var got patch
		if err := codec.Decode([]byte(in), &got, codec.Options{RejectNull: true}); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
		if b, err := codec.Marshal(&got); err != nil || string(b) != in {
			t.Errorf("%s is encoded as %s, %v", in, b, err)
		}
	}
	err := codec.Decode([]byte(`{"name":null,"tags":null,"nick":1,"where":{"side":"x"},"shape":{"kind":0}}`), new(patch), codec.Options{RejectNull: true})
	const want = "name: expected a string, got null; tags: expected an array, got null; nick: expected a string, got a number; " +
		"where.side: expected an integer, got a string; shape.kind: must be one of group, square"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestAnOptionalIsForMembers(t *testing.T) {
	t.Parallel()
	type loud struct {
		Name maybe[string] `json:"name"`
	}
	type twofold struct {
		Name maybe[maybe[string]] `json:"name,omitzero"`
	}
	if err := codec.For(reflect.TypeFor[loud]()).CheckEncode(); err == nil || !strings.Contains(err.Error(), `write json:"name,omitzero"`) {
		t.Errorf("without omitzero: %v", err)
	}
	if err := codec.For(reflect.TypeFor[loud]()).CheckDecode(); err != nil {
		t.Errorf("decoding does not need omitzero: %v", err)
	}
	for want, typ := range map[string]reflect.Type{
		"can only be a member of an object": reflect.TypeFor[[]maybe[int]](),
		"use a pointer here":                reflect.TypeFor[map[string]maybe[int]](),
		"one is enough":                     reflect.TypeFor[twofold](),
	} {
		if err := codec.For(typ).CheckDecode(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", typ, err, want)
		}
	}
}

// TestNullIsRefusedWhereTheTypeHasNone, with every other mistake in one answer, and only when asked for.
func TestNullIsRefusedWhereTheTypeHasNone(t *testing.T) {
	t.Parallel()
	const in = `{"by":null,"at":null,"id":null,"open":null,"items":[null],"notes":{"a":null},"rooms":null,"triple":null,"blob":null,
		"maybe":null,"wait":null,"amount":null,"from":null,"net":null,"ratio":null,"any":[null],"raw":null,"level":"low",
		"tree":{"children":[null]},"plain":null,"waits":[null],"colour":null}`
	err := codec.Decode([]byte(strings.Replace(in, `"colour":null`, `"colour":"#000000"`, 1)), new(order), codec.Options{RejectNull: true})
	var got []string
	for _, e := range reasons(t, err) {
		if e.Code != codec.CodeType || !strings.HasSuffix(e.Detail, ", got null") {
			t.Errorf("%+v", e)
		}
		got = append(got, e.Path)
	}
	const want = "by at id open items[0] notes.a rooms triple blob wait amount from tree.children[0] plain waits[0]"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	err = codec.Decode([]byte(`{"by":null,"open":1,"colour":null}`), new(order), codec.Options{RejectNull: true})
	if text := "by: expected a string, got null; open: expected true or false, got a number; colour: expected a string of another form, got null"; err == nil || err.Error() != text {
		t.Errorf("got %v", err)
	}
	if err := codec.Decode([]byte(`{"by":"null"}`), new(order), codec.Options{RejectNull: true}); err != nil {
		t.Errorf("a text that says null: %v", err)
	}
}
