package house_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/internal/house"
)

const (
	root   = "../.."
	module = "github.com/mortise-go/mortise"
)

var parsed = sync.OnceValues(func() (*house.Tree, error) { return house.Load(root) })

// repository returns the parsed repository. A repository that does not parse, or
// in which next to nothing was found, fails the test.
func repository(t *testing.T) *house.Tree {
	t.Helper()
	tree, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Packages) < 4 {
		t.Fatalf("only %d packages found below %s", len(tree.Packages), root)
	}
	return tree
}

// plant writes files into a fresh folder and returns it.
func plant(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// planted parses one file of package p, at the root of a module m.
func planted(t *testing.T, src string) (*house.Tree, *house.Package) {
	t.Helper()
	tree, err := house.Load(plant(t, map[string]string{"go.mod": "module m\n", "p.go": "package p\n" + src}))
	if err != nil {
		t.Fatal(err)
	}
	return tree, tree.Packages[0]
}

func report(t *testing.T, lines []string) {
	t.Helper()
	for _, line := range lines {
		t.Error(line)
	}
}
