package security_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// newAPI makes an API that declares what it is given and builds.
func newAPI(t testing.TB, declare func(api *router.Router)) *router.Router {
	t.Helper()
	api := router.New("Locks", "1", router.Logger(slog.New(slog.DiscardHandler)))
	declare(api)
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	return api
}

// get declares a GET route.
func get[In, Out any](api *router.Router, path string, handler func(context.Context, In) (Out, error), opts ...router.Option) {
	api.Handle(http.MethodGet, path, di.Depends(handler), opts...)
}

// An answer is what came back.
type answer struct {
	status     int
	challenges []string
	header     http.Header
	body       string
	problem    struct {
		Status         int      `json:"status"`
		Code           string   `json:"code"`
		Detail         string   `json:"detail"`
		RequiredScopes []string `json:"required_scopes"`
	}
}

// call sends a request with header lines such as "X-API-Key: k".
func call(t testing.TB, api http.Handler, method, target string, lines ...string) answer {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for _, line := range lines {
		name, value, found := strings.Cut(line, ": ")
		if !found {
			t.Fatalf("%q is no header line", line)
		}
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	a := answer{status: w.Code, challenges: w.Header().Values("WWW-Authenticate"), header: w.Header(), body: w.Body.String()}
	if a.status >= 400 && method != http.MethodHead {
		if err := json.Unmarshal(w.Body.Bytes(), &a.problem); err != nil || a.problem.Status != a.status {
			t.Errorf("%s %s: %d with the body %s", method, target, a.status, w.Body)
		}
	}
	return a
}

// want compares status, detail and challenges; an empty detail is not compared.
func (a answer) want(t testing.TB, status int, detail string, challenges ...string) {
	t.Helper()
	if a.status != status || detail != "" && a.problem.Detail != detail {
		t.Errorf("answered %d %q, want %d %q", a.status, a.problem.Detail, status, detail)
	}
	if !slices.Equal(a.challenges, challenges) {
		t.Errorf("challenges\n\t%q, want\n\t%q", a.challenges, challenges)
	}
}

// A document is what the tests look at of an OpenAPI document.
type document struct {
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		SecuritySchemes map[string]map[string]any `json:"securitySchemes"`
	} `json:"components"`
}

type operation struct {
	Description string                `json:"description"`
	Security    []map[string][]string `json:"security"`
	Responses   map[string]any        `json:"responses"`
}

func documentOf(t testing.TB, api *router.Router) document {
	t.Helper()
	text, err := api.Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// get is an operation of the document.
func (d document) get(path string) operation { return d.Paths[path]["get"] }

// statuses lists the documented statuses of a class such as "4".
func (o operation) statuses(class string) []string {
	var list []string
	for s := range o.Responses {
		if strings.HasPrefix(s, class) {
			list = append(list, s)
		}
	}
	slices.Sort(list)
	return list
}

// ok is a handler that was reached.
func ok(context.Context, di.None) (string, error) { return "reached", nil }

// A user is a principal.
type user struct {
	Name        string   `json:"name"`
	roles       []string // exact
	permissions []string
	scopes      security.GrantedScopes
}

func (u *user) HasRole(role string) bool      { return slices.Contains(u.roles, role) }
func (u *user) HasPermission(may string) bool { return slices.Contains(u.permissions, may) }

// userOf reads who somebody is, and what they may, from tokens such as
// "ann_r.admin_p.posts~delete_s.posts~read". One that begins with "bad" is none.
func userOf(_ context.Context, token security.BearerToken) (*user, error) {
	if strings.HasPrefix(string(token), "bad") {
		return nil, security.InvalidToken()
	}
	name, rights, _ := strings.Cut(string(token), "_")
	u := &user{Name: name}
	for right := range strings.SplitSeq(rights, "_") {
		kind, value, _ := strings.Cut(right, ".")
		value = strings.ReplaceAll(value, "~", ":") // which no token has
		switch kind {
		case "r":
			u.roles = append(u.roles, value)
		case "p":
			u.permissions = append(u.permissions, value)
		case "s":
			u.scopes = append(u.scopes, value)
		}
	}
	return u, nil
}

func me(_ context.Context, u *user) (string, error) { return u.Name, nil }

// bearer is the Authorization line of a token that [userOf] reads.
func bearer(token string) string { return "Authorization: Bearer " + token }

const (
	plainBearer   = `Bearer realm="api"`
	invalidBearer = `Bearer realm="api", error="invalid_token", error_description="The access token is invalid"`
	doubledBearer = `Bearer realm="api", error="invalid_request", error_description="Multiple credentials in request"`
)

func panicOf(f func()) (text string) {
	defer func() { text, _ = recover().(string) }()
	f()
	return ""
}
