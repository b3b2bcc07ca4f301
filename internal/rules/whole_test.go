package rules_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/rules"
)

type tone string

func (tone) Enum() []any { return []any{"light", tone("dark")} }

type depth int8

func (depth) Enum() []any { return []any{1, 2} }

type swatch struct {
	Name string `json:"name" validate:"required"`
	Tone *tone  `json:"tone"`
}

type forest []forest

type palette struct {
	Main    tone                `json:"main"`
	Side    tone                `json:"side" validate:"omitempty"`
	Depth   depth               `json:"depth" validate:"omitempty,max=1"`
	List    []swatch            `json:"list" validate:"max=3"`
	Shared  []*swatch           `json:"shared"`
	Nested  map[string][]swatch `json:"nested"`
	Tones   []tone              `json:"tones" validate:"dive,required"`
	ByTone  map[tone]int        `json:"by_tone"`
	Asked   map[tone]string     `json:"asked" validate:"dive,required"`
	Bytes   []byte              `json:"bytes"`
	Forest  forest              `json:"forest"`
	Ignored []swatch            `json:"ignored" validate:"-"`
}

func told(t *testing.T, v any, o rules.Options) string {
	t.Helper()
	checker, err := rules.Compile(reflect.TypeOf(v).Elem(), o)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, violation := range checker.Check(v) {
		all = append(all, violation.Path.String()+" "+violation.Rule)
	}
	return strings.Join(all, "; ")
}

func TestAWholeValueIsCheckedWithoutDive(t *testing.T) {
	t.Parallel()
	gray := tone("gray")
	bad := palette{
		Main: "gray", Side: "", Depth: 0, List: []swatch{{Name: "a"}, {}}, Shared: []*swatch{nil, {Name: "b", Tone: &gray}},
		Nested: map[string][]swatch{"x": {{}}}, Tones: []tone{"dark", "gray"}, ByTone: map[tone]int{"gray": 1}, Asked: map[tone]string{"gray": "a"},
		Forest: forest{{}, {{}}}, Ignored: []swatch{{}},
	}
	const want = "main oneof; list[1].name required; shared[1].tone oneof; nested[x][0].name required; tones[1] oneof; by_tone[gray] oneof; asked[gray] oneof"
	if got := told(t, &bad, rules.Options{Whole: true}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := told(t, &bad, rules.Options{}); got != "" {
		t.Errorf("not asked for: %s", got)
	}
	good := palette{Main: "dark", Depth: 1, List: []swatch{{Name: "a"}}, ByTone: map[tone]int{"light": 1}}
	if got := told(t, &good, rules.Options{Whole: true}); got != "" {
		t.Errorf("valid: %s", got)
	}
}

type raging int

func (raging) Enum() []any { panic("boom") }

func TestAnEnumThatPanicsIsAMistake(t *testing.T) {
	t.Parallel()
	_, err := rules.Compile(reflect.TypeFor[struct{ A raging }](), rules.Options{Whole: true})
	if err == nil || !strings.Contains(err.Error(), "panics: boom") {
		t.Errorf("got %v", err)
	}
}

type given[T any] struct {
	Value T
	Set   bool
}

func (g *given[T]) OptionalElem() any { return &g.Value }
func (g *given[T]) MarkSet()          { g.Set = true }
func (g given[T]) IsZero() bool       { return !g.Set }

func some[T any](v T) given[T] { return given[T]{v, true} }

type changes struct {
	Name   given[string]   `json:"name" validate:"min=3"`
	Nick   given[*string]  `json:"nick" validate:"max=3"`
	Must   given[*int]     `json:"must" validate:"required,max=9"`
	Swatch given[swatch]   `json:"swatch"`
	Tags   given[[]string] `json:"tags" validate:"dive,min=2"`
	Either given[int]      `json:"either" validate:"required_without=Other"`
	Other  *int            `json:"other"`
}

func TestRulesOfAnOptionalAreForWhatWasGiven(t *testing.T) {
	t.Parallel()
	long, n, zero := "long", 10, 0
	for want, v := range map[string]changes{
		"must required":                          {Other: &n},
		"must required; either required_without": {},
		"must required ":                         {Must: some[*int](nil), Other: &n},
		"":                                       {Must: some(&zero), Either: some(0), Nick: some[*string](nil)},
		"name min; nick max; must max; swatch.name required; tags[1] min": {
			Name: some(""), Nick: some(&long), Must: some(&n), Swatch: some(swatch{}), Tags: some([]string{"ab", "a"}), Either: some(1),
		},
	} {
		if got := told(t, &v, rules.Options{}); got != strings.TrimSpace(want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestAnOptionalIsCheckedInsideOfAnInterfaceToo(t *testing.T) {
	t.Parallel()
	holder := struct {
		Any any `json:"any"`
	}{changes{Must: some(new(int)), Either: some(1), Name: some("x")}}
	if got := told(t, &holder, rules.Options{}); got != "any.name min" {
		t.Errorf("got %q", got)
	}
}

type beast interface{ roar() }

type lion struct {
	Name string `json:"name" validate:"min=2"`
}

type bear struct {
	Size int `json:"size" validate:"nosuchrule"`
}

func (lion) roar() {}
func (bear) roar() {}

// zoo is a union of what its type argument lists.
type zoo[T any] struct{ Value beast }

func (zoo[T]) UnionVariants() (string, map[string]any) {
	return "kind", map[string]any{"a": *new(T)}
}
func (z zoo[T]) ValidatorValue() any { return z.Value }

func TestAUnionIsCheckedByTheTypeThatItHolds(t *testing.T) {
	t.Parallel()
	type cage struct {
		Beast zoo[lion]   `json:"beast" validate:"required"`
		More  []zoo[lion] `json:"more"`
	}
	v := cage{More: []zoo[lion]{{lion{"x"}}, {}, {lion{"xy"}}}}
	if got, want := told(t, &v, rules.Options{Whole: true}), "beast required; more[0].name min"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	_, err := rules.Compile(reflect.TypeFor[struct{ Z zoo[bear] }](), rules.Options{})
	if err == nil || !strings.Contains(err.Error(), "nosuchrule") {
		t.Errorf("a mistake in a variant: %v", err)
	}
}
