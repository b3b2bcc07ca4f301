//go:build !goexperiment.jsonv2 || go1.27

package shape_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/mortise-go/mortise/internal/shape"
)

func TestEmbedIsWhatJSONEncodes(t *testing.T) {
	t.Parallel()
	compareMembers(t, map[string]any{
		"embed flattens a named field": struct {
			A Address `json:",embed"`
		}{},
		"the same struct embedded twice hides itself": struct {
			Deep
			Audit2 struct{ Audit } `json:",embed"`
		}{},
		"a map takes the rest": struct {
			A int
			M map[string]int `json:",embed"`
		}{},
		"a raw value takes the rest": struct {
			A int
			V jsontext.Value `json:",embed"`
		}{},
	})
}

func TestMistakesOfEmbedAndFormat(t *testing.T) {
	t.Parallel()
	compareMistakes(t, []mistake{
		{"the withdrawn format option", struct {
			A time.Time `json:"a,format:RFC3339"`
		}{}, []string{"format", "withdrawn"}},
		{"a map taking the rest twice", struct {
			A map[string]int `json:",embed"`
			B map[string]int `json:",embed"`
		}{}, []string{"struct.A", "struct.B"}},
		{"embedding a type with its own encoding", struct {
			T time.Time `json:",embed"`
		}{}, []string{"struct.T", "MarshalJSON"}},
		{"embedding an int by option", struct {
			A int `json:",embed"`
		}{}, []string{"struct.A", "int"}},
		{"a name and embed", struct {
			A Address `json:"a,embed"`
		}{}, []string{"no name"}},
	})
}

func TestTheRestIsNoMember(t *testing.T) {
	t.Parallel()
	type Open struct {
		Ship Address        `json:",embed"`
		More map[string]any `json:",embed"`
	}
	s, err := shape.Of(reflect.TypeFor[Open]())
	if err != nil {
		t.Fatal(err)
	}
	if s.Rest == nil || s.Rest.GoName != "More" || s.Rest.Path != "Open.More" || len(s.Members) != 2 {
		t.Errorf("Rest = %+v, Members = %+v", s.Rest, s.Members)
	}
	if m := s.Members[0]; m.Path != "Open.Ship.Zip" || m.ThroughPointer {
		t.Errorf("zip = %+v", m)
	}
}
