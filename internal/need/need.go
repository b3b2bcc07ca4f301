package need

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// VectorsVariable is the name of the environment variable that points to the
// folder of test vectors.
const VectorsVariable = "MORTISE_VECTORS"

// FullVariable is the name of the environment variable that turns an unmet
// need into a failure.
const FullVariable = "MORTISE_FULL"

// Full reports whether every need has to be met: whether MORTISE_FULL is set to
// anything but the empty string, 0 or false.
func Full() bool {
	switch os.Getenv(FullVariable) {
	case "", "0", "false":
		return false
	}
	return true
}

// Tool returns the path of the first of names that is an executable program.
// It ends the test if there is none. A name without a slash is looked up in
// PATH; one with a slash is taken as it is.
func Tool(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	unmet(t, "no program "+strings.Join(names, " or ")+" on this machine; make tools installs what is missing")
	return ""
}

// Env returns the value of the environment variable name. It ends the test if
// the variable is unset or empty; why completes the sentence "it names ...".
func Env(t testing.TB, name, why string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		unmet(t, name+" is not set; it names "+why)
	}
	return value
}

// File returns path if something exists there and ends the test otherwise; how
// completes the sentence "... makes it".
func File(t testing.TB, path, how string) string {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		unmet(t, filepath.Base(path)+" is missing; "+how+" makes it")
	}
	return path
}

// Vectors returns the path of a file or folder inside the test vectors, such as
// Vectors(t, "wycheproof", "jws.json"). Without MORTISE_VECTORS the test skips, even
// in a full run; with it, a path that does not exist fails the test.
func Vectors(t testing.TB, elem ...string) string {
	t.Helper()
	root := os.Getenv(VectorsVariable)
	if root == "" {
		t.Skip(VectorsVariable + " is not set; it names the folder of test vectors")
	}
	path := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s names a folder without %s", VectorsVariable, filepath.Join(elem...))
	}
	return path
}

func unmet(t testing.TB, what string) {
	t.Helper()
	if Full() {
		t.Fatal(what)
	}
	t.Skip(what)
}
