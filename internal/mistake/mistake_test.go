package mistake_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/mortise-go/mortise/internal/mistake"
)

var errA, errB, errC = errors.New("a"), errors.New("b"), errors.New("c")

func TestAllListsWhatWasJoined(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		want []error
	}{
		{"nothing", nil, nil},
		{"one", errA, []error{errA}},
		{"two", errors.Join(errA, errB), []error{errA, errB}},
		{"two in one of two", errors.Join(errors.Join(errA, nil, errB), errC), []error{errA, errB, errC}},
	} {
		if got := mistake.All(tt.err); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestPrefixedSaysOfEachWhatItIsAbout(t *testing.T) {
	t.Parallel()
	if err := mistake.Prefixed("x: ", nil, nil); err != nil {
		t.Errorf("of nothing: %v", err)
	}
	err := mistake.Prefixed("x: ", errors.Join(errA, errB), nil, errC)
	if want := "x: a\nx: b\nx: c"; err.Error() != want || !errors.Is(err, errA) || !errors.Is(err, errC) {
		t.Errorf("%q, want %q with its causes", err, want)
	}
}
