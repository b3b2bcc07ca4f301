package pattern_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/pattern"
)

// A pair is a ServeMux and a Tree that were given the same patterns.
type pair struct {
	tb      testing.TB
	mux     *http.ServeMux
	tree    pattern.Tree
	written []string
	served  answer // what the handlers of mux saw
	wrote   recorder
}

// answer is everything that a request can learn from routing.
type answer struct {
	status   int
	pattern  string
	values   string
	location string
	allow    string
}

func newPair(tb testing.TB, patterns ...string) *pair {
	p := &pair{tb: tb, mux: http.NewServeMux(), wrote: recorder{header: http.Header{}}}
	for _, text := range patterns {
		p.add(text)
	}
	return p
}

// add gives text to both and compares what they say about it.
func (p *pair) add(text string) {
	parsed, err := pattern.Parse(text)
	if err == nil {
		_, err = p.tree.Add(parsed, "here")
	}
	said := p.register(text, parsed)
	switch {
	case err == nil && said == "":
		p.written = append(p.written, text)
	case err == nil || said == "":
		p.tb.Fatalf("%q added to %q: Tree says %v, ServeMux says %q", text, p.written, err, said)
	default:
		p.compareErrors(text, err, said)
	}
}

// register adds text to the ServeMux and returns the text of its panic.
func (p *pair) register(text string, parsed *pattern.Pattern) (said string) {
	defer func() {
		if r := recover(); r != nil {
			said = fmt.Sprint(r)
		}
	}()
	p.mux.HandleFunc(text, func(_ http.ResponseWriter, r *http.Request) {
		p.served = answer{status: http.StatusOK}
		if r.Method == http.MethodConnect && strings.Contains(r.URL.EscapedPath(), "//") {
			return // ServeMux attributes the values to the wrong names, or panics
		}
		for _, name := range parsed.Names() {
			p.served.values += strconv.Quote(r.PathValue(name))
		}
	})
	return ""
}

var places = regexp.MustCompile(`\(registered at [^)]*\)`)

func (p *pair) compareErrors(text string, err error, said string) {
	p.tb.Helper()
	said = places.ReplaceAllString(said, "(registered at here)")
	if _, ok := errors.AsType[*pattern.ParseError](err); ok {
		if err.Error() != said && text != "" {
			p.tb.Fatalf("Parse(%q) says %q, ServeMux says %q", text, err, said)
		}
		return
	}
	for _, conflict := range conflicts(p.tb, err) {
		if conflict.Error() == said || sameButForWitnesses(conflict, said) {
			return
		}
	}
	p.tb.Fatalf("%q added to %q: Tree says\n%v\nServeMux says\n%s", text, p.written, err, said)
}

// conflicts takes apart what Add returns.
func conflicts(tb testing.TB, err error) []*pattern.ConflictError {
	tb.Helper()
	var list []*pattern.ConflictError
	for _, err := range err.(interface{ Unwrap() []error }).Unwrap() {
		conflict, ok := errors.AsType[*pattern.ConflictError](err)
		if !ok {
			tb.Fatalf("Add returned %T", err)
		}
		list = append(list, conflict)
	}
	return list
}

var (
	commonPath    = regexp.MustCompile(`both match some paths, like ("(?:[^"\\]|\\.)*")\.`)
	exceptionPath = regexp.MustCompile(` matches ("(?:[^"\\]|\\.)*"), but `)
)

// sameButForWitnesses reports whether a conflict and what ServeMux said about it
// differ only where ServeMux shows a path that is not true, or that no client can
// request because it is not escaped or not clean.
func sameButForWitnesses(conflict *pattern.ConflictError, said string) bool {
	ours := conflict.Error()
	p, q := conflict.Pattern, conflict.Earlier
	our, their := witnesses(ours), witnesses(said)
	if len(our) != len(their) || withoutWitnesses(ours) != withoutWitnesses(said) {
		return false
	}
	for i, w := range their {
		truth := []bool{takes(p, w) && takes(q, w), takes(p, w) && !takes(q, w), takes(q, w) && !takes(p, w)}[i]
		if our[i] != w && truth && !needsEscapes(w) && !strings.Contains(w, "//") {
			return false
		}
	}
	return true
}

func witnesses(text string) []string {
	var list []string
	for _, re := range []*regexp.Regexp{commonPath, exceptionPath} {
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			list = append(list, m[1][1:len(m[1])-1])
		}
	}
	return list
}

func withoutWitnesses(text string) string {
	return exceptionPath.ReplaceAllString(commonPath.ReplaceAllString(text, "like W."), " matches W, but ")
}

func needsEscapes(path string) bool {
	return (&url.URL{Path: path}).EscapedPath() != path
}

// takes reports whether a ServeMux with no other pattern routes the escaped path
// to p. CONNECT makes it take the path as it is.
func takes(p *pattern.Pattern, path string) bool {
	u, err := url.Parse("http://h" + path)
	if err != nil {
		return false
	}
	u.Host = ""
	mux := http.NewServeMux()
	mux.HandleFunc("CONNECT "+p.Path(), func(http.ResponseWriter, *http.Request) {})
	_, matched := mux.Handler(&http.Request{Method: http.MethodConnect, URL: u})
	return matched == "CONNECT "+p.Path()
}

// compare routes r both ways.
func (p *pair) compare(r *http.Request) {
	if ours, theirs := p.ours(r), p.theirs(r); ours != theirs {
		p.tb.Fatalf("%s host %q URL %#v with %q:\nTree     %+v\nServeMux %+v", r.Method, r.Host, r.URL, p.written, ours, theirs)
	}
}

// theirs is the answer of ServeMux.
func (p *pair) theirs(r *http.Request) answer {
	p.served = answer{}
	w := p.wrote.reset()
	p.mux.ServeHTTP(w, r)
	if p.served.status == http.StatusOK {
		p.served.pattern = r.Pattern
		return p.served
	}
	a := answer{status: w.status, location: w.header.Get("Location"), allow: w.header.Get("Allow")}
	if a.status == http.StatusTemporaryRedirect && r.Method != http.MethodConnect {
		a.pattern = r.Pattern // for CONNECT it is the path of the target
	}
	return a
}

// ours is the answer of the tree, turned into HTTP as its caller would.
func (p *pair) ours(r *http.Request) answer {
	var v pattern.Values
	found := p.tree.Find(r, &v)
	a := answer{status: statuses[found.Outcome]}
	if found.Index >= 0 {
		a.pattern = p.tree.Pattern(found.Index).String()
	}
	if found.Outcome != pattern.Match && v.Len() != 0 {
		p.tb.Fatalf("%d values without a match", v.Len())
	}
	if found.Outcome == pattern.Match {
		a.values = valuesOf(r, &v)
		if names := p.tree.Pattern(found.Index).Names(); len(names) != v.Len() {
			p.tb.Fatalf("%q has names %q and %d values", a.pattern, names, v.Len())
		}
	}
	if found.Outcome == pattern.Redirect {
		a.location = p.follow(r, found.Location)
	}
	a.allow = strings.Join(found.Allow, ", ")
	return a
}

var statuses = map[pattern.Outcome]int{
	pattern.NotFound:    http.StatusNotFound,
	pattern.Match:       http.StatusOK,
	pattern.Redirect:    http.StatusTemporaryRedirect,
	pattern.WrongMethod: http.StatusMethodNotAllowed,
	pattern.BadTarget:   http.StatusBadRequest,
}

func valuesOf(r *http.Request, v *pattern.Values) string {
	if r.Method == http.MethodConnect && strings.Contains(r.URL.EscapedPath(), "//") {
		return ""
	}
	var list string
	for i := range v.Len() {
		list += strconv.Quote(v.Get(i))
	}
	return list
}

// follow returns the Location field for a target, which keeps to the host.
func (p *pair) follow(r *http.Request, target string) string {
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.HasPrefix(target, `/\`) {
		p.tb.Fatalf("%s %s is redirected to %q", r.Method, r.URL, target)
	}
	w := p.wrote.reset()
	http.Redirect(w, r, target, http.StatusTemporaryRedirect)
	return w.header.Get("Location")
}

// recorder is the least ResponseWriter.
type recorder struct {
	header http.Header
	status int
}

func (w *recorder) reset() *recorder {
	clear(w.header)
	w.status = 0
	return w
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) Write(b []byte) (int, error) { return len(b), nil }
func (w *recorder) WriteHeader(status int)      { w.status = status }

// request is a request as the server would hand it over.
func request(tb testing.TB, method, host, target string) *http.Request {
	tb.Helper()
	r, err := read(method, host, target)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func parse(tb testing.TB, text string) *pattern.Pattern {
	tb.Helper()
	p, err := pattern.Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// grow makes a tree of patterns that do not conflict.
func grow(tb testing.TB, patterns ...string) *pattern.Tree {
	tb.Helper()
	var tree pattern.Tree
	for i, text := range patterns {
		index, err := tree.Add(parse(tb, text), fmt.Sprintf("api.go:%d", i+1))
		if err != nil || index != i {
			tb.Fatalf("Add(%q) = %d, %v", text, index, err)
		}
	}
	return &tree
}

// hasEmptyLiteral reports whether ServeMux mistakes a literal of the pattern for a
// wildcard because it is empty.
func hasEmptyLiteral(text string) bool {
	i := strings.IndexByte(text, '/')
	return i >= 0 && strings.Contains(text[i:], "//")
}

func withoutEmptyLiterals(patterns []string) []string {
	return slices.DeleteFunc(slices.Clone(patterns), hasEmptyLiteral)
}

// tryParse is Parse with its error turned into nil.
func tryParse(text string) *pattern.Pattern {
	p, err := pattern.Parse(text)
	if err != nil {
		return nil
	}
	return p
}
