package house_test

import (
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/house"
)

const program = `package main

func main() {
	//docs:begin outer
	if true {
		//docs:begin inner
		run()

		stop()
		//docs:end inner
	}
	//docs:end outer
	//docs:begin unclosed
}

//docs:begin spaced

// f does.
func f() {}

//docs:end spaced
`

func TestRegion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, region, want, mistake string
	}{
		{"the indentation that lines share is removed", "inner", "run()\n\nstop()\n", ""},
		{"marks of other regions are removed", "outer", "if true {\n\trun()\n\n\tstop()\n}\n", ""},
		{"empty lines at the ends are removed", "spaced", "// f does.\nfunc f() {}\n", ""},
		{"an unknown region", "nowhere", "", "there is no //docs:begin nowhere"},
		{"a region without an end", "unclosed", "", "there is no //docs:end unclosed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := house.Region(program, tt.region)
			if got != tt.want || !says(err, tt.mistake) {
				t.Errorf("Region(%q) = %q, %v, want %q and an error saying %q", tt.region, got, err, tt.want, tt.mistake)
			}
		})
	}
}

func TestRegionBeginsOnce(t *testing.T) {
	t.Parallel()
	_, err := house.Region("//docs:begin a\n//docs:end a\n//docs:begin a\n//docs:end a\n", "a")
	if !says(err, "begins twice") {
		t.Errorf("error %v, want one about two beginnings", err)
	}
}

func TestRequote(t *testing.T) {
	t.Parallel()
	dir := plant(t, map[string]string{
		"a/main.go":      program,
		"a/main_test.go": "package main",
		"b/untested.go":  "package b",

		"a/testdata/mistakes/one.txt": "nothing provides it\n    provide it\n",
		"b/testdata/mistakes/one.txt": "nobody looks at this\n",
	})
	const mark = "<!-- quote a/main.go#inner -->\n"
	const fresh = mark + "```go\nrun()\n\nstop()\n```\n"
	for _, tt := range []struct {
		name, page, want, mistake string
	}{
		{"a stale block is refreshed", "# A\n\n" + mark + "```go\nold()\n```\n\nEnd.\n", "# A\n\n" + fresh + "\nEnd.\n", ""},
		{"a fresh block stays", fresh, fresh, ""},
		{"two blocks", fresh + fresh, fresh + fresh, ""},
		{"other blocks stay", "```sh\ngo test\n```go\n```\n", "```sh\ngo test\n```go\n```\n", ""},
		{"a whole file", "<!-- quote a/main_test.go -->\n```go\n```\n", "<!-- quote a/main_test.go -->\n```go\npackage main\n```\n", ""},
		{"a golden file", "<!-- quote a/testdata/mistakes/one.txt -->\n```text\n```\n", "<!-- quote a/testdata/mistakes/one.txt -->\n```text\nnothing provides it\n    provide it\n```\n", ""},
		{"a block of text that quotes nothing stays", "```text\nas it is\n```\n", "```text\nas it is\n```\n", ""},
		{"a golden file shown as Go", "<!-- quote a/testdata/mistakes/one.txt -->\n```go\n```\n", "", "is not followed by a ```text block"},
		{"Go shown as text", "<!-- quote a/main.go#inner -->\n```text\n```\n", "", "is not followed by a ```go block"},
		{"a golden file that nobody tests", "<!-- quote b/testdata/mistakes/one.txt -->\n```text\n```\n", "", "has no test in its folder"},
		{"a block that quotes nothing", "\n```go\nx()\n```\n", "", "line 2: a Go block that quotes no file"},
		{"a quotation without a block", mark + "\n```go\n```\n", "", "line 1: the quotation of a/main.go#inner is not followed"},
		{"a block without an end", mark + "```go\n", "", "not closed"},
		{"another block without an end", "```sh\n", "", "not closed"},
		{"a file that is gone", "<!-- quote c/main.go -->\n```go\n```\n", "", "c/main.go does not exist"},
		{"a file that nobody tests", "<!-- quote b/untested.go -->\n```go\n```\n", "", "has no test in its folder"},
		{"a region that is gone", "<!-- quote a/main.go#gone -->\n```go\n```\n", "", "there is no //docs:begin gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := house.Requote(dir, tt.page)
			if got != tt.want || !says(err, tt.mistake) {
				t.Errorf("Requote = %q, %v, want %q and an error saying %q", got, err, tt.want, tt.mistake)
			}
		})
	}
}

func FuzzRequote(f *testing.F) {
	f.Add("# A\n\n<!-- quote floors.go -->\n```go\nold\n```\n")
	f.Add("```sh\nls\n```\n")
	f.Add("<!-- quote quotes.go#none -->\n```go\n```")
	f.Fuzz(func(t *testing.T, page string) {
		once, err := house.Requote(".", page)
		if err != nil {
			return
		}
		if twice, err := house.Requote(".", once); err != nil || twice != once {
			t.Errorf("a refreshed page changes again: %q, then %q, %v", once, twice, err)
		}
	})
}

func says(err error, text string) bool {
	if text == "" {
		return err == nil
	}
	return err != nil && strings.Contains(err.Error(), text)
}
