package house_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
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

// link is a link in Markdown that is no URL: [text](target).
var link = regexp.MustCompile(`\]\(([^)\s:]+)\)`)

func TestLinksOfPagesLeadSomewhere(t *testing.T) {
	t.Parallel()
	pages, err := house.Pages(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "CONTRIBUTING.md", "SECURITY.md") {
		for _, found := range link.FindAllStringSubmatch(unquoted(read(t, page)), -1) {
			if lost := lead(t, page, found[1]); lost != "" {
				t.Errorf("%s links to %s, but %s", page, found[1], lost)
			}
		}
	}
}

// lead follows a link and returns what is not there.
func lead(t *testing.T, page, target string) (lost string) {
	t.Helper()
	file, heading, _ := strings.Cut(target, "#")
	name := path.Join(path.Dir(page), file)
	if file == "" {
		name = page
	}
	if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))); err != nil {
		return name + " does not exist"
	}
	if heading != "" && path.Ext(name) == ".md" && !slices.Contains(headings(read(t, name)), heading) {
		return name + " has no such heading"
	}
	return ""
}

// prose is a page without its blocks of code.
func prose(page string) string {
	return regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(page, "")
}

// unquoted is the prose of a page without the code in its sentences.
func unquoted(page string) string {
	return regexp.MustCompile("``.*?``|`[^`\n]*`").ReplaceAllString(prose(page), "")
}

// headings are the names by which the headings of a page are linked to.
func headings(page string) []string {
	var names []string
	for line := range strings.Lines(prose(page)) {
		level, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if level == "" || strings.Trim(level, "#") != "" {
			continue
		}
		text = regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(text), "")
		names = append(names, strings.ReplaceAll(text, " ", "-"))
	}
	return names
}

func TestHeadingsAreLinkedToByTheirWords(t *testing.T) {
	t.Parallel()
	got := headings("# Status, headers, cookies\n\n```console\n# no heading\n```\n\n## All of `x`\n#none\n")
	if want := []string{"status-headers-cookies", "all-of-x"}; !slices.Equal(got, want) {
		t.Errorf("headings = %q, want %q", got, want)
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

func TestEveryExampleIsTriedByIntruders(t *testing.T) {
	t.Parallel()
	makes, denies := map[string]bool{}, map[string]bool{}
	for _, pkg := range repository(t).Packages {
		folder, example, _ := strings.Cut(pkg.Dir, "/")
		example, _, _ = strings.Cut(example, "/")
		for _, f := range pkg.Files {
			switch text := read(t, f.Name); {
			case folder != "examples":
			case !f.Test() && strings.Contains(text, "mortise.New("):
				makes[example] = true
			case strings.Contains(text, "mortisetest.Deny("):
				denies[example] = true
			}
		}
	}
	for example := range makes {
		if !denies[example] {
			t.Errorf("examples/%s has an API that no test calls mortisetest.Deny for", example)
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
