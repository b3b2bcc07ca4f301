package house

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/internal/need"
)

// Results is what several runs of go test -json said. The zero value is ready to
// use. It is not safe for concurrent use.
type Results struct {
	packages, failures int
	passed             map[string]bool
	skipped            map[string]string
}

// event is one line of go test -json, see go doc test2json.
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// Read adds a run. It writes the result of each package and the output of what
// failed to watch, as they come. The error says that the stream is not one of
// go test -json.
func (r *Results) Read(run io.Reader, watch io.Writer) error {
	if r.passed == nil {
		r.passed, r.skipped = map[string]bool{}, map[string]string{}
	}
	said := map[string][]string{}
	lines := bufio.NewReader(run)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				return fmt.Errorf("not a line of go test -json: %q", strings.TrimSpace(line))
			}
			r.add(e, said, watch)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *Results) add(e event, said map[string][]string, watch io.Writer) {
	key := e.Package + "\x00" + e.Test
	switch e.Action {
	case "output":
		said[key] = append(said[key], e.Output)
	case "build-output":
		fmt.Fprint(watch, e.Output)
	case "pass", "fail", "skip":
		output := strings.Join(said[key], "")
		delete(said, key)
		if e.Test == "" {
			r.endPackage(e, output, watch)
		} else {
			r.endTest(e, key, output, watch)
		}
	}
}

func (r *Results) endPackage(e event, output string, watch io.Writer) {
	switch e.Action {
	case "pass":
		r.packages++
		fmt.Fprintf(watch, "ok    %s  %.1fs\n", e.Package, e.Elapsed)
	case "fail":
		r.packages++
		r.failures++
		fmt.Fprintf(watch, "%sFAIL  %s  %.1fs\n", output, e.Package, e.Elapsed)
	}
}

func (r *Results) endTest(e event, key, output string, watch io.Writer) {
	switch e.Action {
	case "pass":
		r.passed[key] = true
	case "fail":
		r.failures++
		fmt.Fprint(watch, withoutSteps(output))
	case "skip":
		// A fuzz target skips the seeds that its law does not speak about.
		if !strings.HasPrefix(e.Test, "Fuzz") || !strings.Contains(e.Test, "/") {
			r.skipped[key] = output
		}
	}
}

// withoutSteps leaves out the lines that tell how a test went along.
func withoutSteps(output string) string {
	var b strings.Builder
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(strings.TrimLeft(line, " "), "=== ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// Err returns nil if at least one package ran and nothing failed.
func (r *Results) Err() error {
	switch {
	case r.failures > 0:
		return fmt.Errorf("%d failures", r.failures)
	case r.packages == 0:
		return fmt.Errorf("no package was tested")
	}
	return nil
}

// Skips returns the tests that were skipped and passed in no other run, each
// with the reason it gave, in order. The first list is of those that lack the
// test vectors, the second of all others.
func (r *Results) Skips() (vectors, others []string) {
	for key, output := range r.skipped {
		if r.passed[key] {
			continue
		}
		pkg, test, _ := strings.Cut(key, "\x00")
		line := pkg + " " + test + ": " + reason(output)
		if strings.Contains(output, need.VectorsVariable) {
			vectors = append(vectors, line)
		} else {
			others = append(others, line)
		}
	}
	slices.Sort(vectors)
	slices.Sort(others)
	return vectors, others
}

// reason returns the message of a skipped test without go test's own lines.
func reason(output string) string {
	var said []string
	for line := range strings.Lines(output) {
		text := strings.TrimSpace(line)
		if text != "" && !strings.HasPrefix(text, "===") && !strings.HasPrefix(text, "---") {
			said = append(said, text)
		}
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}
