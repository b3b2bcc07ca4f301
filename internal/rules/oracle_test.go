package rules_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-playground/validator/v10"

	"github.com/mortise-go/mortise/internal/rules"
)

// newOracle is the judge: validator itself, naming fields as we do.
func newOracle() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled(), validator.WithTagNameFuncBlankOmit())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" && !f.Anonymous {
			return f.Name
		}
		return name
	})
	return v
}

// verdict lists what fails, as path and rule, sorted.
type verdict []string

func (v verdict) String() string { return "[" + strings.Join(v, " ") + "]" }

func oracleVerdict(err error, root reflect.Type) verdict {
	var list validator.ValidationErrors
	if err != nil && !errors.As(err, &list) {
		return verdict{"invalid: " + err.Error()}
	}
	var out verdict
	for _, e := range list {
		place := e.Namespace()
		if root != nil && root.Name() != "" {
			place = strings.TrimPrefix(place, root.Name())
			place = strings.TrimPrefix(place, ".")
		}
		out = append(out, place+":"+e.Tag())
	}
	slices.Sort(out)
	return out
}

func ourVerdict(list []rules.Violation) verdict {
	var out verdict
	for _, v := range list {
		place := strings.ReplaceAll(v.Path.String(), `[""]`, "[]") // validator does not quote keys
		out = append(out, place+":"+v.Rule)
	}
	slices.Sort(out)
	return out
}

// panics runs f and reports what it panicked with, or nil.
func panics(f func()) (cause any) {
	defer func() { cause = recover() }()
	f()
	return nil
}

// sameVar compares the verdicts on one value of a variable.
func sameVar(t *testing.T, oracle *validator.Validate, c *rules.Checker, tag string, value any) {
	t.Helper()
	var want verdict
	if cause := panics(func() { want = oracleVerdict(oracle.Var(value, tag), nil) }); cause != nil {
		t.Errorf("validate:%q on %T: compiled, but validator panics on %#v: %v", tag, value, value, cause)
		return
	}
	got := ourVerdict(c.Check(pointerTo(value)))
	if strings.Contains(tag, "|") && isNil(value) && len(got) == len(want) {
		return // validator names the second alternative of a|b when the pointer is nil; we name both
	}
	if !slices.Equal(got, want) {
		t.Errorf("validate:%q on %T %#v: got %v, validator says %v", tag, value, value, got, want)
	}
}

func isNil(value any) bool {
	v := reflect.ValueOf(value)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// sameStruct compares the verdicts on a struct, given by pointer.
func sameStruct(t *testing.T, oracle *validator.Validate, c *rules.Checker, ptr any) {
	t.Helper()
	want := oracleVerdict(oracle.Struct(ptr), c.Type())
	if got := ourVerdict(c.Check(ptr)); !slices.Equal(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", show(ptr), got, want)
	}
}

func show(ptr any) string { return fmt.Sprintf("%+v", reflect.ValueOf(ptr).Elem()) }

func compileVar(t testing.TB, typ reflect.Type, tag string, o rules.Options) *rules.Checker {
	t.Helper()
	c, err := rules.CompileVar(typ, tag, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func compile[T any](t testing.TB, o rules.Options) *rules.Checker {
	t.Helper()
	c, err := rules.Compile(reflect.TypeFor[T](), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pointerTo gives a value as Check takes it.
func pointerTo(value any) any {
	p := reflect.New(reflect.TypeOf(value))
	p.Elem().Set(reflect.ValueOf(value))
	return p.Interface()
}

//go:fix inline
func ptr[T any](v T) *T { return new(v) }

type oracleType = validator.Validate

// oracles are kept, because making one takes longer than a check.
var oracles = sync.Pool{New: func() any { return newOracle() }}

type (
	validatorFieldLevel  = validator.FieldLevel
	validatorStructLevel = validator.StructLevel
)
