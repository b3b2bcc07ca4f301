package mortisetest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/router"
)

// A Matrix says who tries what. The zero Matrix has two intruders, who are always
// there: somebody without credentials, and somebody whose credentials are garbage.
type Matrix struct {
	// Intruders come with credentials that are wrong for most operations.
	Intruders []Intruder

	// Values are what the parameters of paths stand for, by name, so that an
	// operation finds what it would work on. A parameter without one is "1".
	Values map[string]string

	// Spare lists operations that Intruders do not try, because they end the
	// credentials which the other operations are tried with: "POST /logout".
	Spare []string

	// Handler is what is called: the API behind the program's own middleware, or
	// behind a deadline if it has answers without an end. Nil means the API itself.
	Handler http.Handler

	// Body is sent with methods other than GET and HEAD, as JSON. Empty means {}.
	Body string
}

// An Intruder comes with credentials that should not open much.
type Intruder struct {
	// Name completes the sentence "… gets 200".
	Name string
	// Present adds the credentials to a request. Nil adds none.
	Present func(r *http.Request)
	// May lists the locked operations that are open to the intruder all the same,
	// such as "GET /profile": method and path as in the document. Deny makes sure
	// that they are.
	May []string
}

// Bearer presents a token.
func Bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// methods are tried on every path: those of HTTP, and some that look like one.
var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY", "PROPFIND", "get", "post"}

// Deny lets every intruder try every method on every path of the API, and fails
// the test
//
//   - if an answer is 2xx or 3xx where the operation is locked and the intruder may
//     not call it, or where there is no such operation (but for OPTIONS, which tells
//     the methods of a path);
//   - if an operation refuses an intruder who may call it, with 401 or 403, or with
//     421 or 429 by what stands before it, such as a list of hosts or a limit;
//   - if a public operation answers 401 to somebody without credentials.
//
// It starts the API and calls it in this process, without a network. Requests that
// get through have their effects: give it an API on stores of its own.
func Deny(t testing.TB, api *router.Router, m Matrix) {
	t.Helper()
	if err := api.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m.Handler == nil {
		m.Handler = api
	}
	operations := api.Audit()
	for _, path := range paths(operations) {
		for _, method := range methods {
			op := find(operations, method, path)
			for _, i := range slices.Concat(strangers(op), m.intruders(op)) {
				m.try(t, op, method, path, i)
			}
		}
	}
	for _, i := range m.Intruders {
		for _, name := range i.May {
			if !slices.ContainsFunc(operations, func(op router.Audited) bool { return nameOf(op.Method, op.Path) == name && op.Locked() }) {
				t.Errorf("%s may %s, which is no locked operation", i.Name, name)
			}
		}
	}
}

// intruders are those who try an operation.
func (m Matrix) intruders(op *router.Audited) []Intruder {
	if op != nil && slices.Contains(m.Spare, nameOf(op.Method, op.Path)) {
		return nil
	}
	return m.Intruders
}

func nameOf(method, path string) string { return method + " " + path }

func paths(operations []router.Audited) []string {
	var list []string
	for _, op := range operations {
		list = append(list, op.Path)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// find returns the operation that serves a method, nil if none does.
func find(operations []router.Audited, method, path string) *router.Audited {
	get := -1
	for i, op := range operations {
		switch {
		case op.Path != path:
		case op.Method == method:
			return &operations[i]
		case op.Method == http.MethodGet && method == http.MethodHead:
			get = i
		}
	}
	if get < 0 {
		return nil
	}
	return &operations[get]
}

// strangers come to every operation: with nothing, and with garbage in each place
// where the operation takes credentials.
func strangers(op *router.Audited) []Intruder {
	list := []Intruder{{Name: nobody}}
	if op == nil {
		return append(list, Intruder{Name: "somebody with a token of garbage", Present: Bearer(garbage)})
	}
	for _, alternative := range op.Security {
		for _, c := range alternative {
			list = append(list, Intruder{Name: "somebody with garbage for " + c.Scheme.Name, Present: forge(c.Scheme)})
		}
	}
	return list
}

const (
	nobody  = "somebody without credentials"
	garbage = "bm90aGluZw.Z2FyYmFnZQ.YXQtYWxs"
)

// forge presents garbage in the form of a scheme.
func forge(s openapi.Scheme) func(*http.Request) {
	return func(r *http.Request) {
		switch {
		case strings.EqualFold(s.HTTPScheme, "basic"):
			r.SetBasicAuth("nobody", garbage)
		case s.In == "query":
			r.URL.RawQuery = url.Values{s.ParamName: {garbage}}.Encode()
		case s.In == "cookie":
			r.AddCookie(&http.Cookie{Name: s.ParamName, Value: garbage})
		case s.In == "header":
			r.Header.Set(s.ParamName, garbage)
		default:
			r.Header.Set("Authorization", "Bearer "+garbage)
		}
	}
}

// try makes one request and judges its answer.
func (m Matrix) try(t testing.TB, op *router.Audited, method, path string, i Intruder) {
	t.Helper()
	r := m.request(t, method, path)
	if i.Present != nil {
		i.Present(r)
	}
	w := httptest.NewRecorder()
	serve(m.Handler, w, r)
	if complaint := judge(op, method, i, w.Code); complaint != "" {
		t.Errorf("%s: %s gets %d, but %s", nameOf(method, path), i.Name, w.Code, complaint)
	}
}

// serve lets an answer break off, as servers do: what was sent until then counts.
func serve(h http.Handler, w http.ResponseWriter, r *http.Request) {
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
			panic(v)
		}
	}()
	h.ServeHTTP(w, r)
}

// judge says what is wrong about a status, if anything.
func judge(op *router.Audited, method string, i Intruder, status int) string {
	served := status < 400
	refused := slices.Contains([]int{
		http.StatusUnauthorized, http.StatusForbidden,
		http.StatusMisdirectedRequest, http.StatusTooManyRequests, // by what stands before the lock, which then was not tried
	}, status)
	switch {
	case op == nil:
		if served && method != http.MethodOptions {
			return "there is no such operation"
		}
	case !op.Locked():
		if status == http.StatusUnauthorized && i.Name == nobody {
			return "the operation is not locked"
		}
	case slices.Contains(i.May, nameOf(op.Method, op.Path)):
		if refused {
			return "may call it, it is said"
		}
	case served:
		return "the operation is locked: " + op.Lock()
	}
	return ""
}

// request makes the request that would succeed but for its credentials, as far as
// the matrix knows.
func (m Matrix) request(t testing.TB, method, path string) *http.Request {
	t.Helper()
	var body string
	if method != http.MethodGet && method != http.MethodHead {
		if body = m.Body; body == "" {
			body = "{}"
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://example.com"+m.fill(path), strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", nameOf(method, path), err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.RemoteAddr = "127.0.0.1:50000"
	return r
}

// fill puts values in the place of parameters.
func (m Matrix) fill(path string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(path, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		path = after
		if name == "$" { // the end of the path
			continue
		}
		value := m.Values[strings.TrimSuffix(name, "...")]
		if value == "" {
			value = "1"
		}
		out.WriteString(url.PathEscape(value))
	}
}
