package rules_test

import (
	"database/sql"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-playground/validator/v10"

	"github.com/mortise-go/mortise/internal/rules"
)

// paths lists path and rule of violations in their order.
func paths(list []rules.Violation) []string {
	out := []string{}
	for _, v := range list {
		out = append(out, v.Path.String()+":"+v.Rule)
	}
	return out
}

func expect(t *testing.T, list []rules.Violation, want ...string) {
	t.Helper()
	if got := paths(list); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

type Booking struct {
	Guests int      `json:"guests" validate:"even"`
	Rooms  int      `json:"rooms" validate:"fits=Guests"`
	Name   *string  `json:"name" validate:"filled"`
	Code   string   `json:"code" validate:"short"`
	Codes  []string `json:"codes" validate:"dive,omitempty,short,alpha"`
	Inner  Suite    `json:"inner" validate:"cosy"`
	Either string   `json:"either" validate:"shout|number"`
	Suites []Suite  `json:"suites" validate:"dive"`
}

type Suite struct {
	Beds int `json:"beds" validate:"even"`
	Max  int `json:"max"`
}

func newCustom(t testing.TB) *validator.Validate {
	v := newOracle()
	register := func(name string, onNil bool, fn validator.Func) {
		if err := v.RegisterValidation(name, fn, onNil); err != nil {
			t.Fatal(err)
		}
	}
	register("even", false, func(fl validator.FieldLevel) bool { return fl.Field().Int()%2 == 0 })
	register("fits", false, func(fl validator.FieldLevel) bool {
		return fl.Field().Int() <= fl.Parent().FieldByName(fl.Param()).Int()
	})
	register("filled", true, func(fl validator.FieldLevel) bool { return fl.Field().Kind() == reflect.String && fl.Field().Len() > 0 })
	register("shout", false, func(fl validator.FieldLevel) bool { return strings.HasSuffix(fl.Field().String(), "!") })
	register("cosy", false, func(fl validator.FieldLevel) bool { return fl.Field().FieldByName("Beds").Int() < 4 })
	v.RegisterAlias("short", "min=1,max=3")
	v.RegisterStructValidation(func(sl validator.StructLevel) {
		if s := sl.Current().Interface().(Suite); s.Beds > s.Max {
			sl.ReportError(s.Beds, "beds", "Beds", "ltefield", "Max")
			sl.ReportError(s.Max, "odd", "Odd", "strange", "")
		}
	}, Suite{})
	return v
}

func TestRulesAliasesAndStructLevelsOfTheUserAreValidators(t *testing.T) {
	t.Parallel()
	v := newCustom(t)
	c := compile[Booking](t, rules.Options{Validator: v})
	good := Booking{Guests: 2, Rooms: 2, Name: new("x"), Code: "abc", Codes: []string{"", "ab"}, Either: "hey!", Inner: Suite{2, 2}}
	bookings := []Booking{
		good, {}, {Guests: 3, Rooms: 4, Name: new(""), Code: "toolong", Codes: []string{"a1", "abcd", ""}, Inner: Suite{6, 2}, Either: "x"},
		{Guests: 2, Inner: Suite{3, 1}, Suites: []Suite{{2, 4}, {4, 2}, {5, 9}}, Either: "12"},
	}
	for i := range bookings {
		sameStruct(t, v, c, &bookings[i])
	}
	expect(t, c.Check(&good))
	bad := bookings[3]
	expect(t, c.Check(&bad), "name:filled", "code:short", "inner.beds:even", "inner.beds:ltefield", "inner.odd:strange",
		"suites[1].beds:ltefield", "suites[1].odd:strange", "suites[2].beds:even")
	out := c.Check(&bad)
	if out[0].Detail != "does not satisfy the rule filled" || out[1].Detail != "must have at least 1 character" || out[5].Path.Pointer() != "/suites/1/beds" {
		t.Errorf("details %+v", out)
	}
}

func TestARedefinedRuleIsLeftToTheUser(t *testing.T) {
	t.Parallel()
	v := newOracle()
	for _, name := range []string{"email", "pattern"} {
		if err := v.RegisterValidation(name, func(fl validator.FieldLevel) bool { return fl.Field().String() == "mine" }); err != nil {
			t.Fatal(err)
		}
	}
	c := compileVar(t, reflect.TypeFor[string](), "email", rules.Options{Validator: v, Redefined: []string{"email"}})
	expect(t, c.Check(new("mine")))
	expect(t, c.Check(new("a@b.co")), ":email")
	c = compileVar(t, reflect.TypeFor[string](), "pattern=x", rules.Options{Validator: v})
	expect(t, c.Check(new("mine")))
	expect(t, c.Check(new("x")), ":pattern")
}

func TestRulesRegisteredForATypeReplaceItsTags(t *testing.T) {
	t.Parallel()
	type Plain struct {
		A string `json:"a" validate:"max=1"`
		B int    `json:"b"`
	}
	v := newOracle()
	v.RegisterStructValidationMapRules(map[string]string{"A": "max=2", "B": "gt=1"}, Plain{})
	c := compile[Plain](t, rules.Options{Validator: v})
	for _, p := range []Plain{{"ab", 2}, {"abc", 1}, {}} {
		sameStruct(t, v, c, &p)
	}
	expect(t, c.Check(&Plain{"abc", 0}), "a:max", "b:gt")
}

// maybe is a value that may be absent, seen by the rules as what it holds.
type maybe[T any] struct {
	Value T
	Set   bool
}

func (m maybe[T]) ValidatorValue() any {
	if m.Set {
		return m.Value
	}
	return nil
}

func TestAValuerIsJudgedByItsValue(t *testing.T) {
	t.Parallel()
	type Patch struct {
		Age  maybe[int]            `json:"age" validate:"omitempty,min=18"`
		Name maybe[string]         `json:"name" validate:"required,max=3"`
		Tags maybe[[]string]       `json:"tags" validate:"omitempty,max=2,dive,alpha"`
		Sub  maybe[Suite]          `json:"sub"`
		Ptr  *maybe[int]           `json:"ptr" validate:"omitempty,eq=1"`
		List []maybe[int]          `json:"list" validate:"dive,gt=0"`
		Map  map[string]maybe[int] `json:"map" validate:"dive,required"`
	}
	v := newOracle()
	_ = v.RegisterValidation("even", func(fl validator.FieldLevel) bool { return fl.Field().Int()%2 == 0 })
	c := compile[Patch](t, rules.Options{Validator: v})
	patches := []Patch{
		{},
		{Age: maybe[int]{17, true}, Name: maybe[string]{"abcd", true}, Tags: maybe[[]string]{[]string{"a", "1"}, true}, Sub: maybe[Suite]{Suite{Beds: 3}, true}},
		{Age: maybe[int]{18, true}, Name: maybe[string]{"abc", true}, Ptr: &maybe[int]{2, true}, List: []maybe[int]{{1, true}, {0, true}, {}}},
		{Ptr: &maybe[int]{}, Map: map[string]maybe[int]{"a": {}, "b": {0, true}, "c": {1, true}}},
	}
	for i := range patches {
		sameStruct(t, v, c, &patches[i])
	}
}

func TestCustomTypesAreJudgedByWhatTheUserMakesOfThem(t *testing.T) {
	t.Parallel()
	type Row struct {
		Name  sql.NullString   `json:"name" validate:"required,max=3"`
		Opt   *sql.NullString  `json:"opt" validate:"omitempty,alpha"`
		Names []sql.NullString `json:"names" validate:"dive,required"`
		Free  sql.NullString   `json:"free"`
	}
	v := newOracle()
	v.RegisterCustomTypeFunc(func(field reflect.Value) any {
		if n := field.Interface().(sql.NullString); n.Valid {
			return n.String
		}
		return nil
	}, sql.NullString{})
	c := compile[Row](t, rules.Options{Validator: v})
	some := func(s string) sql.NullString { return sql.NullString{String: s, Valid: true} }
	rows := []Row{{}, {Name: some("abc")}, {Name: some("abcd"), Opt: new(some("1")), Names: []sql.NullString{some("a"), {}}}}
	for i := range rows {
		sameStruct(t, v, c, &rows[i])
	}
	out := c.Check(&rows[2])
	if len(out) != 3 || out[0].Detail != "must have at most 3 characters" {
		t.Errorf("got %+v", out)
	}
	type Wrong struct {
		Name sql.NullString `validate:"pattern=a"`
	}
	if _, err := rules.Compile(reflect.TypeFor[Wrong](), rules.Options{Validator: v}); err == nil {
		t.Error("pattern compiles on a type with a custom type function")
	}
}

func TestNamesMayComeFromTheCaller(t *testing.T) {
	t.Parallel()
	type input struct {
		Page int `query:"page" json:"-" validate:"min=1"`
		Body struct {
			Qty int `json:"qty" validate:"min=1"`
		} `body:"json"`
		Hidden int `json:"-" validate:"min=1"`
	}
	c := compile[input](t, rules.Options{Name: func(f reflect.StructField) (string, bool) {
		if _, ok := f.Tag.Lookup("body"); ok {
			return "", true
		}
		return f.Tag.Lookup("query")
	}})
	expect(t, c.Check(&input{}), "page:min", "qty:min")
}

func TestWhatJSONCannotReachIsNotChecked(t *testing.T) {
	t.Parallel()
	type Rest map[string]string
	type Body struct {
		Hidden  string `json:"-" validate:"required"`
		Dash    string `json:"-," validate:"required"`
		Rest    Rest   `json:",embed" validate:"dive,max=1"`
		private string `validate:"required"`
	}
	c := compile[Body](t, rules.Options{})
	expect(t, c.Check(&Body{Rest: Rest{"k": "ab"}}), "-:required", "[k]:max")
}

func TestACheckStopsAtItsLimit(t *testing.T) {
	t.Parallel()
	c := compileVar(t, reflect.TypeFor[[]int](), "dive,gt=0", rules.Options{Limit: 3})
	if out := c.Check(&[]int{0, 0, 0, 0, 0}); len(out) != 3 {
		t.Errorf("%d violations, want 3", len(out))
	}
	c = compileVar(t, reflect.TypeFor[[]map[string]Suite](), "dive,dive", rules.Options{Validator: newCustom(t)})
	big := make([]map[string]Suite, 5000)
	for i := range big {
		big[i] = map[string]Suite{"a": {Beds: 3}}
	}
	if out := c.Check(&big); len(out) != 1000 {
		t.Errorf("%d violations, want the default of 1000", len(out))
	}
}
