package clients_test

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	// The clients that oapi-codegen makes use it, so it is pinned here.
	_ "github.com/oapi-codegen/runtime"

	"github.com/mortise-go/mortise/conformance/judge"
	"github.com/mortise-go/mortise/openapi"
)

// Each kind of client makes every call twice: to the guide itself, and to a proxy
// in front of it.
func TestGeneratedClientsMakeEveryCallAsDocumented(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]func(*testing.T) []string{"Go": goClient, "TypeScript": typeScriptClient} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := client(t)
			t.Run("directly", func(t *testing.T) {
				t.Parallel()
				address, mailbox := serve(t)
				callAll(t, command, address, mailbox)
			})
			t.Run("through Prism", func(t *testing.T) {
				t.Parallel()
				upstream, mailbox := serve(t)
				address := proxy(t, upstream)
				callAll(t, command, address, mailbox)
				if !objects(t, address+"/posts?limit=0") {
					t.Error("Prism does not object to what the document refuses")
				}
			})
		})
	}
}

// callAll runs a client, which fails by itself for a wrong answer, and compares
// what it called with what there is.
func callAll(t *testing.T, command []string, address, mailbox string) {
	t.Helper()
	called := map[string]bool{}
	for line := range strings.Lines(run(t, "", append(command, address, mailbox)...)) {
		called[strings.TrimSpace(line)] = true
	}
	if want := operations(t); !maps.Equal(called, want) {
		t.Errorf("called %q, want %q", slices.Sorted(maps.Keys(called)), slices.Sorted(maps.Keys(want)))
	}
}

// objects tells whether the proxy finds a violation in a request or its answer.
func objects(t *testing.T, url string) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.Header.Get("Sl-Violations") != "" || bytes.Contains(text, []byte("stoplight.io/prism/errors"))
}

// run runs a command in a folder and returns what it printed.
func run(t *testing.T, folder string, command ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), command[0], command[1:]...)
	c.Dir = folder
	return output(t, c)
}

func output(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	var said, complained bytes.Buffer
	c.Stdout, c.Stderr = &said, &complained
	if err := c.Run(); err != nil {
		t.Fatalf("%q: %v\n%s%s", c.Args, err, &said, &complained)
	}
	return said.String()
}

// goClient generates the Go clients of all documents with oapi-codegen, builds
// them and returns the program that makes all calls. They are a module of their
// own with the versions of this one.
func goClient(t *testing.T) []string {
	t.Helper()
	module := t.TempDir()
	mod := read(t, "..", "go.mod")
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	mod = bytes.Replace(mod, []byte("module github.com/mortise-go/mortise/conformance\n"), []byte("module clients\n"), 1)
	mod = bytes.Replace(mod, []byte("=> ../"), []byte("=> "+root), 1)
	write(t, mod, module, "go.mod")
	write(t, read(t, "..", "go.sum"), module, "go.sum")
	write(t, read(t, "testdata", "go", "main.go"), module, "main.go")
	for folder, made := range map[string][]byte{
		"guide":    document(t, "guide", openapi.Version31),
		"guide30":  document(t, "guide", openapi.Version30),
		"tricky":   document(t, "tricky", openapi.Version31),
		"tricky30": document(t, "tricky", openapi.Version30),
	} {
		file := write(t, made, module, folder, "openapi.json")
		run(t, "", "go", "tool", "oapi-codegen", "-config", filepath.Join("testdata", "oapi-codegen.yaml"),
			"-package", folder, "-o", filepath.Join(module, folder, "client.go"), file)
	}
	run(t, module, "go", "vet", "./...")
	run(t, module, "go", "build", "-o", "calls", ".")
	return []string{filepath.Join(module, "calls")}
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// typeScriptClient generates the TypeScript clients of all documents with hey-api
// and openapi-typescript, compiles them as strictly as can be and returns the
// command that makes all calls.
func typeScriptClient(t *testing.T) []string {
	t.Helper()
	project := t.TempDir()
	for _, name := range []string{"calls.ts", "fetch.ts", "tsconfig.json"} {
		write(t, read(t, "testdata", "ts", name), project, name)
	}
	write(t, []byte(`{"type":"commonjs"}`), project, "package.json")
	packages, err := filepath.Abs(filepath.Join("..", "node", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(packages, filepath.Join(project, "node_modules")); err != nil {
		t.Fatal(err)
	}
	for folder, made := range map[string][]byte{
		"guide":    document(t, "guide", openapi.Version31),
		"guide30":  document(t, "guide", openapi.Version30),
		"tricky":   document(t, "tricky", openapi.Version31),
		"tricky30": document(t, "tricky", openapi.Version30),
	} {
		file := write(t, made, project, folder+".json")
		node(t, "@hey-api/openapi-ts/bin/run.js", "--input", file, "--output", filepath.Join(project, folder), "--client", "@hey-api/client-fetch", "--no-log-file")
		node(t, "openapi-typescript/bin/cli.js", file, "--output", filepath.Join(project, "types", folder+".ts"))
	}
	compile := judge.Command(t, t.Context(), "node_modules/typescript/bin/tsc", "--project", project)
	findings, err := compile.Output()
	for line := range strings.Lines(string(findings)) {
		if !strings.Contains(line, selfList) {
			t.Errorf("tsc: %s", line)
		}
	}
	if err != nil && len(findings) == 0 {
		t.Fatal(err)
	}
	interpreter := compile.Args[0]
	return []string{interpreter, filepath.Join(project, "made", "calls.js")}
}

// selfList is the only finding of the compiler. What openapi-typescript writes for
// a list of itself, TypeScript does not resolve; of hey-api's types it does.
const selfList = "error TS2502: 'Tree' is referenced directly or indirectly in its own type annotation"

// node runs a program of an npm package.
func node(t *testing.T, program string, arguments ...string) {
	t.Helper()
	output(t, judge.Command(t, t.Context(), "node_modules/"+program, arguments...))
}
