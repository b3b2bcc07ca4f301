package need_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/need"
)

// recorder is a testing.TB that remembers how it was ended.
type recorder struct {
	testing.TB
	ended, message string
}

func (r *recorder) Helper()                   {}
func (r *recorder) Skip(args ...any)          { r.end("skip", fmt.Sprint(args...)) }
func (r *recorder) Fatal(args ...any)         { r.end("fatal", fmt.Sprint(args...)) }
func (r *recorder) Fatalf(f string, a ...any) { r.end("fatal", fmt.Sprintf(f, a...)) }

func (r *recorder) end(how, message string) {
	r.ended, r.message = how, message
	runtime.Goexit()
}

func record(f func(t testing.TB)) *recorder {
	r, done := new(recorder), make(chan struct{})
	go func() { defer close(done); f(r) }()
	<-done
	return r
}

func TestNeeds(t *testing.T) {
	empty, vectors := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(vectors, "present.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tool := func(t testing.TB) { need.Tool(t, "no-such-program-one", "no-such-program-two") }
	env := func(t testing.TB) { need.Env(t, "MORTISE_NO_SUCH_SERVER", "a server") }
	file := func(t testing.TB) { need.File(t, filepath.Join(empty, "gone"), "make it") }
	here := func(t testing.TB) { need.Vectors(t, "present.json") }
	gone := func(t testing.TB) { need.Vectors(t, "absent.json") }
	for _, tt := range []struct {
		name          string
		full, vectors string
		needs         func(testing.TB)
		ended, says   string
	}{
		{"a missing program skips", "", "", tool, "skip", "no-such-program-one or no-such-program-two"},
		{"a missing program fails a full run", "1", "", tool, "fatal", "no-such-program-one"},
		{"full mode can be switched off by 0", "0", "", tool, "skip", "make tools"},
		{"full mode can be switched off by false", "false", "", tool, "skip", "make tools"},
		{"an unset variable skips", "", "", env, "skip", "it names a server"},
		{"an unset variable fails a full run", "yes", "", env, "fatal", "MORTISE_NO_SUCH_SERVER"},
		{"a missing file skips", "", "", file, "skip", "gone is missing; make it makes it"},
		{"a missing file fails a full run", "1", "", file, "fatal", "gone is missing"},
		{"absent vectors skip", "", "", here, "skip", need.VectorsVariable},
		{"absent vectors skip even in a full run", "1", "", here, "skip", need.VectorsVariable},
		{"a vector that exists is returned", "1", vectors, here, "", ""},
		{"a vector missing from the folder fails", "", vectors, gone, "fatal", "absent.json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(need.FullVariable, tt.full)
			t.Setenv(need.VectorsVariable, tt.vectors)
			r := record(tt.needs)
			if r.ended != tt.ended || !strings.Contains(r.message, tt.says) {
				t.Errorf("ended by %q saying %q, want %q saying %q", r.ended, r.message, tt.ended, tt.says)
			}
		})
	}
}

func TestToolReturnsTheFirstThatExists(t *testing.T) {
	t.Parallel()
	if got := need.Tool(t, "no-such-program-one", "go"); filepath.Base(got) != "go" {
		t.Errorf("Tool = %q, want the path of go", got)
	}
}

func TestEnvReturnsTheValue(t *testing.T) {
	t.Setenv("MORTISE_SOME_SERVER", "here")
	if got := need.Env(t, "MORTISE_SOME_SERVER", "a server"); got != "here" {
		t.Errorf("Env = %q, want here", got)
	}
}
