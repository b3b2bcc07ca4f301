package house

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// A page quotes Go code by a comment directly above the block,
//
//	<!-- quote examples/hello/main.go#route -->
//
// and the Go file marks the region by //docs:begin route and //docs:end route.
// Without #region the whole file is quoted. Regions may nest and overlap.
// Files of other kinds, such as golden files, are quoted by a block of text.
const (
	fence     = "```"
	goFence   = fence + "go"
	textFence = fence + "text"
	beginMark = "//docs:begin "
	endMark   = "//docs:end "
)

// Requote returns the Markdown page with every Go block, and every block of text
// that has a mark, replaced by what it quotes from the files below root. It
// returns an error for a Go block that quotes nothing, a quotation without a
// block, a file or region that is not there, and a file whose folder has no test:
// the code shown has to be code that runs. The error names the page's line.
func Requote(root, page string) (string, error) {
	lines := strings.SplitAfter(page, "\n")
	var out strings.Builder
	for i := 0; i < len(lines); i++ {
		text := strings.TrimRight(lines[i], "\n")
		source, quotes := quotation(text)
		var err error
		switch {
		case quotes:
			i, err = requoteBlock(&out, root, source, lines, i)
		case text == goFence:
			err = fmt.Errorf("a Go block that quotes no file; mark a region in a tested file and put <!-- quote file.go#region --> above the block")
		case strings.HasPrefix(text, fence):
			i, err = copyBlock(&out, lines, i)
		default:
			out.WriteString(lines[i])
		}
		if err != nil {
			return "", fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return out.String(), nil
}

// quotation returns the source that a line of a page quotes.
func quotation(line string) (source string, ok bool) {
	m := regexp.MustCompile(`^<!-- quote (\S+) -->$`).FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// requoteBlock writes the mark at lines[at] and its block with the code of
// source; it returns the index of the closing fence.
func requoteBlock(out *strings.Builder, root, source string, lines []string, at int) (int, error) {
	if want := fenceOf(source); at+1 >= len(lines) || strings.TrimRight(lines[at+1], "\n") != want {
		return at, fmt.Errorf("the quotation of %s is not followed by a %s block", source, want)
	}
	end, err := closing(lines, at+1)
	if err != nil {
		return at, err
	}
	code, err := excerpt(root, source)
	if err != nil {
		return at, err
	}
	out.WriteString(lines[at] + lines[at+1] + code + lines[end])
	return end, nil
}

// fenceOf returns how a block begins that quotes source.
func fenceOf(source string) string {
	name, _, _ := strings.Cut(source, "#")
	if path.Ext(name) == ".go" {
		return goFence
	}
	return textFence
}

// copyBlock writes the block that opens at lines[at] as it is.
func copyBlock(out *strings.Builder, lines []string, at int) (int, error) {
	end, err := closing(lines, at)
	if err != nil {
		return at, err
	}
	out.WriteString(strings.Join(lines[at:end+1], ""))
	return end, nil
}

func closing(lines []string, at int) (int, error) {
	for i := at + 1; i < len(lines); i++ {
		if strings.TrimRight(lines[i], "\n") == fence {
			return i, nil
		}
	}
	return at, fmt.Errorf("the block is not closed")
}

// excerpt returns the code that source, file.go or file.go#region, names. What
// lies in testdata is tested in the folder above that.
func excerpt(root, source string) (string, error) {
	name, region, _ := strings.Cut(source, "#")
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return "", fmt.Errorf("%s does not exist", name)
	}
	tested, _, _ := strings.Cut(path.Dir(name), "/testdata")
	tests, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(tested), "*_test.go"))
	if err != nil || len(tests) == 0 {
		return "", fmt.Errorf("%s has no test in its folder; what a page shows must run", name)
	}
	code, err := Region(string(text), region)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return code, nil
}

// Region returns the lines between //docs:begin region and //docs:end region in
// a Go file, without marks, without empty lines at its ends and without the
// indentation that all lines share. An empty region means the whole file. It
// returns an error if the region does not begin exactly once or does not end.
func Region(src, region string) (string, error) {
	var lines []string
	begun, open := false, region == ""
	for line := range strings.Lines(src) {
		mark := strings.TrimSpace(line)
		switch {
		case region != "" && mark == beginMark+region:
			if begun {
				return "", fmt.Errorf("region %q begins twice", region)
			}
			begun, open = true, true
		case region != "" && mark == endMark+region:
			open = false
		case open && !strings.HasPrefix(mark, beginMark) && !strings.HasPrefix(mark, endMark):
			lines = append(lines, strings.TrimRight(line, "\n"))
		}
	}
	switch {
	case region != "" && !begun:
		return "", fmt.Errorf("there is no %s%s", beginMark, region)
	case region != "" && open:
		return "", fmt.Errorf("there is no %s%s", endMark, region)
	}
	return dedent(trimmed(lines)), nil
}

// trimmed is lines without the empty ones at both ends, which gofmt puts between
// a mark and a comment.
func trimmed(lines []string) []string {
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// dedent removes the tabs that all lines with text begin with.
func dedent(lines []string) string {
	shared := -1
	for _, line := range lines {
		if tabs := len(line) - len(strings.TrimLeft(line, "\t")); line != "" && (shared < 0 || tabs < shared) {
			shared = tabs
		}
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line[min(max(shared, 0), len(line)):] + "\n")
	}
	return b.String()
}

// Pages returns the Markdown pages below root whose Go blocks are quotations:
// README.md files and everything in docs.
func Pages(root string) ([]string, error) {
	var pages []string
	err := Walk(root, func(name string) error {
		if path.Base(name) == "README.md" || strings.HasPrefix(name, "docs/") && path.Ext(name) == ".md" {
			pages = append(pages, name)
		}
		return nil
	})
	return pages, err
}
