package house_test

import (
	"go/ast"
	"go/token"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/house"
)

func TestTestsAreBlackBoxUnlessTheirFileSaysSo(t *testing.T) {
	t.Parallel()
	for _, pkg := range repository(t).Packages {
		if pkg.Name() == "main" {
			continue
		}
		for f := range pkg.Tests() {
			inside := !strings.HasSuffix(f.Syntax.Name.Name, "_test")
			base := path.Base(f.Name)
			if says := strings.HasSuffix(base, "_internal_test.go") || base == "export_test.go"; inside && !says {
				t.Errorf("%s is in package %s: use %s_test, or call the file x_internal_test.go", f.Name, f.Syntax.Name.Name, f.Syntax.Name.Name)
			}
		}
	}
}

func TestEveryFuzzTargetHasSeeds(t *testing.T) {
	t.Parallel()
	for _, pkg := range repository(t).Packages {
		for f := range pkg.Tests() {
			for _, decl := range f.Syntax.Decls {
				if d, ok := decl.(*ast.FuncDecl); ok && strings.HasPrefix(d.Name.Name, "Fuzz") && d.Recv == nil && !seeded(d) {
					t.Errorf("%s: %s has no seeds", f.Name, d.Name.Name)
				}
			}
		}
	}
}

// seeded reports whether a fuzz target adds seeds or hands itself to a function
// that does.
func seeded(d *ast.FuncDecl) bool {
	found := false
	ast.Inspect(d, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Add" {
				found = true
			}
			if name, ok := call.Fun.(*ast.Ident); ok && strings.HasPrefix(strings.ToLower(name.Name), "seed") {
				found = true
			}
		}
		return !found
	})
	return found
}

func TestTablesNameEveryCaseOnce(t *testing.T) {
	t.Parallel()
	tree := repository(t)
	for _, pkg := range tree.Packages {
		for f := range pkg.Tests() {
			report(t, badNames(tree, f))
		}
	}
}

func TestBadCaseNamesAreFound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, rows, finding string
	}{
		{"two cases of one name", `{"a is b", 1}, {"a is b", 2}`, `"a is b" names two cases`},
		{"a keyed case of a name used", `{"a is b", 1}, {n: 2, name: "a is b"}`, `"a is b" names two cases`},
		{"a case without a name", `{n: 1}`, "a case without a name"},
		{"an empty name", `{"", 1}`, "a case without a name"},
		{"good names", `{"a is b", 1}, {"a is not b", 2}`, ""},
		{"a name made elsewhere", `{make(), 1}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tree, pkg := planted(t, "var cases = []struct{ name string; n int }{"+tt.rows+"}")
			expect(t, badNames(tree, pkg.Files[0]), tt.finding)
		})
	}
}

// badNames looks at the tables of a file, the literals of []struct{ name string;
// ... }, and returns a line for every case whose name is empty or taken.
func badNames(tree *house.Tree, f *house.File) []string {
	var lines []string
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		table, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		column := nameColumn(table.Type)
		taken := map[string]bool{}
		for _, row := range table.Elts {
			literal, isRow := row.(*ast.CompositeLit)
			if column < 0 || !isRow {
				continue
			}
			name, known := caseName(literal, column)
			at := tree.Fset.Position(row.Pos()).String()
			switch {
			case known && name == "":
				lines = append(lines, at+": a case without a name")
			case known && taken[name]:
				lines = append(lines, at+": "+strconv.Quote(name)+" names two cases")
			}
			taken[name] = known
		}
		return true
	})
	return lines
}

// nameColumn returns the index of the field name in a table's type, or -1.
func nameColumn(table ast.Expr) int {
	array, ok := table.(*ast.ArrayType)
	if !ok {
		return -1
	}
	row, ok := array.Elt.(*ast.StructType)
	if !ok {
		return -1
	}
	column := 0
	for _, field := range row.Fields.List {
		for _, name := range field.Names {
			if name.Name == "name" {
				return column
			}
			column++
		}
	}
	return -1
}

// caseName returns a row's name, and whether it can be read from the source.
func caseName(row *ast.CompositeLit, column int) (name string, known bool) {
	var value ast.Expr
	for i, e := range row.Elts {
		pair, keyed := e.(*ast.KeyValueExpr)
		if !keyed && i == column {
			value = e
		}
		if keyed {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "name" {
				value = pair.Value
			}
		}
	}
	if value == nil {
		return "", true
	}
	literal, ok := value.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	name, err := strconv.Unquote(literal.Value)
	return name, err == nil
}
