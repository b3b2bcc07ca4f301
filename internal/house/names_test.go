package house_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/house"
)

// drawers are names that say nothing about what is inside.
var drawers = []string{"util", "utils", "common", "helper", "helpers", "core", "types", "manager", "managers"}

func TestNoPackageIsADrawer(t *testing.T) {
	t.Parallel()
	for _, pkg := range repository(t).Packages {
		if slices.Contains(drawers, path.Base(pkg.Dir)) || slices.Contains(drawers, pkg.Name()) {
			t.Errorf("%s: name the package for what it does", pkg.Dir)
		}
		for _, f := range pkg.Files {
			name, _, _ := strings.Cut(strings.TrimSuffix(path.Base(f.Name), ".go"), "_")
			if slices.Contains(drawers, name) {
				t.Errorf("%s: name the file for what is in it", f.Name)
			}
		}
	}
}

func TestEveryExportedNameExplainsItself(t *testing.T) {
	t.Parallel()
	tree := repository(t)
	for _, pkg := range tree.Packages {
		if pkg.Name() != "main" {
			report(t, tree.Undocumented(pkg))
		}
	}
}

func TestEveryPackageHasADoc(t *testing.T) {
	t.Parallel()
	for _, pkg := range repository(t).Packages {
		begin := "Package " + pkg.Name() + " "
		if pkg.Name() == "main" {
			// As gofmt's own begins: "Gofmt formats Go programs."
			name := path.Base(pkg.Dir)
			begin = strings.ToUpper(name[:1]) + name[1:] + " "
		}
		files, documented := 0, ""
		for f := range pkg.Production() {
			files++
			if strings.HasPrefix(f.Syntax.Doc.Text(), begin) {
				documented = path.Base(f.Name)
			}
		}
		switch {
		case files > 0 && documented == "":
			t.Errorf("%s: no comment that begins with %q", pkg.Dir, begin)
		case files > 1 && pkg.Name() != "main" && documented != "doc.go":
			t.Errorf("%s: the package's comment is in %s, not in doc.go", pkg.Dir, documented)
		}
	}
}

func TestNoInitAndNoGlobalState(t *testing.T) {
	t.Parallel()
	tree := repository(t)
	for _, pkg := range tree.Packages {
		report(t, tree.Inits(pkg))
		report(t, tree.Variables(pkg))
	}
}

func TestUndocumentedNamesAreFound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, src, finding string
	}{
		{"a function without a comment", "func F() {}", "F has no comment"},
		{"a comment that begins otherwise", "// Returns one.\nfunc F() {}", `does not begin with "F"`},
		{"a comment about a longer name", "// Foo returns one.\nfunc F() {}", `does not begin with "F"`},
		{"a method of an exported type", "// T is.\ntype T struct{}\nfunc (*T) M() {}", "T.M has no comment"},
		{"a method of a generic type", "// T is.\ntype T[A, B any] struct{}\nfunc (T[A, B]) M() {}", "T.M has no comment"},
		{"a type", "type T int", "type T has no comment"},
		{"a lonely constant", "const C = 1", "const C has no comment"},
		{"a constant in a group without comments", "const (\n\tC = 1\n)", "const C has no comment"},
		{"a type's comment may begin with an article", "// A T is.\ntype T int", ""},
		{"a function's comment may not", "// A F is.\nfunc F() {}", `does not begin with "F"`},
		{"a documented function is fine", "// F returns one.\nfunc F() {}", ""},
		{"a group's comment covers its constants", "// The colours.\nconst (\n\tC = 1\n)", ""},
		{"a line comment covers a constant of a group", "const (\n\tC = 1 // the first\n)", ""},
		{"an unexported name needs none", "func f() {}", ""},
		{"a method of an unexported type needs none", "type t int\nfunc (t) M() {}", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tree, pkg := planted(t, tt.src)
			expect(t, tree.Undocumented(pkg), tt.finding)
		})
	}
}

func TestGlobalStateIsFound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, src, finding string
	}{
		{"an exported variable", "var Default = 1", "exported variable Default"},
		{"an exported error is custom", "var ErrGone = error(nil)", ""},
		{"an assignment", "var n int\nfunc f() { n = 1 }", "package variable n is changed"},
		{"an increment", "var n int\nfunc f() { n++ }", "package variable n is changed"},
		{"an element", "var m = map[int]int{}\nfunc f() { m[1] = 2 }", "package variable m is changed"},
		{"a field", "var s struct{ a int }\nfunc f() { s.a = 2 }", "package variable s is changed"},
		{"a pointer's target", "var p *int\nfunc f() { *p = 2 }", "package variable p is changed"},
		{"a range", "var n int\nfunc f() { for n = range 3 {} }", "package variable n is changed"},
		{"a local of the same name is fine", "var n int\nfunc f() { n := 1; n = 2; _ = n }", ""},
		{"reading is fine", "var n int\nfunc f() int { return n }", ""},
		{"imports do not confuse it", "import \"strings\"\nvar b strings.Builder\nfunc f() { b = strings.Builder{} }", "package variable b is changed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tree, pkg := planted(t, tt.src)
			expect(t, tree.Variables(pkg), tt.finding)
		})
	}
}

func TestInitIsFound(t *testing.T) {
	t.Parallel()
	tree, pkg := planted(t, "func init() {}")
	expect(t, tree.Inits(pkg), "init function")
	tree, pkg = planted(t, "type t int\nfunc (t) init() {}")
	expect(t, tree.Inits(pkg), "")
}

// expect wants one finding that contains text, or none if text is empty.
func expect(t *testing.T, findings []string, text string) {
	t.Helper()
	switch {
	case text == "" && len(findings) > 0:
		t.Errorf("found %q, want nothing", findings)
	case text != "" && (len(findings) != 1 || !strings.Contains(findings[0], text)):
		t.Errorf("found %q, want one finding that says %q", findings, text)
	}
}

func TestLoadNamesPackagesByTheirModule(t *testing.T) {
	t.Parallel()
	tree, err := house.Load(plant(t, map[string]string{
		"go.mod":                 "module example.com/m\n",
		"m.go":                   "package m",
		"a/b/b.go":               "package b",
		"n/go.mod":               "module example.com/m/n\n",
		"n/n_test.go":            "package n_test",
		"n/c/c.go":               "package c",
		"a/testdata/bad.go":      "not Go",
		"a/node_modules/bad.go":  "not Go",
		".hidden/bad.go":         "not Go",
		"_examples/old/older.go": "not Go",
	}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range tree.Packages {
		got = append(got, p.Dir+" "+p.Path+" "+p.Module)
	}
	want := []string{
		". example.com/m example.com/m",
		"a/b example.com/m/a/b example.com/m",
		"n example.com/m/n example.com/m/n",
		"n/c example.com/m/n/c example.com/m/n",
	}
	if !slices.Equal(got, want) {
		t.Errorf("packages %q, want %q", got, want)
	}
}
