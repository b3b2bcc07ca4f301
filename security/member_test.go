package security_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mortise-go/mortise/security"
)

func TestObjectsAreReadMemberByMember(t *testing.T) {
	t.Parallel()
	names, values, err := security.ReadObject([]byte(" {\n\"a\" : 1 , \"\\u0062\\n\":[ {\"x\":null} , \"]\" ] ,\"\":\"\\\"}\",\"😀\":-0.5E-7,\"t\":true,\"f\":false}\t"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "b\n", "", "😀", "t", "f"}; !slices.Equal(names, want) {
		t.Errorf("names are %q, want %q", names, want)
	}
	if want := []string{"1", `[ {"x":null} , "]" ]`, `"\"}"`, "-0.5E-7", "true", "false"}; !slices.Equal(values, want) {
		t.Errorf("values are %q, want %q", values, want)
	}
}

// objects are texts around the edge of what is accepted; the fuzzers start with
// them.
func objects() map[string]bool {
	return map[string]bool{
		`{}`: true, ` { } `: true, `{"a":0}`: true, `{"a":-0}`: true, `{"a":10.01e+10}`: true, `{"a":[]}`: true, `{"a":{}}`: true,
		`{"a":[1,2],"b":{"c":{"d":[]}}}`: true, `{"a":"\/\b\f\n\r\t\"\\"}`: true, `{"a":"\uD83D\uDE00"}`: true, `{"a":"é"}`: true, "{\"a\":\"\x7f\"}": true,
		`{"a":"\u0000"}`: true, `{"a":1,"A":2}`: true, `{"a":{"b":1,"b":2}}`: true, // nested duplicates are the codec's business
		``: false, `{`: false, `}`: false, `{}}`: false, `{},`: false, `{,}`: false, `{"a"}`: false, `{"a":}`: false, `{"a":1,}`: false, `{"a":1 "b":2}`: false,
		`{a:1}`: false, `{'a':1}`: false, `{1:1}`: false, `{"a":1}x`: false, `{"a":1}{}`: false, `[]`: false, `null`: false, `"a"`: false, `1`: false,
		`{"a":01}`: false, `{"a":1.}`: false, `{"a":.1}`: false, `{"a":+1}`: false, `{"a":-}`: false, `{"a":1e}`: false, `{"a":1e+}`: false, `{"a":0x1}`: false,
		`{"a":tru}`: false, `{"a":True}`: false, `{"a":nul}`: false, `{"a":NaN}`: false, `{"a":[1,]}`: false, `{"a":[,]}`: false, `{"a":[1 2]}`: false, `{"a":{"b"}}`: false,
		`{"a":{"b":1,}}`: false, `{"a":[}`: false, `{"a":(1)}`: false, `{"a":"\x"}`: false, `{"a":"\u12"}`: false, `{"a":"\u12G4"}`: false, `{"a":"\u+123"}`: false, `{"a":"\u1_23"}`: false,
		`{"a":"\uD800"}`: false, `{"a":"\uDC00"}`: false, `{"a":"\uD800\uD800"}`: false, `{"a":"\uD800x"}`: false, `{"a":"\uD800\n"}`: false, `{"a":"`: false, `{"a":"\`: false,
		"{\"a\":\"\n\"}": false, "{\"a\":\"\x00\"}": false, "{\"a\":\"\xff\"}": false, "{\"\xff\":1}": false, "\ufeff{}": false, "{}\x00": false, "{\v}": false, "{\u00a0}": false,
		`{"a":1,"a":1}`: false, `{"a":1,"\u0061":1}`: false, `{"\/":1,"/":1}`: false, `{"":1,"":1}`: false,
	}
}

func TestObjectsAreReadStrictly(t *testing.T) { // A37, A39
	t.Parallel()
	for text, want := range objects() {
		if _, _, err := security.ReadObject([]byte(text)); (err == nil) != want {
			t.Errorf("ReadObject(%q) = %v", text, err)
		}
	}
}

// What is accepted is JSON, and encoding/json reads the same members. What
// encoding/json accepts is accepted too, if none of the stricter rules forbids it.
func FuzzObject(f *testing.F) {
	for text := range objects() {
		f.Add([]byte(text))
	}
	f.Add([]byte(goodPayload))
	f.Add([]byte(strings.Repeat(`{"a":`, 17) + "1" + strings.Repeat("}", 17)))
	f.Fuzz(func(t *testing.T, data []byte) {
		names, values, err := security.ReadObject(data)
		var reference map[string]json.RawMessage
		isObject := json.Unmarshal(data, &reference) == nil && reference != nil
		if err != nil {
			if isObject && !stricter(data, reference) {
				t.Errorf("ReadObject(%q) = %v", data, err)
			}
			return
		}
		if !isObject || len(reference) != len(names) {
			t.Fatalf("ReadObject(%q) = %q, encoding/json has %q", data, names, reference)
		}
		for i, name := range names {
			if raw, ok := reference[name]; !ok || string(raw) != values[i] {
				t.Errorf("ReadObject(%q): %q is %q, encoding/json has %q", data, name, values[i], raw)
			}
			var want string
			if text, ok := security.Unquote(values[i]); ok && (json.Unmarshal([]byte(values[i]), &want) != nil || want != text) {
				t.Errorf("Unquote(%q) = %q, encoding/json has %q", values[i], text, want)
			}
		}
	})
}

// stricter reports whether an object may be refused though encoding/json takes it.
func stricter(data []byte, members map[string]json.RawMessage) bool {
	if !utf8.Valid(data) || strings.Contains(strings.ToLower(string(data)), `\ud`) || len(members) > 100 {
		return true
	}
	depth, deepest, count := 0, 0, 0
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	for {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
			deepest = max(deepest, depth)
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if _, isName := token.(string); isName && depth == 1 {
			count++ // and texts that are values, so that this is an upper bound
		}
	}
	return deepest > 16 || count > len(members) // perhaps a duplicate
}
