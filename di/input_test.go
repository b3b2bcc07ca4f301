package di_test

import (
	"context"
	"testing"

	"github.com/mortise-go/mortise/di"
)

// paging is embedded and not exported; its exported fields are filled.
type paging struct {
	From string `query:"from"`
	DB   *db
}

type Sorting struct {
	By string `query:"by"`
}

type searching struct {
	Text string `query:"text"`
	Sort Sorting
	paging
	Sorting
	*hiding // cannot be set, because its name is not exported, and nobody gives one
	Agent   agent
	Nothing di.None
	hidden  int
	_       string
}

type hiding struct{ Text string }

func (s *searching) seen() int { return s.hidden }

// Rule 1 and 2: fields are read, resolved by type, or filled field by field;
// embedded structs are flattened.
func TestAStructIsFilledFieldByField(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(gives(&j, "db", &db{"one"}))
	var got searching
	p := plan(t)(s, di.Depends(func(_ context.Context, in struct {
		searching
	}) (di.None, error) {
		got = in.searching
		return di.None{}, nil
	}))
	serves(t, p, request{values: map[string]string{"text": "t", "by": "b", "from": "f", "agent": "a"}})
	if got.Text != "t" || got.Sort.By != "b" || got.By != "b" || got.From != "f" || got.Agent != "a" || got.DB.name != "one" {
		t.Errorf("filled %+v", got)
	}
	if got.hiding != nil || got.seen() != 0 {
		t.Errorf("unexported fields were filled: %+v", got)
	}
}

// Rule 1: a struct that a dependency gives is that value and is not filled.
func TestAGivenStructIsNotFilled(t *testing.T) {
	t.Parallel()
	var j journal
	s := provided(gives(&j, "sorting", Sorting{"given"}))
	p := plan(t)(s, di.Depends(func(_ context.Context, in struct {
		Sort  Sorting
		Other struct{ Sorting }
	}) (di.None, error) {
		j.note("%s %s", in.Sort.By, in.Other.By)
		return di.None{}, nil
	}))
	serves(t, p, request{values: map[string]string{"by": "read"}})
	j.expect(t, "sorting given given")
}

// Rule 1 comes before rule 2, and the source's types come last.
func TestADependencyShadowsWhatTheSourceKnows(t *testing.T) {
	t.Parallel()
	var j journal
	see := turns(&j, "see", func(a agent) (di.None, error) { j.note("%s", a); return di.None{}, nil })
	serves(t, plan(t)(nil, see), request{values: map[string]string{"agent": "read"}})
	serves(t, plan(t)(provided(gives(&j, "fake", agent("given"))), see), request{})
	j.expect(t, "see read fake see given")
}

// A tag wins over a type: the field says where it comes from.
func TestATaggedFieldIsReadEvenWhereItsTypeIsGiven(t *testing.T) {
	t.Parallel()
	var j journal
	p := plan(t)(provided(gives(&j, "given", "given")), di.Depends(func(_ context.Context, in struct {
		Read  string `query:"name"`
		Given string
	}) (di.None, error) {
		j.note("%s %s", in.Read, in.Given)
		return di.None{}, nil
	}))
	serves(t, p, request{values: map[string]string{"name": "read"}})
	j.expect(t, "given read given")
}

func TestAFunctionThatTakesNothingIsCalledWithNothing(t *testing.T) {
	t.Parallel()
	var j journal
	serves(t, plan(t)(nil, handles[di.None](&j)), request{})
	serves(t, plan(t)(nil, handles[struct{}](&j)), request{})
	j.expect(t, "handler handler")
}

// L5: what is missing is not mistaken for what is empty. A marker type tells
// that somebody passed a guard, so a zero value would open the door.
func TestAMarkerIsNeverMadeUp(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]*di.Dependency{
		"as the input":      di.Depends(func(context.Context, Marker) (di.None, error) { return di.None{}, nil }),
		"as a field":        di.Depends(func(context.Context, struct{ M Marker }) (di.None, error) { return di.None{}, nil }),
		"as an embedding":   di.Depends(func(context.Context, struct{ Marker }) (di.None, error) { return di.None{}, nil }),
		"hidden within":     di.Depends(func(context.Context, struct{ In struct{ M Marker } }) (di.None, error) { return di.None{}, nil }),
		"with hidden parts": di.Depends(func(context.Context, opaque) (di.None, error) { return di.None{}, nil }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_ = wantMistake[*di.MissingError](t, mistakes(t, nil, target))
		})
	}
	var j journal
	s := provided(gives(&j, "guard", Marker{}))
	serves(t, plan(t)(s, handles[struct{ Marker }](&j)), request{})
	j.expect(t, "guard handler")
}

type Marker struct{}

// A deep value is filled as deep as it goes, up to a bound.
func TestNestedStructsAreFilled(t *testing.T) {
	t.Parallel()
	var j journal
	type deep struct {
		A struct{ B struct{ C struct{ Sorting } } }
	}
	p := plan(t)(nil, di.Depends(func(_ context.Context, in deep) (di.None, error) {
		j.note("%s", in.A.B.C.By)
		return di.None{}, nil
	}))
	serves(t, p, request{values: map[string]string{"by": "found"}})
	j.expect(t, "found")
}
