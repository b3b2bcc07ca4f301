package rules_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/go-playground/validator/v10"

	"github.com/mortise-go/mortise/internal/rules"
)

type Base struct{ Code string }

type Basket struct {
	ID    int     `json:"id"`
	Owner *string `json:"owner"`
	Tag   string  `json:"tag"`
}

// Rare has what the random structs do not reach: references through maps,
// interfaces and embedded pointers, rules on the fields of elements, and rules
// that two rare words share.
type Rare struct {
	*Base
	Country string             `json:"country"`
	Post    string             `json:"post" validate:"omitempty,postcode_iso3166_alpha2_field=Country"`
	ByInt   map[int8]string    `json:"by_int"`
	ByUint  map[uint16]*Basket `json:"by_uint"`
	ByFloat map[float64]string `json:"by_float"`
	ByBool  map[bool]string    `json:"by_bool"`
	ByName  map[name]string    `json:"by_name"`
	Any     any                `json:"any"`
	Grid    [][]int            `json:"grid"`
	Valued  maybe[string]      `json:"valued"`
	Baskets []Basket           `json:"baskets" validate:"unique=ID"`
	Ptrs    []*Basket          `json:"ptrs" validate:"unique=Owner"`
	Values  map[string]int     `json:"values" validate:"unique"`
	Stamp   stamp              `json:"stamp" validate:"omitempty,ltfield=When"`
	When    time.Time          `json:"when"`
	Zeroed  []int              `json:"zeroed" validate:"omitzero,min=2"`
	ZeroPtr *int               `json:"zero_ptr" validate:"omitzero,min=2"`
	Nilled  *[]int             `json:"nilled" validate:"omitnil,min=2"`
	Own     validating         `json:"own" validate:"validateFn"`
	Spare   validating         `json:"spare" validate:"validateFn=Spare"`

	A string  `json:"a" validate:"required_with=ByInt[1]"`
	B string  `json:"b" validate:"required_with=ByUint[2].Tag"`
	C string  `json:"c" validate:"required_if=ByFloat[1] x"`
	D string  `json:"d" validate:"required_with=ByBool[true]"`
	E string  `json:"e" validate:"required_with=Any.Tag"`
	F string  `json:"f" validate:"required_with=Grid[1][0]"`
	G string  `json:"g" validate:"required_with=Valued"`
	H string  `json:"h" validate:"required_if=Valued x"`
	I *string `json:"i" validate:"required_with=Country|required_with=Tagged"`
	J string  `json:"j" validate:"required_if=When 1"`
	K string  `json:"k" validate:"required_if=Baskets nil"`
	L string  `json:"l" validate:"required_if=Any x"`
	M *Basket `json:"m" validate:"excluded_with=Country,structonly"`

	Tagged string `json:"tagged"`
}

type validating struct {
	N int `json:"n" validate:"max=5"`
}

func (v validating) Validate() bool { return v.N != 3 }

func (v *validating) Spare() error {
	if v.N == 4 {
		return validator.ValidationErrors{}
	}
	return nil
}

func TestRareVerdictsAreValidators(t *testing.T) {
	t.Parallel()
	c := compile[Rare](t, rules.Options{})
	full := func() *Rare {
		return &Rare{
			Base: &Base{"c"}, Country: "SE", Post: "903 26", ByInt: map[int8]string{1: "x"}, ByUint: map[uint16]*Basket{2: {Tag: "t"}}, ByFloat: map[float64]string{1: "x"},
			ByBool: map[bool]string{true: "x"}, ByName: map[name]string{"k": "x"}, Any: &Basket{Tag: "t"}, Grid: [][]int{{}, {1}}, Valued: maybe[string]{"x", true},
			Baskets: []Basket{{ID: 1}, {ID: 2}}, Ptrs: []*Basket{{Owner: new("a")}, {Owner: new("b")}, {}}, Values: map[string]int{"a": 1, "b": 2},
		}
	}
	changes := []func(*Rare){
		func(*Rare) {},
		func(r *Rare) { *r = Rare{} },
		func(r *Rare) { r.Post = "1" },
		func(r *Rare) { r.Post, r.Country = "90326", "XX" },
		func(r *Rare) { r.Post, r.Country = "90326", "" },
		func(r *Rare) {
			r.A, r.B, r.C, r.D, r.E, r.F, r.G, r.H, r.I = "x", "x", "x", "x", "x", "x", "x", "x", new("x")
		},
		func(r *Rare) {
			r.ByInt, r.ByUint, r.ByFloat, r.ByBool = map[int8]string{2: "x"}, map[uint16]*Basket{2: nil}, map[float64]string{1: "y"}, map[bool]string{}
		},
		func(r *Rare) { r.Any = Basket{} },
		func(r *Rare) { r.Any = "x" },
		func(r *Rare) { r.Any = (*Basket)(nil) },
		func(r *Rare) { r.Grid = [][]int{{1}} },
		func(r *Rare) { r.Grid = [][]int{{1}, {}} },
		func(r *Rare) { r.Valued = maybe[string]{"", true} },
		func(r *Rare) { r.Valued = maybe[string]{"x", false} },
		func(r *Rare) { r.Baskets = []Basket{{ID: 1}, {ID: 1}} },
		func(r *Rare) { r.Ptrs = []*Basket{{Owner: new("a")}, {Owner: new("a")}} },
		func(r *Rare) { r.Ptrs = []*Basket{{}, {}} },
		func(r *Rare) { r.Ptrs = []*Basket{nil, nil} },
		func(r *Rare) { r.Values = map[string]int{"a": 1, "b": 1} },
		func(r *Rare) { r.Stamp = stamp(time.Unix(5, 0)) },
		func(r *Rare) { r.Stamp, r.When = stamp(time.Unix(5, 0)), time.Unix(6, 0) },
		func(r *Rare) { r.Zeroed, r.ZeroPtr, r.Nilled = []int{}, new(0), &[]int{} },
		func(r *Rare) { r.Zeroed, r.ZeroPtr, r.Nilled = []int{1}, new(1), new([]int(nil)) },
		func(r *Rare) { r.Own, r.Spare = validating{3}, validating{4} },
		func(r *Rare) { r.Own, r.Spare = validating{6}, validating{3} },
		func(r *Rare) { r.Country, r.M = "", &Basket{} },
		func(r *Rare) { r.M = &Basket{} },
		func(r *Rare) { r.Country = "" },
		func(r *Rare) { r.Country, r.Tagged = "", "x" },
	}
	oracle := newOracle()
	for i, change := range changes {
		value := full()
		change(value)
		want := oracleVerdict(oracle.Struct(value), c.Type())
		got := ourVerdict(c.Check(value))
		// The name of a group on a nil pointer is another one, see sameVar.
		for j, line := range want {
			if line == "i:required_with" {
				want[j] = "i:required_with=Country|required_with=Tagged"
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("change %d:\n got %v\nwant %v", i, got, want)
		}
	}
}

func TestAFieldBehindANilEmbeddedPointerIsAbsent(t *testing.T) {
	t.Parallel()
	type Outer struct {
		*Base
		Name string `json:"name" validate:"required_with=Code"`
		Same string `json:"same" validate:"nefield=Code"`
		Has  string `json:"has" validate:"fieldcontains=Code"`
		Not  string `json:"not" validate:"fieldexcludes=Code"`
	}
	c := compile[Outer](t, rules.Options{})
	// validator panics on the first of these.
	expect(t, c.Check(&Outer{}), "has:fieldcontains")
	expect(t, c.Check(&Outer{Base: &Base{"x"}, Same: "x", Not: "xy"}), "name:required_with", "same:nefield", "has:fieldcontains", "not:fieldexcludes")
}

func TestAStructLevelFunctionMayPointAnywhere(t *testing.T) {
	t.Parallel()
	type Part struct {
		Name string `json:"name"`
	}
	type Deep struct {
		Base
		Parts []Part          `json:"parts"`
		ByKey map[string]Part `json:"by_key"`
		Inner *Part           `json:"inner"`
	}
	v := newOracle()
	v.RegisterStructValidation(func(sl validator.StructLevel) {
		sl.ReportError("", "Parts[1].Name", "Parts[1].Name", "min", "3")
		sl.ReportError("", "ByKey[k].Name", "ByKey[k].Name", "required", "")
		sl.ReportError("", "ByKey[7].Name", "ByKey[7].Name", "required", "")
		sl.ReportError("", "Inner.Name", "Inner.Name", "email", "")
		sl.ReportError("", "Base.Code", "Base.Code", "house_rule", "")
		sl.ReportError([]int{1}, "Parts", "Parts", "max", "2")
	}, Deep{})
	c := compile[Deep](t, rules.Options{Validator: v})
	out := c.Check(&Deep{})
	expect(t, out, "parts[1].name:min", "by_key[k].name:required", "by_key[7].name:required", "inner.name:email", "Code:house_rule", "parts:max")
	if out[0].Detail != "must have at least 3 characters" || out[4].Detail != "does not satisfy the rule house_rule" || out[5].Detail != "must have at most 2 items" {
		t.Errorf("details %+v", out)
	}
	if got := out[2].Path.Pointer(); got != "/by_key/7/name" {
		t.Errorf("pointer %q", got)
	}
}
