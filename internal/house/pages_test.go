package house_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/house"
)

func TestPagesQuoteCodeThatRuns(t *testing.T) {
	t.Parallel()
	pages, err := house.Pages(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		old := read(t, page)
		got, err := house.Requote(root, old)
		switch {
		case err != nil:
			t.Errorf("%s: %v", page, err)
		case got != old:
			t.Errorf("%s shows code that has changed since; run make quotes", page)
		}
	}
}

func TestChangelogHasRoomForTheNextRelease(t *testing.T) {
	t.Parallel()
	if text := read(t, "CHANGELOG.md"); !strings.Contains(text, "\n## [Unreleased]\n") {
		t.Error("CHANGELOG.md has no section [Unreleased]")
	}
}

func TestEveryExampleHasATest(t *testing.T) {
	t.Parallel()
	for _, pkg := range repository(t).Packages {
		if !strings.HasPrefix(pkg.Dir, "examples/") || pkg.Name() == "" {
			continue
		}
		tested := false
		for range pkg.Tests() {
			tested = true
		}
		if !tested {
			t.Errorf("%s has no test: an example that nobody runs is a rumour", pkg.Dir)
		}
	}
}

// The words are written apart so that this file does not find itself.
var leftover = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)

// A path of somebody's machine means nothing to anybody else.
var machinePath = regexp.MustCompile(`(^|[\s"'=(` + "`" + `])(/(work|root)/|/(home|Users)/[A-Za-z]+/|[A-Z]:\\Users)`)

func TestNothingIsLeftOver(t *testing.T) {
	t.Parallel()
	eachText(t, func(name, text string) {
		for number, line := range strings.Split(text, "\n") {
			switch {
			case leftover.MatchString(line):
				t.Errorf("%s:%d: %q is unfinished", name, number+1, leftover.FindString(line))
			case machinePath.MatchString(line):
				t.Errorf("%s:%d: names a path of one machine", name, number+1)
			}
		}
	})
}

func TestLockFilesNameNoHost(t *testing.T) {
	t.Parallel()
	found := false
	eachText(t, func(name, text string) {
		if path.Base(name) == "package-lock.json" {
			found = true
			if strings.Contains(text, `"resolved":`) {
				t.Errorf("%s pins where packages came from; install with omit-lockfile-registry-resolved", name)
			}
		}
	})
	if !found {
		t.Error("no package-lock.json: the npm tools are not pinned")
	}
}

// eachText calls visit for every text that people wrote or that was generated
// into the repository.
func eachText(t *testing.T, visit func(name, text string)) {
	t.Helper()
	err := house.Walk(root, func(name string) error {
		switch path.Ext(name) {
		case ".go", ".md", ".mjs", ".js", ".json", ".yml", ".html", ".css", ".mod", "":
			text, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				return err
			}
			visit(name, string(text))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
