package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// Undocumented returns a line for every exported name of the package, outside
// its tests, whose comment is missing or does not begin with the name; a type's
// may put an article before it. In a group of constants or variables the comment
// of the group will do.
func (t *Tree) Undocumented(p *Package) []string {
	var lines []string
	complain := func(name *ast.Ident, doc *ast.CommentGroup, what string) {
		switch text := strings.TrimSpace(doc.Text()); {
		case text == "":
			lines = append(lines, fmt.Sprintf("%s: %s has no comment", t.Fset.Position(name.Pos()), what))
		case !beginsWith(text, name.Name) && !(strings.HasPrefix(what, "type ") && beginsWith(withoutArticle(text), name.Name)):
			lines = append(lines, fmt.Sprintf("%s: the comment of %s does not begin with %q", t.Fset.Position(name.Pos()), what, name.Name))
		}
	}
	for f := range p.Production() {
		for _, decl := range f.Syntax.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if receiver, exported := exportedFunc(d); exported {
					complain(d.Name, d.Doc, receiver+d.Name.Name)
				}
			case *ast.GenDecl:
				eachExported(d, complain)
			}
		}
	}
	return lines
}

// eachExported calls complain for the exported names of a declaration.
func eachExported(d *ast.GenDecl, complain func(*ast.Ident, *ast.CommentGroup, string)) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				complain(s.Name, first(s.Doc, d.Doc), "type "+s.Name.Name)
			}
		case *ast.ValueSpec:
			if d.Lparen.IsValid() && first(s.Doc, s.Comment, d.Doc).Text() != "" {
				continue
			}
			for _, name := range s.Names {
				if name.IsExported() {
					complain(name, first(s.Doc, d.Doc), d.Tok.String()+" "+name.Name)
				}
			}
		}
	}
}

func first(groups ...*ast.CommentGroup) *ast.CommentGroup {
	for _, g := range groups {
		if g != nil {
			return g
		}
	}
	return nil
}

// beginsWith reports whether a comment's first word is name.
func beginsWith(text, name string) bool {
	rest, found := strings.CutPrefix(text, name)
	return found && (rest == "" || !token.IsIdentifier("x"+rest[:1]))
}

func withoutArticle(text string) string {
	for _, article := range []string{"A ", "An ", "The "} {
		if rest, found := strings.CutPrefix(text, article); found {
			return rest
		}
	}
	return text
}

// exportedFunc reports whether a function, or a method and its receiver's type,
// can be reached from outside, and returns the receiver's type with a dot.
func exportedFunc(d *ast.FuncDecl) (receiver string, exported bool) {
	if !d.Name.IsExported() || d.Recv == nil || len(d.Recv.List) == 0 {
		return "", d.Name.IsExported()
	}
	name := baseName(d.Recv.List[0].Type)
	return name + ".", token.IsExported(name)
}

// baseName returns the name of a receiver's type without pointer and type
// parameters.
func baseName(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
