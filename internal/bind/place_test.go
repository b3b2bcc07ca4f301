package bind_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/bind"
)

// A191
func TestPathTextsHoldNoOtherPath(t *testing.T) {
	t.Parallel()
	separator := "400 encoding path.p: holds an escaped slash, backslash or dot segment"
	control := "400 encoding path.p: holds a control character"
	rows := []struct{ text, single, multi, opaque string }{
		{"a", "", "", ""},
		{"a b;c=d", "", "", ""},
		{"", "", "", ""},
		{"..a.b...", "", "", ""},
		{"%2f", "", "", ""}, // decoded once: data
		{"a/b", separator, "", ""},
		{"/", separator, "", ""},
		{"a/../b", separator, separator, ""},
		{"a/..", separator, separator, ""},
		{"./a", separator, separator, ""},
		{"..", separator, separator, ""},
		{".", separator, separator, ""},
		{`a\b`, separator, separator, ""},
		{`..\b`, separator, separator, ""},
		{"a\x00", control, control, control},
		{"a\rb", control, control, control},
		{"\n", control, control, control},
		{"\xff", "400 encoding path.p: is not valid UTF-8", "400 encoding path.p: is not valid UTF-8", "400 encoding path.p: is not valid UTF-8"},
	}
	for tag, want := range map[string]func(i int) string{
		`path:"p"`:                     func(i int) string { return rows[i].single },
		`path:"p" multi:"true"`:        func(i int) string { return rows[i].multi },
		`path:"p,opaque"`:              func(i int) string { return rows[i].opaque },
		`path:"p,opaque" multi:"true"`: func(i int) string { return rows[i].opaque },
	} {
		f := newField[string](t, tag, bind.Options{}, bind.Limits{})
		for i, row := range rows {
			got, err := f.read(sent{path: row.text})
			if describe(err) != want(i) || err == nil && got != row.text {
				t.Errorf("%s, %q: got %q, %q; want %q", tag, row.text, got, describe(err), want(i))
			}
		}
	}
}

// A178
func TestASingleValueIsGivenOnce(t *testing.T) {
	t.Parallel()
	for tag, s := range map[string]sent{
		`query:"v"`:  {query: "v=1&w=3&v=2"},
		`form:"v"`:   {form: "v=1&v=2"},
		`header:"v"`: {header: http.Header{"V": {"1", "2"}}},
		`cookie:"v"`: {cookie: "v=1; v=2"},
	} {
		place, _, _ := strings.Cut(tag, ":")
		got, err := get[int](t, tag, s)
		check(t, got, err, 0, "400 repeated "+place+".v: given more than once")
		first := newField[int](t, tag, bind.Options{FirstWins: true}, bind.Limits{})
		got, err = first.read(s)
		check(t, got, err, 1, "")
		same, err := get[int](t, tag, sent{query: "v=1&v=1", form: "v=1&v=1", header: http.Header{"V": {"1", "1"}, "Cookie": {"v=1", "v=1"}}})
		check(t, same, err, 0, "400 repeated "+place+".v: given more than once")
	}
	brackets, err := get[int](t, `query:"id"`, sent{query: "id=1&id[]=2&id[0]=3&ID=4"})
	check(t, brackets, err, 1, "")
	literal, err := get[int](t, `query:"id[]"`, sent{query: "id=1&id[]=2"})
	check(t, literal, err, 2, "")
}

// A186
func TestEachValueIsReadFromItsOwnPlace(t *testing.T) {
	t.Parallel()
	everywhere := sent{path: "1", query: "v=2", header: http.Header{"V": {"3"}}, cookie: "v=4", form: "v=5"}
	for tag, want := range map[string]int{`path:"v"`: 1, `query:"v"`: 2, `header:"v"`: 3, `cookie:"v"`: 4, `form:"v"`: 5} {
		got, err := get[int](t, tag, everywhere)
		check(t, got, err, want, "")
		elsewhere := everywhere
		switch tag {
		case `query:"v"`:
			elsewhere.query = ""
		case `header:"v"`:
			elsewhere.header = nil
		case `cookie:"v"`:
			elsewhere.cookie = ""
		case `form:"v"`:
			elsewhere.form = ""
		default:
			continue
		}
		place, _, _ := strings.Cut(tag, ":")
		got, err = get[int](t, tag, elsewhere)
		check(t, got, err, 0, "422 required "+place+".v: is required")
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	got, err := get[string](t, `header:"x-request-TAG"`, sent{header: http.Header{"X-Request-Tag": {"blue"}}})
	check(t, got, err, "blue", "")
	got, err = get[string](t, `header:"X-Tag"`, sent{header: http.Header{"X-Tag": {""}}})
	check(t, got, err, "", "")
	got, err = get[string](t, `header:"X-Tag"`, sent{header: http.Header{"X-Tag": {"caf\xe9"}}})
	check(t, got, err, "", "400 encoding header.X-Tag: is not valid UTF-8")
	got, err = get[string](t, `header:"X-Tag"`, sent{header: http.Header{"X-Tag": {}}})
	check(t, got, err, "", "422 required header.X-Tag: is required")
	date, err := get[Date](t, `header:"If-Modified-Since" layout:"Mon, 02 Jan 2006 15:04:05 GMT"`,
		sent{header: http.Header{"If-Modified-Since": {"Sun, 06 Nov 1994 08:49:37 GMT"}}})
	if err != nil || equal(date, Date{}) {
		t.Errorf("date = %v, %v", date, err)
	}
}

func TestTheHostIsAHeaderToo(t *testing.T) {
	t.Parallel()
	f := newField[string](t, `header:"host"`, bind.Options{}, bind.Limits{})
	f.src.Load(&http.Request{Host: "api.example"})
	if err := f.binder.Bind(); err != nil || *f.value != "api.example" {
		t.Errorf("host = %q, %v", *f.value, err)
	}
	f.src.Reset()
	if _, err := f.read(sent{}); describe(err) != "422 required header.host: is required" {
		t.Errorf("host of a request without one: %v", err)
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"v=a":               "a",
		"w=b; v=a; x=c":     "a",
		"w=b;v=a;x=c":       "a",
		`v="a"`:             "a",
		"v=a=b":             "a=b",
		" \t v = a":         " a",
		"v=a b,c":           "a b,c",
		"bad name=1; v=a":   "a",
		"; ; v=a;":          "a",
		"w; v=a":            "a",
		`w="; v=a"`:         "!a\"",
		"v=\xff":            "!\xff",
		`v=a\b`:             `!a\b`,
		"v=a\x7f":           "!",
		"V=other; v=a":      "a",
		"v=%61":             "%61",
		"w=\x00\xff; v=a":   "a",
		`v="`:               `!"`,
		"__Host-v=x; v=a":   "a",
		"v=":                "",
		"v":                 "",
		`v=""`:              "",
		"w=v=1; v=a":        "a",
		"w=1, v=2; v=a":     "a",
		"$Version=1; v=a":   "a",
		"constructor=x;v=a": "a",
	} {
		got, err := get[string](t, `cookie:"v"`, sent{cookie: line})
		wantErr := ""
		if strings.HasPrefix(want, "!") {
			want, wantErr = "", "400 encoding cookie.v: holds a character that a cookie may not hold"
		}
		if got != want || describe(err) != wantErr {
			t.Errorf("%q: got %q, %q; want %q, %q", line, got, describe(err), want, wantErr)
		}
	}
	lines := newField[string](t, `cookie:"v"`, bind.Options{}, bind.Limits{})
	got, err := lines.read(sent{header: http.Header{"Cookie": {"w=1", "v=2"}}})
	check(t, got, err, "2", "")
}

func TestPlacesHaveNames(t *testing.T) {
	t.Parallel()
	for place, want := range map[bind.Place]string{bind.Path: "path", bind.Query: "query", bind.Header: "header", bind.Cookie: "cookie", bind.Form: "form", 9: "Place(9)"} {
		if place.String() != want {
			t.Errorf("Place(%d) = %q, want %q", place, place, want)
		}
	}
}
