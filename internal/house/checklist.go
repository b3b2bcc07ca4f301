package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// ChecklistPage is the page whose rows the tests claim, relative to the root.
const ChecklistPage = "docs/security-checklist.md"

// A comment in a test names the rows of the security checklist that the test
// covers, such as S12 or A37. Higher numbers, as in the name of a hash, are no rows.
var rowName = regexp.MustCompile(`\b[SA][1-9][0-9]{0,2}\b`)

// rowLine is a line of the checklist's tables: its last cell tells the tests.
var rowLine = regexp.MustCompile(`^\| ([SA][1-9][0-9]{0,2}) \| .* \|([^|]*)\|$`)

// Claims returns, for each row that comments in the tree's tests name, the tests
// that reach the comment: as "folder TestName", in order. A comment in a table or
// in a function that several tests use counts for each of them. Where a package
// is itself a suite, which imports testing outside of test files, its exported
// functions count as tests.
func Claims(tree *Tree) map[string][]string {
	claims := map[string][]string{}
	for _, pkg := range tree.Packages {
		decls := declarations(tree.Fset, pkg)
		for _, name := range slices.Sorted(maps.Keys(decls)) {
			if !decls[name].test {
				continue
			}
			for row := range decls.rows(name) {
				claims[row] = append(claims[row], pkg.Dir+" "+name)
			}
		}
	}
	return claims
}

// declaration is what a test file declares at its top: the rows that its comments
// name, and the identifiers in it.
type declaration struct {
	test bool
	rows []string
	uses []string
}

type declared map[string]*declaration

// rows collects the rows of a declaration and of all that it reaches.
func (d declared) rows(name string) map[string]bool {
	rows, seen := map[string]bool{}, map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		decl := d[name]
		if decl == nil || seen[name] {
			return
		}
		seen[name] = true
		for _, row := range decl.rows {
			rows[row] = true
		}
		for _, used := range decl.uses {
			visit(used)
		}
	}
	visit(name)
	return rows
}

func declarations(fset *token.FileSet, pkg *Package) declared {
	all := declared{}
	suite := slices.ContainsFunc(pkg.Files, func(f *File) bool { return !f.Test() && imports(f, "testing") })
	for _, f := range pkg.Files {
		if !f.Test() && !suite {
			continue
		}
		for _, decl := range f.Syntax.Decls {
			for _, name := range namesOf(decl) {
				all[name] = &declaration{
					test: isTest(name) || !f.Test() && ast.IsExported(name),
					rows: rowsWithin(fset, f.Syntax, decl),
					uses: identifiers(decl),
				}
			}
		}
	}
	return all
}

func imports(f *File, path string) bool {
	return slices.ContainsFunc(f.Syntax.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"`+path+`"` })
}

func isTest(name string) bool {
	return strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") || strings.HasPrefix(name, "Example")
}

// namesOf returns the names that a declaration makes; whoever uses it mentions one.
func namesOf(decl ast.Decl) []string {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		return []string{decl.Name.Name}
	case *ast.GenDecl:
		var names []string
		for _, spec := range decl.Specs {
			if spec, ok := spec.(*ast.ValueSpec); ok {
				for _, name := range spec.Names {
					names = append(names, name.Name)
				}
			}
		}
		return names
	}
	return nil
}

func identifiers(decl ast.Decl) []string {
	var names []string
	ast.Inspect(decl, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names = append(names, id.Name)
		}
		return true
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// rowsWithin returns the rows that the comments in and directly above a
// declaration name, and those at the end of its last line.
func rowsWithin(fset *token.FileSet, f *ast.File, decl ast.Decl) []string {
	begin, last := decl.Pos(), fset.Position(decl.End()).Line
	if doc := docOf(decl); doc != nil {
		begin = doc.Pos()
	}
	var rows []string
	for _, group := range f.Comments {
		if group.Pos() >= begin && fset.Position(group.Pos()).Line <= last {
			rows = append(rows, RowsIn(group.Text())...)
		}
	}
	return rows
}

func docOf(decl ast.Decl) *ast.CommentGroup {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		return decl.Doc
	case *ast.GenDecl:
		return decl.Doc
	}
	return nil
}

// RowsIn returns the rows that a text names, in its order: S1 to S248 and A1 to A216.
func RowsIn(text string) []string {
	var rows []string
	for _, name := range rowName.FindAllString(text, -1) {
		var number int
		if _, err := fmt.Sscanf(name[1:], "%d", &number); err == nil && number <= lastRow[name[0]] {
			rows = append(rows, name)
		}
	}
	return rows
}

var lastRow = map[byte]int{'S': 248, 'A': 216}

// Checklist returns the page with the last cell of each row rewritten to the
// tests that claim it, and the rows that no test claims, in the page's order.
// It returns an error for a row that claims name and the page has not, and for
// one that the page has twice.
func Checklist(page string, claims map[string][]string) (checked string, open []string, err error) {
	var out strings.Builder
	seen := map[string]bool{}
	for line := range strings.Lines(page) {
		m := rowLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil {
			out.WriteString(line)
			continue
		}
		row := m[1]
		if seen[row] {
			return "", nil, fmt.Errorf("%s stands twice on the page", row)
		}
		seen[row] = true
		if len(claims[row]) == 0 {
			open = append(open, row)
		}
		kept := strings.TrimRight(line, "\n")
		kept = kept[:len(kept)-len(m[2])-1]
		out.WriteString(kept + cell(claims[row]) + "|\n")
	}
	for _, row := range slices.Sorted(maps.Keys(claims)) {
		if !seen[row] {
			return "", nil, fmt.Errorf("%s claims %s, which the page does not have", claims[row][0], row)
		}
	}
	return out.String(), open, nil
}

// shown is how many tests of one folder a cell names before it counts the rest.
const shown = 5

// cell writes claims as " `folder`: TestA, TestB; `other`: TestC ".
func cell(claims []string) string {
	if len(claims) == 0 {
		return " "
	}
	var folders []string
	tests := map[string][]string{}
	for _, claim := range claims {
		dir, test, _ := strings.Cut(claim, " ")
		if tests[dir] == nil {
			folders = append(folders, dir)
		}
		tests[dir] = append(tests[dir], test)
	}
	for i, dir := range folders {
		folders[i] = "`" + dir + "`: " + named(tests[dir])
	}
	return " " + strings.Join(folders, "; ") + " "
}

func named(tests []string) string {
	if len(tests) <= shown {
		return strings.Join(tests, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(tests[:shown], ", "), len(tests)-shown)
}
