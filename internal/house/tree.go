package house

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Tree is every Go package below one folder, nested modules included.
type Tree struct {
	// Root is the folder that was loaded.
	Root string
	// Fset gives the positions of all files, relative to Root.
	Fset *token.FileSet
	// Packages are the packages in order of their folders. A folder's test files
	// belong to its package, whatever their package clause says.
	Packages []*Package
}

// Package is the Go files of one folder.
type Package struct {
	// Dir is the folder relative to the root, with slashes; "." is the root.
	Dir string
	// Path is the import path.
	Path string
	// Module is the path of the module that the package belongs to.
	Module string
	// Files are the folder's Go files in order of their names.
	Files []*File
}

// File is one Go file.
type File struct {
	// Name is the file's path relative to the root, with slashes.
	Name string
	// Syntax is the parsed file, comments included.
	Syntax *ast.File
}

// Test reports whether the file is compiled by go test only.
func (f *File) Test() bool { return strings.HasSuffix(f.Name, "_test.go") }

// Name returns the package's name, taken from its first file that is not a test,
// or "" for a folder of tests only.
func (p *Package) Name() string {
	for f := range p.Production() {
		return f.Syntax.Name.Name
	}
	return ""
}

// Production yields the files that are not tests.
func (p *Package) Production() func(yield func(*File) bool) { return p.files(false) }

// Tests yields the test files.
func (p *Package) Tests() func(yield func(*File) bool) { return p.files(true) }

func (p *Package) files(test bool) func(yield func(*File) bool) {
	return func(yield func(*File) bool) {
		for _, f := range p.Files {
			if f.Test() == test && !yield(f) {
				return
			}
		}
	}
}

// Load parses every Go file below root. Folders that the go command ignores
// (testdata, names that begin with a dot or an underscore) and node_modules are
// left out. The error names the first file that does not parse.
func Load(root string) (*Tree, error) {
	tree := &Tree{Root: root, Fset: token.NewFileSet()}
	packages := map[string]*Package{}
	modules := map[string]string{}
	err := Walk(root, func(name string) error {
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		dir := path.Dir(name)
		if packages[dir] == nil {
			p, err := locate(root, dir, modules)
			if err != nil {
				return err
			}
			packages[dir] = p
			tree.Packages = append(tree.Packages, p)
		}
		f, err := tree.parse(name)
		if err != nil {
			return err
		}
		packages[dir].Files = append(packages[dir].Files, f)
		return nil
	})
	slices.SortFunc(tree.Packages, func(a, b *Package) int { return cmp.Compare(a.Dir, b.Dir) })
	return tree, err
}

// Walk calls visit with the slash-separated path of every file below root that
// is ours: what is hidden, ignored by the go command or fetched is left out.
func Walk(root string, visit func(name string) error) error {
	return filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		switch {
		case !entry.IsDir():
			return visit(filepath.ToSlash(rel))
		case rel != "." && ignored(entry.Name()):
			return filepath.SkipDir
		}
		return nil
	})
}

func ignored(folder string) bool {
	return folder == "testdata" || folder == "node_modules" || strings.HasPrefix(folder, "_") ||
		strings.HasPrefix(folder, ".") && folder != ".ci"
}

func (t *Tree) parse(name string) (*File, error) {
	src, err := os.ReadFile(filepath.Join(t.Root, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	syntax, err := parser.ParseFile(t.Fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &File{Name: name, Syntax: syntax}, nil
}

// locate finds the module of a folder: the nearest go.mod on the way up.
func locate(root, dir string, modules map[string]string) (*Package, error) {
	for at := dir; ; at = path.Dir(at) {
		module, known := modules[at]
		if !known {
			module = moduleOf(filepath.Join(root, filepath.FromSlash(at), "go.mod"))
			modules[at] = module
		}
		if module != "" {
			below := strings.TrimPrefix(strings.TrimPrefix(dir, at), "/")
			if at == "." {
				below = strings.TrimPrefix(dir, ".")
			}
			return &Package{Dir: dir, Path: path.Join(module, below), Module: module}, nil
		}
		if at == "." {
			return nil, fmt.Errorf("%s belongs to no module: there is no go.mod from here up to %s", dir, root)
		}
	}
}

// moduleOf returns the module path that a go.mod file declares, or "".
func moduleOf(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if module, found := strings.CutPrefix(line, "module "); found {
			return strings.Trim(strings.TrimSpace(module), `"`)
		}
	}
	return ""
}
