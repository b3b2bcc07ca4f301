package router_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/internal/need"
)

// oneOfOurs is the path that a login page may send a user back to: a path alone.
func oneOfOurs(_ context.Context, in struct {
	Next string `query:"next"`
}) (mortise.Redirect, error) {
	if !strings.HasPrefix(in.Next, "/") {
		in.Next = "/"
	}
	return mortise.Redirect{To: in.Next}, nil
}

// A195: none of the targets that have led elsewhere does so here, whether the
// program asks for a path or takes what came.
func TestNoHostileTargetLeadsElsewhere(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(need.Vectors(t, "redirects", "openredirects.txt"))
	if err != nil {
		t.Fatal(err)
	}
	api := mortise.New("Redirects", "1", quiet())
	mortise.Get(api, "/path", oneOfOurs, mortise.Public())
	mortise.Get(api, "/any", func(_ context.Context, in struct {
		Next string `query:"next"`
	}) (mortise.Redirect, error) {
		return mortise.Redirect{To: in.Next}, nil
	}, mortise.Public())
	built(t, api)
	targets := slices.DeleteFunc(strings.Split(string(text), "\n"), func(s string) bool { return s == "" })
	if len(targets) < 550 {
		t.Fatalf("%d targets", len(targets))
	}
	for _, target := range targets {
		// As it stands, and as it is once something has decoded it.
		forms := []string{target}
		if decoded, err := url.QueryUnescape(target); err == nil && decoded != target {
			forms = append(forms, decoded)
		}
		for _, next := range forms {
			if to := locationOf(t, api, "/path", next); to != "" && !staysHere(to) {
				t.Errorf("%q leads to %q", next, to)
			}
			// What names another site in full is for the program to judge.
			if to := locationOf(t, api, "/any", next); to != "" && !staysHere(to) && !isFullURL(next) {
				t.Errorf("%q leads to %q, and does not look like it", next, to)
			}
		}
	}
}

func locationOf(t *testing.T, api http.Handler, path, next string) string {
	t.Helper()
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path+"?"+url.Values{"next": {next}}.Encode(), nil))
	to := w.Header().Get("Location")
	if (w.Code == http.StatusSeeOther) != (to != "") {
		t.Errorf("%q is answered %d with the Location %q", next, w.Code, to)
	}
	return to
}

// staysHere reads a Location as browsers do: tabs and line breaks are nothing, a
// backslash is a slash.
func staysHere(to string) bool {
	if strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return false
	}
	to = strings.ReplaceAll(to, `\`, "/")
	return strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//")
}

func isFullURL(text string) bool {
	scheme, _, found := strings.Cut(text, "://")
	return found && scheme != "" && !strings.ContainsFunc(scheme, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' })
}

// undecided are the texts of JSONTestSuite that a parser may accept or refuse, and
// that this one accepts where any value may come: numbers that a float64 is near.
// It refuses the others with 400, and a number that no float64 is near with 422.
// The one text without anything is a body that is missing.
var undecided = map[string]int{
	"n_structure_no_data.json": 422,

	"i_number_double_huge_neg_exp.json":   200,
	"i_number_real_underflow.json":        200,
	"i_number_too_big_neg_int.json":       200,
	"i_number_too_big_pos_int.json":       200,
	"i_number_very_big_negative_int.json": 200,
	"i_number_huge_exp.json":              422,
	"i_number_neg_int_huge_exp.json":      422,
	"i_number_pos_double_huge_exp.json":   422,
	"i_number_real_neg_overflow.json":     422,
	"i_number_real_pos_overflow.json":     422,
}

// A177, A180, A181
func TestBodiesOfTheJSONTestSuite(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(need.Vectors(t, "json-test-suite", "test_parsing"), "*.json"))
	if err != nil || len(files) != 188+95+35 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	reached := 0
	api := mortise.New("Suite", "1", quiet())
	mortise.Post(api, "/", func(_ context.Context, in struct {
		Body any `body:"json"`
	}) (any, error) {
		reached++
		return in.Body, nil
	}, mortise.Public())
	built(t, api)
	statuses := map[int]int{}
	for _, file := range files {
		name := filepath.Base(file)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before := reached
		got := do(t, api, "POST /", string(data), "Content-Type: application/json")
		statuses[got.status]++
		if want := statusOf(name); got.status != want {
			t.Errorf("%s: %d %.200s, want %d", name, got.status, got.body, want)
		}
		if (reached > before) != (got.status == 200) {
			t.Errorf("%s: the handler ran %d times for an answer of %d", name, reached-before, got.status)
		}
	}
	if want := map[int]int{200: 93 + 5, 400: 318 - 98 - 6, 422: 6}; !maps.Equal(statuses, want) {
		t.Errorf("answers by status: %v, want %v", statuses, want)
	}
}

func statusOf(name string) int {
	accepted := strings.HasPrefix(name, "y_") && !strings.HasPrefix(name, "y_object_duplicated_key")
	switch status := undecided[name]; {
	case accepted:
		return 200
	case status != 0:
		return status
	}
	return 400
}
