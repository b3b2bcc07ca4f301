package judge

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/need"
)

// Document fails the test for every finding of every judge. Judges that are not
// installed are skipped as package need says, after those that are have spoken.
func Document(t testing.TB, document []byte) {
	t.Helper()
	for _, finding := range Loads(document) {
		t.Errorf("kin-openapi: %s", finding)
	}
	for _, finding := range Validates(t, document) {
		t.Errorf("meta-schema: %s", finding)
	}
	for _, finding := range Lints(t, document) {
		t.Errorf("redocly: %s", finding)
	}
}

// Validates returns what the official meta-schema of the document's version
// refuses, one finding per place.
func Validates(t testing.TB, document []byte) []string {
	t.Helper()
	return script(t, "metaschema.mjs", document)
}

// Lints returns what Redocly finds wrong.
func Lints(t testing.TB, document []byte) []string {
	t.Helper()
	return script(t, "redocly.mjs", document)
}

// script runs one of the Node scripts on a document and returns the lines that
// it printed. A script that cannot judge ends the test.
func script(t testing.TB, name string, document []byte) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(file, document, 0o600); err != nil {
		t.Fatal(err)
	}
	var said, complained bytes.Buffer
	run := Command(t, t.Context(), name, file)
	run.Stdout, run.Stderr = &said, &complained
	if err := run.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, complained.String())
	}
	return lines(said.String())
}

// Command returns the command that runs one of the Node scripts until ctx ends.
func Command(t testing.TB, ctx context.Context, name string, args ...string) *exec.Cmd { //nolint:revive // t comes first in tests
	t.Helper()
	folder := scripts()
	need.File(t, filepath.Join(folder, "node_modules"), "make tools")
	return exec.CommandContext(ctx, node(t, folder), append([]string{filepath.Join(folder, name)}, args...)...)
}

// node returns the Node that make tools installed beside the packages where the
// machine's own is too old, or else the machine's own.
func node(t testing.TB, folder string) string {
	t.Helper()
	own, err := filepath.Glob(filepath.Join(folder, "runtime", "node_modules", "node-*", "bin", "node"))
	if err == nil && len(own) > 0 {
		return own[0]
	}
	return need.Tool(t, "node", "nodejs")
}

// scripts returns the folder of the Node scripts, which lies beside this file.
func scripts() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "node")
}

func lines(text string) []string {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
