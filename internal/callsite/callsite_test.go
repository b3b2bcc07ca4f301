package callsite_test

import (
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/callsite"
)

type store struct{}

func (*store) Get() {}

func named() {}

func generic[T any]() {}

func TestUserIsTheFirstCallerOutsideTheModule(t *testing.T) {
	t.Parallel()
	at := callsite.User()
	if got := at.String(); !strings.HasPrefix(got, "callsite_test.go:") {
		t.Errorf("User() = %s, want a line of this file", got)
	}
	inner := func() callsite.Place { return callsite.User() }()
	if inner.Line <= at.Line {
		t.Errorf("User() in a later closure = %s, want a line after %s", inner, at)
	}
}

func TestZeroPlaceSaysThatItIsUnknown(t *testing.T) {
	t.Parallel()
	if got := (callsite.Place{}).String(); got != "unknown place" {
		t.Errorf("got %q", got)
	}
}

func TestPlacesAreOrderedByFileThenLine(t *testing.T) {
	t.Parallel()
	a, b, c := callsite.Place{File: "a.go", Line: 9}, callsite.Place{File: "b.go", Line: 1}, callsite.Place{File: "b.go", Line: 2}
	if a.Compare(b) >= 0 || b.Compare(c) >= 0 || c.Compare(c) != 0 {
		t.Errorf("order of %v %v %v is wrong", a, b, c)
	}
}

func TestFunctionsAreNamedAsAPersonWould(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		fn   any
		want string
	}{
		{"a function of a test or of package main goes without its package", named, "named"},
		{"a function of another package is qualified", strings.Fields, "strings.Fields"},
		{"a method value is named by its receiver", (&store{}).Get, "(*store).Get"},
		{"an instance of a generic function goes without its arguments", generic[map[string]int], "generic"},
		{"a nil function says so", (func())(nil), "nil function"},
		{"what is no function says so", 42, "nil function"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got, _ := callsite.Func(tc.fn); got != tc.want {
				t.Errorf("Func = %q, want %q", got, tc.want)
			}
		})
	}
}
