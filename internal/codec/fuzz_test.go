package codec_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/codec"
)

func seeds(f *testing.F) {
	for _, s := range []string{
		``, ` `, `null`, `true`, `-0`, `1e400`, `"x"`, `{}`, `[]`, `[1,[2,{"a":null}]]`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`,
		`{"name":"nut","qty":128,"cost":"x"}`, `{"by":1,"id":"5","items":[7,{"qty":1.5}],"rooms":{"x":"y","0":"","-0":""}}`,
		`{"waits":["1s","soon"],"amount":"5","any":[1e999],"triple":[1],"maybe":null,"level":null,"plain":{"A":-1}}`,
		`{"tree":{"label":"r","children":[{"label":1},null]},"pair":"AQ==","blob":"%","net":"x","ratio":1e39,"colour":1}`,
		"\xef\xbb\xbf{}", "\"\xff\"", `"\ud800"`, `"\ud83d\ude00"`, `{} {}`, `[1,]`, `{"a":NaN}`, strings.Repeat("[", 70), `["\\",[]]`,
	} {
		f.Add([]byte(s))
	}
}

// What is accepted, v1 accepts with the same meaning; and what was decoded can
// be encoded, and decodes to the same again.
func FuzzDecodeAny(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		var got, old, again any
		if err := codec.Decode(data, &got, codec.Options{}); err != nil {
			_ = client(t, err)
			return
		}
		if err := json.Unmarshal(data, &old); err != nil || !reflect.DeepEqual(got, old) {
			t.Fatalf("v1 says %#v, %v; got %#v", old, err, got)
		}
		out, err := codec.Marshal(got)
		if err != nil {
			t.Fatalf("Marshal(%#v): %v", got, err)
		}
		if err := codec.Decode(out, &again, codec.Options{}); err != nil || !reflect.DeepEqual(got, again) {
			t.Fatalf("%s decodes to %#v, %v, want %#v", out, again, err, got)
		}
	})
}

// A text is refused for its syntax whatever the type, and for its types only if
// the syntax is good.
func FuzzDecodeStruct(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		syntax := codec.Decode(data, new(json.RawMessage), codec.Options{})
		for _, strict := range []bool{false, true} {
			var got order
			err := codec.Decode(data, &got, codec.Options{RejectUnknown: strict})
			switch {
			case syntax != nil && (err == nil || client(t, err).Kind() != codec.Syntax):
				t.Fatalf("syntax: %v, but for a struct: %v", syntax, err)
			case syntax == nil && err != nil && client(t, err).Kind() != codec.Type:
				t.Fatalf("the syntax is good, but: %v", err)
			case syntax == nil && err != nil && unlocated(client(t, err)):
				t.Fatalf("the decoder refuses what the search finds good: %v", err)
			}
		}
	})
}

// unlocated reports whether an error is only the decoder's. Two names of one
// key are the case that the search does not look for.
func unlocated(errs codec.Errors) bool {
	for _, e := range errs {
		if e.Path == "" && e.Pointer != "" && !strings.HasPrefix(e.Pointer, "/rooms") {
			return true
		}
	}
	return false
}

// With unknown members refused, what is accepted v1 accepts as strictly, with
// the same meaning, for a type that both understand alike.
func FuzzDecodeStrict(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		var got, old struct {
			item
			More []item         `json:"more"`
			Map  map[string]int `json:"map"`
			Ptr  *item          `json:"ptr"`
		}
		if codec.Decode(data, &got, codec.Options{RejectUnknown: true}) != nil {
			return
		}
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		if err := d.Decode(&old); err != nil || !reflect.DeepEqual(got, old) {
			t.Fatalf("v1 says %+v, %v; got %+v", old, err, got)
		}
	})
}

// client checks that an error is one that can be shown.
func client(t *testing.T, err error) codec.Errors {
	t.Helper()
	errs, ok := errors.AsType[codec.Errors](err)
	if !ok || len(errs) == 0 || len(errs) > 100 {
		t.Fatalf("got error %v (%T), want 1 to 100 codec.Errors", err, err)
	}
	for _, e := range errs {
		if e.Kind != errs[0].Kind || e.Code == "" || e.Detail == "" || e.Offset < 0 {
			t.Fatalf("got %+v", e)
		}
	}
	return errs
}
