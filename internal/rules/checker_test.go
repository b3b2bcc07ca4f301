package rules_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/rules"
)

type Node struct {
	Name string           `json:"name" validate:"required,max=3"`
	Next *Node            `json:"next"`
	Kids []Node           `json:"kids" validate:"dive"`
	Ptrs []*Node          `json:"ptrs" validate:"dive"`
	Map  map[string]*Node `json:"map" validate:"dive"`
	Any  any              `json:"any"`
}

func TestTypesThatContainThemselvesAreChecked(t *testing.T) {
	t.Parallel()
	c := compile[Node](t, rules.Options{})
	tree := Node{Name: "a", Next: &Node{Kids: []Node{{Name: "ab"}, {Name: "abcd"}}}, Map: map[string]*Node{"z": {}, "k": {Name: "x", Any: &Node{}}}}
	expect(t, c.Check(&tree), "next.name:required", "next.kids[1].name:max", "map[k].any.name:required", "map[z].name:required")
	oracle := newOracle()
	sameStruct(t, oracle, c, &tree)
}

// A176
func TestDataThatContainsItselfIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	c := compile[Node](t, rules.Options{})
	loop := &Node{Name: "a"}
	loop.Next, loop.Ptrs, loop.Any = loop, []*Node{loop, loop}, loop
	done := make(chan []rules.Violation, 1)
	go func() { done <- c.Check(loop) }()
	select {
	case out := <-done:
		if len(out) != 1 || out[0].Rule != "depth" || out[0].Detail != "is nested too deeply" || len(out[0].Path) != 1000 {
			t.Errorf("got %d violations, the first %v %q", len(out), out[0].Rule, out[0].Detail)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still looking after 10 s")
	}
	deep := &Node{Name: "a"}
	for range 998 {
		deep = &Node{Name: "a", Next: deep}
	}
	expect(t, c.Check(deep))
}

func TestTheTopMayBeAnyContainerOfStructs(t *testing.T) {
	t.Parallel()
	expect(t, compile[[]Suite2](t, rules.Options{}).Check(&[]Suite2{{2}, {0}}), "[1].beds:min")
	expect(t, compile[map[string][]*Suite2](t, rules.Options{}).Check(&map[string][]*Suite2{"k": {nil, {0}}}), "[k][1].beds:min")
	expect(t, compile[*Suite2](t, rules.Options{}).Check(new(&Suite2{})), "beds:min")
	expect(t, compile[*Suite2](t, rules.Options{}).Check(new((*Suite2)(nil))))
	expect(t, compile[[2]Suite2](t, rules.Options{}).Check(&[2]Suite2{{1}, {0}}), "[1].beds:min")
	type tree []tree
	if !compile[tree](t, rules.Options{}).Empty() {
		t.Error("a type without structs has something to check")
	}
}

type Suite2 struct {
	Beds int `json:"beds" validate:"min=1"`
}

func TestOneNilStructIsOneViolation(t *testing.T) {
	t.Parallel()
	type Order struct {
		Ship *Suite2 `json:"ship" validate:"required"`
		Bill Suite2  `json:"bill" validate:"required"`
	}
	expect(t, compile[Order](t, rules.Options{}).Check(&Order{}), "ship:required", "bill:required")
	expect(t, compile[Order](t, rules.Options{}).Check(&Order{Ship: &Suite2{}, Bill: Suite2{-1}}), "ship.beds:min", "bill.beds:min")
}

func TestEmptyTellsWhetherThereIsAnythingToCheck(t *testing.T) {
	t.Parallel()
	type Cyclic struct {
		Self *Cyclic
		List []Suite2 // not dived into
		N    int      `validate:"omitempty"`
	}
	type CyclicWithRule struct {
		Self *CyclicWithRule
		In   struct{ In *Suite2 }
	}
	tests := []struct {
		c    *rules.Checker
		want bool
	}{
		{compile[Cyclic](t, rules.Options{}), false}, // omitempty is looked at, though it cannot fail
		{compile[CyclicWithRule](t, rules.Options{}), false},
		{compile[struct{ A, B int }](t, rules.Options{}), true},
		{compile[struct{ List []Suite2 }](t, rules.Options{}), true},
		{compileVar(t, reflect.TypeFor[int](), "", rules.Options{}), true},
		{compileVar(t, reflect.TypeFor[Suite2](), "-", rules.Options{}), true},
		{compileVar(t, reflect.TypeFor[bool](), "boolean", rules.Options{}), true},
	}
	for i, test := range tests {
		if got := test.c.Empty(); got != test.want {
			t.Errorf("%d: Empty() of %v = %v", i, test.c.Type(), got)
		}
	}
}

func TestCheckPanicsOnAnotherType(t *testing.T) {
	t.Parallel()
	c := compile[Suite2](t, rules.Options{})
	for _, wrong := range []any{nil, Suite2{}, (*Suite2)(nil), &Node{}, new(&Suite2{})} {
		if cause := panics(func() { c.Check(wrong) }); cause == nil || !strings.HasPrefix(fmt.Sprint(cause), "rules: Check wants a non-nil *rules_test.Suite2") {
			t.Errorf("Check(%T): %v", wrong, cause)
		}
	}
}

// A189
func TestPatternsAreRE2AndMatchAnywhere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tag, text string
		want      bool
	}{
		{"pattern=b", "abc", true}, {"pattern=^b", "abc", false}, {"pattern=^[a-z]{20x2C3}$", "ab", true}, {"pattern=^[a-z]{20x2C3}$", "abcd", false},
		{"pattern=^(a0x7Cb)$", "b", true}, {"pattern=^a=b$", "a=b", true}, {"omitempty,pattern=x", "", true}, {"pattern=x|len=2", "ab", true},
	}
	for _, test := range tests {
		c := compileVar(t, reflect.TypeFor[string](), test.tag, rules.Options{})
		if got := c.Check(&test.text) == nil; got != test.want {
			t.Errorf("validate:%q on %q: %v", test.tag, test.text, got)
		}
	}
	for name, tag := range map[string]string{
		"a look-ahead": "pattern=^(?=a)", "a look-ahead for something else": "pattern=^(?!a)", "a look-behind": "pattern=(?<=a)b", "another": "pattern=(?<!a)b",
		"a reference back": `pattern=(a)\1`, "one by name": `pattern=(?P<x>a)\k<x>`, "an escape of JavaScript": `pattern=\u0061`, "a control letter": `pattern=\cA`,
		"any character of JavaScript": "pattern=[^]", "a group that keeps what it has": "pattern=(?>a+)b",
	} {
		if _, err := rules.CompileVar(reflect.TypeFor[string](), tag, rules.Options{}); err == nil || !strings.Contains(err.Error(), "is not a regular expression") {
			t.Errorf("%s, validate:%q: %v, want a mistake", name, tag, err)
		}
	}
	c := compileVar(t, reflect.TypeFor[string](), "pattern=^(a+)+$", rules.Options{})
	start := time.Now()
	c.Check(new(strings.Repeat("a", 100_000) + "!"))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("a hostile text took %v", took)
	}
}

func TestUncomparableElementsOfAnInterfaceAreComparedByContent(t *testing.T) {
	t.Parallel()
	c := compileVar(t, reflect.TypeFor[[]any](), "unique", rules.Options{})
	m := func(n int) any { return map[string]any{"a": n} }
	expect(t, c.Check(&[]any{m(1), m(2), "a", 1, 1.0}))
	expect(t, c.Check(&[]any{m(1), m(2), m(1)}), ":unique")
}

func TestNothingIsAllocatedForAValidValue(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools allocate")
	}
	type Rich struct {
		UUID  string            `validate:"required,uuid"`
		UUID4 string            `validate:"uuid4"`
		URL   string            `validate:"url"`
		HTTPS string            `validate:"omitempty,https_url"`
		Email string            `validate:"email"`
		One   string            `validate:"oneof=a b"`
		OneN  int               `validate:"oneof=1 2"`
		Len   string            `validate:"len=2"`
		Ptr   *string           `validate:"required,min=1,max=3"`
		Opt   *int              `validate:"omitempty,min=1"`
		Uniq  []string          `validate:"unique,dive,alpha"`
		Ints  []int             `validate:"unique,dive,gt=0"`
		Map   map[string]string `validate:"max=3,dive,keys,alpha,endkeys,required"`
		Subs  map[int]*Suite2   `validate:"dive,required"`
		When  time.Time         `validate:"required,gt"`
		Dur   time.Duration     `validate:"max=1h"`
		Float float32           `validate:"gte=0,lt=1"`
		U     uint16            `validate:"ne=3"`
		Or    string            `validate:"uuid|email|len=3"`
		Eq    string            `validate:"eqfield=Len"`
		With  string            `validate:"required_with=Ptr,required_if=OneN 1"`
		IP    string            `validate:"ip"`
		Date  string            `validate:"datetime=2006-01-02"`
		Pat   string            `validate:"pattern=^[a-z]+$"`
		Any   any               `validate:"required"`
		Bool  bool              `validate:"eq=true"`
		Rune  string            `validate:"min=2,max=3"`
	}
	value := Rich{
		UUID: "f47ac10b-58cc-4372-a567-0e02b2c3d479", UUID4: "f47ac10b-58cc-4372-a567-0e02b2c3d479", URL: "https://example.com/a?b=c", HTTPS: "https://example.com",
		Email: "a.b@example.com", One: "b", OneN: 2, Len: "ab", Ptr: new("abc"), Opt: new(1), Uniq: []string{"a", "b", "c"}, Ints: []int{3, 2, 1},
		Map: map[string]string{"a": "x", "b": "y"}, Subs: map[int]*Suite2{1: {1}, 2: {2}}, When: time.Now().Add(time.Hour), Dur: time.Minute, Float: 0.5, U: 4,
		Or: "abc", Eq: "ab", With: "x", IP: "10.0.0.1", Date: "2026-01-02", Pat: "abc", Any: new("x"), Bool: true, Rune: "ééé",
	}
	c := compile[Rich](t, rules.Options{})
	expect(t, c.Check(&value))
	if n := testing.AllocsPerRun(200, func() { c.Check(&value) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	order := newShopOrder()
	oc := compile[shopOrder](t, rules.Options{})
	if n := testing.AllocsPerRun(200, func() { oc.Check(order) }); n != 0 {
		t.Errorf("%v allocations for an order", n)
	}
	page := 7
	pc := compileVar(t, reflect.TypeFor[int](), "min=1,max=100", rules.Options{})
	if n := testing.AllocsPerRun(200, func() { pc.Check(&page) }); n != 0 {
		t.Errorf("%v allocations for a parameter", n)
	}
}

// A90: what one check saw is not seen by another.
func TestConcurrentChecksDoNotMix(t *testing.T) {
	t.Parallel()
	c := compile[Node](t, rules.Options{})
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			key := fmt.Sprint("k", i)
			for n := range 200 {
				value := &Node{Name: "a", Map: map[string]*Node{key: {}, "ok": {Name: "b"}}, Any: &Suite2{Beds: n % 2}}
				want := []string{"map[" + key + "].name:required"}
				if n%2 == 0 {
					want = append(want, "any.beds:min")
				}
				if got := paths(c.Check(value)); !slices.Equal(got, want) {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	group.Wait()
}

func TestViolationsOfAMapAreInTheOrderOfItsKeys(t *testing.T) {
	t.Parallel()
	c := compileVar(t, reflect.TypeFor[map[string]string](), "dive,keys,max=1,endkeys,alpha", rules.Options{})
	value := map[string]string{"bb": "1", "a": "1", "dd": "x", "c": "x"}
	for range 20 {
		expect(t, c.Check(&value), "[a]:alpha", "[bb]:max", "[bb]:alpha", "[dd]:max")
	}
}
