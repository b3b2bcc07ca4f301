package house_test

import (
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/house"
)

func TestEverySecurityRowHasATest(t *testing.T) {
	t.Parallel()
	page := read(t, house.ChecklistPage)
	checked, open, err := house.Checklist(page, house.Claims(repository(t)))
	switch {
	case err != nil:
		t.Fatal(err)
	case len(open) > 0:
		t.Errorf("no test names %s", strings.Join(open, ", "))
	case checked != page:
		t.Errorf("%s tells of tests that have changed since; run make quotes", house.ChecklistPage)
	}
}

func TestTheChecklistHasEveryRow(t *testing.T) {
	t.Parallel()
	page := read(t, house.ChecklistPage)
	if s, a := strings.Count(page, "\n| S"), strings.Count(page, "\n| A"); s != 248 || a != 216 {
		t.Errorf("the page has %d rows of features and %d of attacks, want 248 and 216", s, a)
	}
}

func claimsOf(t *testing.T, files map[string]string) map[string][]string {
	t.Helper()
	fset := token.NewFileSet()
	pkg := &house.Package{Dir: "lock"}
	for name, src := range files {
		syntax, err := parser.ParseFile(fset, name, src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		pkg.Files = append(pkg.Files, &house.File{Name: name, Syntax: syntax})
	}
	return house.Claims(&house.Tree{Fset: fset, Packages: []*house.Package{pkg}})
}

func TestClaimsReachTheTestsThatUseThem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file, src string
		want            []string
	}{
		{"a comment above a test", "a_test.go", "// S1\nfunc TestA() {}", []string{"lock TestA"}},
		{"a comment within a test", "a_test.go", "func TestA() {\n\tf() // S1: why\n}", []string{"lock TestA"}},
		{"a comment in a table that two tests use", "a_test.go", "var rows = []int{\n\t1, // S1\n}\nfunc TestA() { f(rows) }\nfunc TestB() { g(rows) }", []string{"lock TestA", "lock TestB"}},
		{"a comment in a function that a test reaches by another", "a_test.go", "func TestA() { b() }\nfunc b() { c() }\nfunc c() {} // S1", []string{"lock TestA"}},
		{"a comment in a function that no test reaches", "a_test.go", "func TestA() {}\nfunc b() {\n// S1\n}", nil},
		{"a comment between declarations", "a_test.go", "func TestA() {}\n\n// S1\n\nfunc TestB() {}", nil},
		{"a comment in code that ships", "a.go", "func TestA() {\n// S1\n}", nil},
		{"a suite", "a.go", "import \"testing\"\n// S1\nfunc Run(t *testing.T) {}", []string{"lock Run"}},
		{"a fuzz target", "a_test.go", "// S1\nfunc FuzzA() {}", []string{"lock FuzzA"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := claimsOf(t, map[string]string{tt.file: "package lock\n" + tt.src})["S1"]; !slices.Equal(got, tt.want) {
				t.Errorf("claims = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestRowsAreNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"S1, A37: so be it": "S1 A37", "RS256 and S256": "", "A0 A217 S249 A1000": "", "A9b": "", "(A216)": "A216",
	} {
		if got := strings.Join(house.RowsIn(text), " "); got != want {
			t.Errorf("rows in %q = %q, want %q", text, got, want)
		}
	}
}

func TestChecklistTellsTheTestsOfEachRow(t *testing.T) {
	t.Parallel()
	page := "# C\n| row | x | tests |\n|---|---|---|\n| S1 | a \\| b | old |\n| A2 | c | d | |\n"
	got, open, err := house.Checklist(page, map[string][]string{
		"S1": {"a TestA", "a TestB", "a TestC", "a TestD", "a TestE", "a TestF", "b TestG"},
	})
	want := "# C\n| row | x | tests |\n|---|---|---|\n| S1 | a \\| b | `a`: TestA, TestB, TestC, TestD, TestE and 1 more; `b`: TestG |\n| A2 | c | d | |\n"
	if err != nil || got != want || !slices.Equal(open, []string{"A2"}) {
		t.Errorf("Checklist = %q, %q, %v, want %q and A2 open", got, open, err, want)
	}
}

func TestChecklistsThatDoNotAdd(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ page, want string }{
		"a claim of a row that is not there": {"", "TestA claims S1"},
		"a row that stands twice":            {"| S1 | a | |\n| S1 | b | |\n", "S1 stands twice"},
	} {
		if _, _, err := house.Checklist(tt.page, map[string][]string{"S1": {"a TestA"}}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error = %v, want it to say %q", name, err, tt.want)
		}
	}
}
