package house_test

import (
	"go/ast"
	"testing"
)

// A file of more lines has more than one topic, a function of more lines more
// than one step. Tables of a test may be as long as they need.
const (
	longestFile     = 500
	longestFunction = 60
)

func TestFilesAndFunctionsStayReadable(t *testing.T) {
	t.Parallel()
	tree := repository(t)
	for _, pkg := range tree.Packages {
		for f := range pkg.Production() {
			if lines := tree.Fset.File(f.Syntax.Pos()).LineCount(); lines > longestFile {
				t.Errorf("%s has %d lines, more than %d: split it by topic", f.Name, lines, longestFile)
			}
			for _, decl := range f.Syntax.Decls {
				d, ok := decl.(*ast.FuncDecl)
				if !ok {
					continue
				}
				begin, end := tree.Fset.Position(d.Pos()), tree.Fset.Position(d.End())
				if lines := end.Line - begin.Line + 1; lines > longestFunction {
					t.Errorf("%s: %s has %d lines, more than %d: name its steps", begin, d.Name.Name, lines, longestFunction)
				}
			}
		}
	}
}
