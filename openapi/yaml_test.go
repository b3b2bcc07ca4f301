package openapi_test

import (
	"strings"
	"testing"

	"github.com/mortise-go/mortise/openapi"
)

// TestYAMLQuotesWhatOthersWouldMisread; whether parsers agree is asked in the conformance tests.
func TestYAMLQuotesWhatOthersWouldMisread(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"no": `"no"`, "Yes": `"Yes"`, "null": `"null"`, "~": `"~"`, "1.0": `"1.0"`, "2026-11-23": `"2026-11-23"`, "12:30": `"12:30"`,
		"": `""`, " x": `" x"`, "a: b": `"a: b"`, "a #b": `"a #b"`, "- a": `"- a"`, "0x1F": `"0x1F"`, "on": `"on"`, "NaN": `"NaN"`,
		"a\nb": `"a\nb"`, "a\tb": `"a\tb"`, "say \"it\"\\": `"say \"it\"\\"`, "\u0085": `"\x85"`, "\u2028": `"\u2028"`, "\ufeff": `"\uFEFF"`,
		"😀 é": `"😀 é"`, "\U000e0001": `"\U000E0001"`, "plain words": "plain words", "application/json": "application/json", "/posts/{id}": "/posts/{id}",
		"[a]": `"[a]"`, "{a}": `"{a}"`, "a, b": `"a, b"`, "*a": `"*a"`, "&a": `"&a"`, "!a": `"!a"`, "%a": `"%a"`, "@a": `"@a"`, "`a`": "\"`a`\"", "a:": `"a:"`,
	} {
		op := answers("/v", nil)
		op.Extensions = map[string]any{"x-text": text}
		got, err := documentOf(op).Encode(openapi.Format{YAML: true})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(got), "x-text: "+want+"\n") {
			t.Errorf("%q: want %s in\n%s", text, want, got)
		}
	}
}

func TestYAMLNumbersAndStructure(t *testing.T) {
	t.Parallel()
	op := answers("/v", nil)
	op.Extensions = map[string]any{
		"x-large": 1e21, "x-small": 1.5e-9, "x-empty": map[string]any{}, "x-none": []int{}, "x-lists": [][]int{{1, 2}, {}},
		"x-objects": []map[string]int{{"a": 1}}, "x-null": []any{nil, true},
	}
	got, err := documentOf(op).Encode(openapi.Format{YAML: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"x-large: 1.0e+21\n", "x-small: 1.5e-9\n", "x-empty: {}\n", "x-none: []\n", "x-lists:\n        -\n          - 1\n          - 2\n        - []\n",
		"x-objects:\n        - a: 1\n", "x-null:\n        - null\n        - true\n",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
}
