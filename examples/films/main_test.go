package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestTheProgramRefusesRedisAndNamesTheOther(t *testing.T) {
	t.Parallel()
	program := exec.CommandContext(t.Context(), "go", "run", ".", "-redis", "redis://127.0.0.1:1/0")
	program.Env = append(os.Environ(), "JWT_SECRET=")
	out, err := program.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "films: -redis: this program was built without Redis") || !strings.Contains(string(out), "examples/films-redis") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestTheProgramListsItsLocks(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "run", ".", "routes").Output()
	if err != nil || !strings.Contains(string(out), "jwt, at least role admin") {
		t.Errorf("%v: %s", err, out)
	}
}
