package rules_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/rules"
)

func TestEveryMistakeIsReportedAtOnceWithItsPlaceAndWhatWouldWork(t *testing.T) {
	t.Parallel()
	type Line struct {
		SKU string `json:"sku" validate:"emial"`
		Qty int    `json:"qty" validate:"min=abc"`
	}
	type Order struct {
		Kind    string        `json:"kind"`
		Email   string        `validate:"required,e-mail"`
		Paid    bool          `validate:"min=3"`
		Age     uint          `validate:"min=-1"`
		Wait    time.Duration `validate:"max=soon"`
		Rate    float64       `validate:"lt=x"`
		Code    string        `validate:"pattern=a(b"`
		Spaced  string        `validate:" required"`
		Need    string        `validate:"required=false"`
		One     string        `validate:"oneof="`
		Num     int           `validate:"oneof=1 two"`
		Lines   []Line        `validate:"dive"`
		Map     map[int]Line  `validate:"dive,keys,alpha,endkeys"`
		NotMap  []int         `validate:"dive,keys,gt=1,endkeys"`
		NoDive  int           `validate:"dive,gt=1"`
		Broken  string        `validate:"min=3,"`
		Cond    string        `validate:"required_if=kind card"`
		With    string        `validate:"required_with=Knd"`
		Pairs   string        `validate:"required_if=Kind card Age"`
		PairVal string        `validate:"required_if=Age x"`
		Eq      int           `validate:"eqfield=Kind"`
		NilNext *string       `validate:"required_with=Kind,min=3"`
		Uniq    [][]string    `validate:"unique"`
		UniqBy  []Line        `validate:"unique=Sku"`
		When    time.Time     `validate:"gt=now"`
		Omit    string        `validate:"omitempty|email"`
		Only    string        `validate:"structonly"`
		After   Line          `validate:"structonly,required"`
		Any     any           `validate:"omitempty,emali"`
		Flag    bool          `validate:"eq=yes"`
		Spice   string        `validate:"spicedb=x"`
		Bracket string        `validate:"required_with=Lines[x]"`
	}
	_, err := rules.Compile(reflect.TypeFor[Order](), rules.Options{})
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		t.Fatalf("Compile: %v", err)
	}
	want := []string{
		`field Order.Email has validate:"e-mail" on string: unknown rule "e-mail"; did you mean "email"?`,
		`field Order.Paid has validate:"min=3" on bool: min does not work on bool; it works on strings, numbers, slices and arrays, maps, times`,
		`field Order.Age has validate:"min=-1" on uint: "-1" is not an unsigned integer; specify one, such as min=3`,
		`field Order.Wait has validate:"max=soon" on time.Duration: "soon" is not a duration; specify one, such as max=1h30m`,
		`field Order.Rate has validate:"lt=x" on float64: "x" is not a number; specify one, such as lt=1.5`,
		"field Order.Code has validate:\"pattern=a(b\" on string: \"a(b\" is not a regular expression: error parsing regexp: missing closing ): `a(b`; write 0x2C for a comma and 0x7C for a bar",
		`field Order.Spaced has validate:" required" on string: unknown rule " required"; write it without spaces`,
		`field Order.Need has validate:"required=false" on string: required takes no parameter; write required`,
		`field Order.One has validate:"oneof=" on string: oneof needs a parameter, such as oneof=red green`,
		`field Order.Num has validate:"oneof=1 two" on int: "two" is not a value of int; list plain integers, such as oneof=1 2 3`,
		`field Order.Lines[].SKU has validate:"emial" on string: unknown rule "emial"; did you mean "email"?`,
		`field Order.Lines[].Qty has validate:"min=abc" on int: "abc" is not an integer; specify one, such as min=3`,
		`field Order.Map[key] has validate:"alpha" on int: alpha does not work on int; it works on strings`,
		`field Order.NotMap has validate:"keys" on []int: keys works on maps; leave out keys and endkeys`,
		`field Order.NoDive has validate:"dive" on int: dive works on slices, arrays and maps`,
		`field Order.Broken has validate:"min=3," on string: an empty rule; remove the spare comma or bar`,
		`field Order.Cond has validate:"required_if=kind card" on string: rules_test.Order has no field kind; name the Go field Kind`,
		`field Order.With has validate:"required_with=Knd" on string: rules_test.Order has no field Knd; did you mean "Kind"?`,
		`field Order.Pairs has validate:"required_if=Kind card Age" on string: required_if takes pairs of a field and a value; 3 words are not pairs`,
		`field Order.PairVal has validate:"required_if=Age x" on string: "x" is no value of uint`,
		`field Order.Eq has validate:"eqfield=Kind" on int: Kind is of type string; compare fields of one kind`,
		`field Order.NilNext has validate:"min=3" on string: when the rules before it let a nil pointer pass, min=3 would judge nil; put omitempty before it`,
		`field Order.Uniq has validate:"unique" on [][]string: elements of type []string cannot be compared with one another; use unique=Field on structs, or leave it out`,
		`field Order.UniqBy has validate:"unique=Sku" on []rules_test.Line: rules_test.Line has no field Sku; did you mean "SKU"?`,
		`field Order.When has validate:"gt=now" on time.Time: on a time gt compares with the present and takes no parameter; write gt`,
		`field Order.Omit has validate:"omitempty" on string: omitempty stands by itself, without parameter and alternatives`,
		`field Order.Only has validate:"structonly" on string: structonly works on structs only`,
		`field Order.After has validate:"structonly,required" on rules_test.Line: what stands after structonly is never looked at; put structonly last`,
		`field Order.Any has validate:"emali" on interface {}: unknown rule "emali"; did you mean "email"?`,
		`field Order.Flag has validate:"eq=yes" on bool: "yes" is not a bool; write eq=true or eq=false`,
		`field Order.Spice has validate:"spicedb=x" on string: spicedb takes permission, type or id`,
		`field Order.Bracket has validate:"required_with=Lines[x]" on string: [x] is no index of []rules_test.Line`,
	}
	got := joined.Unwrap()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("missing: %s", want[i])
		case i >= len(want):
			t.Errorf("unexpected: %s", got[i])
		case got[i].Error() != want[i]:
			t.Errorf("mistake %d:\n got %s\nwant %s", i, got[i], want[i])
		}
	}
	var one *rules.Mistake
	if !errors.As(err, &one) || one.Field != "Order.Email" || one.Tag != "e-mail" {
		t.Errorf("the first mistake is %+v", one)
	}
}

func TestMistakesOfAVariableHaveNoField(t *testing.T) {
	t.Parallel()
	tests := []struct {
		typ       reflect.Type
		tag, want string
	}{
		{reflect.TypeFor[int](), "min=abc", `validate:"min=abc" on int: "abc" is not an integer; specify one, such as min=3`},
		{reflect.TypeFor[int](), "min=1,,", `validate:"min=1,," on int: an empty rule; remove the spare comma or bar`},
		{reflect.TypeFor[string](), "eqfield=Other", `validate:"eqfield=Other" on string: there is no struct around the value, so no other field to look at`},
		{reflect.TypeFor[int](), "le=1", `validate:"le=1" on int: unknown rule "le"; did you mean "lte"?`},
		{reflect.TypeFor[*int](), "email", `validate:"email" on int: email does not work on int; it works on strings`},
		{reflect.TypeFor[[]int](), "dive,uuid", `element [] has validate:"uuid" on int: uuid does not work on int; it works on strings, types with a String method`},
	}
	for _, test := range tests {
		if _, err := rules.CompileVar(test.typ, test.tag, rules.Options{}); err == nil || err.Error() != test.want {
			t.Errorf("CompileVar(%v, %q):\n got %v\nwant %s", test.typ, test.tag, err, test.want)
		}
	}
}

// panicky has methods that must not run while its type is compiled.
type panicky struct{ N int }

func (panicky) String() string      { panic("String was called") }
func (panicky) ValidatorValue() any { panic("ValidatorValue was called") }
func (panicky) Validate() error     { panic("Validate was called") }

func TestCompilingRunsNoUserCode(t *testing.T) {
	t.Parallel()
	type holder struct {
		P  panicky   `validate:"required"`
		Q  *panicky  `validate:"omitempty,validateFn"`
		R  []panicky `validate:"dive,min=1"`
		Up string    `validate:"mine"`
	}
	v := newOracle()
	if err := v.RegisterValidation("mine", func(validatorFieldLevel) bool { panic("mine was called") }); err != nil {
		t.Fatal(err)
	}
	v.RegisterStructValidation(func(validatorStructLevel) { panic("the struct-level function was called") }, holder{})
	if _, err := rules.Compile(reflect.TypeFor[holder](), rules.Options{Validator: v}); err != nil {
		t.Error(err)
	}
}

func TestAMistakeNeverPanics(t *testing.T) {
	t.Parallel()
	types := []reflect.Type{
		reflect.TypeFor[chan int](), reflect.TypeFor[func()](), reflect.TypeFor[complex64](), reflect.TypeFor[uintptr](), reflect.TypeFor[error](),
		reflect.TypeFor[any](), reflect.TypeFor[struct{}](), reflect.TypeFor[time.Time](), reflect.TypeFor[[0]int](), reflect.TypeFor[map[error]any](),
	}
	for _, typ := range types {
		for _, tag := range append(tags, "required_if=A", "eqfield=", "required_with=.", "required_with=A[", "unique=[", "fieldcontains=x") {
			if cause := panics(func() {
				if c, err := rules.CompileVar(typ, tag, rules.Options{}); err == nil {
					c.Check(reflect.New(typ).Interface())
				} else if strings.TrimSpace(err.Error()) == "" {
					t.Errorf("CompileVar(%v, %q) fails without words", typ, tag)
				}
			}); cause != nil {
				t.Errorf("CompileVar(%v, %q) panics: %v", typ, tag, cause)
			}
		}
	}
}
