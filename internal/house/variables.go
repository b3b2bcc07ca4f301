package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"strings"
)

// Inits returns a line for every init function of the package outside its tests.
func (t *Tree) Inits(p *Package) []string {
	var lines []string
	for f := range p.Production() {
		for _, decl := range f.Syntax.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
				lines = append(lines, fmt.Sprintf("%s: init function; do its work in a constructor, or lazily", t.Fset.Position(d.Pos())))
			}
		}
	}
	return lines
}

// Variables returns a line for every package variable of the package, outside
// its tests, that is exported and not an error, or that some function changes.
func (t *Tree) Variables(p *Package) []string {
	var lines []string
	for f := range p.Production() {
		for _, name := range packageVariables(f.Syntax) {
			if name.IsExported() && !strings.HasPrefix(name.Name, "Err") {
				lines = append(lines, fmt.Sprintf("%s: exported variable %s; anybody could change it, make it a function", t.Fset.Position(name.Pos()), name.Name))
			}
		}
	}
	return append(lines, t.changed(p)...)
}

func packageVariables(f *ast.File) []*ast.Ident {
	var list []*ast.Ident
	for _, decl := range f.Decls {
		if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
			for _, spec := range d.Specs {
				list = append(list, spec.(*ast.ValueSpec).Names...)
			}
		}
	}
	return list
}

// changed finds assignments to package variables inside functions. The type
// checker resolves the names; it is given empty packages for all imports, and
// what it says about them is of no interest.
func (t *Tree) changed(p *Package) []string {
	uses := map[*ast.Ident]types.Object{}
	config := types.Config{Importer: hollow{}, Error: func(error) {}, FakeImportC: true}
	var files []*ast.File
	for f := range p.Production() {
		files = append(files, f.Syntax)
	}
	pkg, _ := config.Check(p.Path, t.Fset, files, &types.Info{Uses: uses})
	var lines []string
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			for _, target := range targets(n) {
				name := rootName(target)
				if v, ok := uses[name].(*types.Var); ok && v.Parent() == pkg.Scope() {
					lines = append(lines, fmt.Sprintf("%s: package variable %s is changed; state belongs to a value that somebody made", t.Fset.Position(n.Pos()), name.Name))
				}
			}
			return true
		})
	}
	return lines
}

// targets returns the expressions that a statement assigns to.
func targets(n ast.Node) []ast.Expr {
	switch s := n.(type) {
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE {
			return s.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{s.X}
	case *ast.RangeStmt:
		if s.Tok == token.ASSIGN {
			return []ast.Expr{s.Key, s.Value}
		}
	}
	return nil
}

// rootName returns x for x, x.f, x[i], *x and what is built from them.
func rootName(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// hollow imports every path as a package without members.
type hollow struct{}

func (hollow) Import(importPath string) (*types.Package, error) {
	pkg := types.NewPackage(importPath, path.Base(importPath))
	pkg.MarkComplete()
	return pkg, nil
}
