//go:build !goexperiment.jsonv2 || go1.27

package openapi_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/mortise-go/mortise/internal/codec"
)

// open takes members that it does not name.
type open struct {
	Person `json:",embed"`
	More   map[string]int `json:",embed"`
}

func TestAMapMayTakeTheRest(t *testing.T) {
	t.Parallel()
	doc := build(t, answers("/v", reflect.TypeFor[open]()))
	equal(t, "open", component(doc, "Open"), `{"type":"object","required":["name"],
		"additionalProperties":{"type":"integer","format":"int64"},"properties":{"name":{"type":"string","minLength":1}}}`)
	b, err := codec.Marshal(&open{Person: Person{Name: "Ada"}, More: map[string]int{"more": 1}})
	if err != nil {
		t.Fatal(err)
	}
	var decoded any
	if err := json.Unmarshal(b, &decoded); err != nil {
		t.Fatal(err)
	}
	for _, fault := range (judge{doc}).check(outputSchema(doc, "/v"), decoded, "open") {
		t.Error(fault)
	}
}
