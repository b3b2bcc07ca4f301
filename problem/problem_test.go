package problem_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/mortise-go/mortise/problem"
)

func TestConstructors(t *testing.T) {
	t.Parallel()
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Add(pairs[i], pairs[i+1])
		}
		return h
	}
	tests := []struct {
		name   string
		p      *problem.Problem
		want   string
		header http.Header
	}{
		{"400", problem.BadRequest("malformed JSON"), `{"title":"Bad Request","status":400,"detail":"malformed JSON","code":"bad-request"}`, header()},
		{"401 with two challenges", problem.Unauthorized("", `Bearer realm="api"`, `Basic realm="api", charset="UTF-8"`),
			`{"title":"Unauthorized","status":401,"code":"authorisation-required"}`,
			header("WWW-Authenticate", `Bearer realm="api"`, "WWW-Authenticate", `Basic realm="api", charset="UTF-8"`)},
		{"403", problem.Forbidden("admins only"), `{"title":"Forbidden","status":403,"detail":"admins only","code":"forbidden"}`, header()},
		{"404", problem.NotFound(""), `{"title":"Not Found","status":404,"code":"not-found"}`, header()},
		{"405", problem.MethodNotAllowed("GET", "HEAD"), `{"title":"Method Not Allowed","status":405,"code":"method-not-allowed"}`, header("Allow", "GET, HEAD")},
		{"405 of a resource that has no method", problem.MethodNotAllowed(), `{"title":"Method Not Allowed","status":405,"code":"method-not-allowed"}`, header("Allow", "")},
		{"409", problem.Conflict("the name is taken"), `{"title":"Conflict","status":409,"detail":"the name is taken","code":"conflict"}`, header()},
		{"410", problem.Gone(""), `{"title":"Gone","status":410,"code":"gone"}`, header()},
		{"412", problem.PreconditionFailed(""), `{"title":"Precondition Failed","status":412,"code":"precondition-failed"}`, header()},
		{"413", problem.ContentTooLarge(""), `{"title":"Content Too Large","status":413,"code":"content-too-large"}`, header()},
		{"415", problem.UnsupportedMediaType("", "application/json", "text/plain"), `{"title":"Unsupported Media Type","status":415,"code":"unsupported-media-type"}`,
			header("Accept", "application/json, text/plain")},
		{"422", problem.Unprocessable(problem.Invalid{Place: "body.qty", Pointer: "/qty", Code: "max", Detail: "must be at most 7"},
			problem.Invalid{Place: "query.page", Code: "required", Detail: "is required"}),
			`{"title":"Unprocessable Content","status":422,"code":"validation-failed","errors":[` +
				`{"place":"body.qty","pointer":"/qty","code":"max","detail":"must be at most 7"},` +
				`{"place":"query.page","code":"required","detail":"is required"}]}`, header()},
		{"429, rounded up", problem.TooManyRequests(1500 * time.Millisecond), `{"title":"Too Many Requests","status":429,"code":"rate-limited"}`, header("Retry-After", "2")},
		{"429, a whole number of seconds", problem.TooManyRequests(12 * time.Second), `{"title":"Too Many Requests","status":429,"code":"rate-limited"}`, header("Retry-After", "12")},
		{"429, a nanosecond", problem.TooManyRequests(1), `{"title":"Too Many Requests","status":429,"code":"rate-limited"}`, header("Retry-After", "1")},
		{"429, at once", problem.TooManyRequests(0), `{"title":"Too Many Requests","status":429,"code":"rate-limited"}`, header()},
		{"500", problem.Internal(errors.New("pq: password")), `{"title":"Internal Server Error","status":500,"code":"internal-error"}`, header()},
		{"503", problem.ServiceUnavailable(time.Minute), `{"title":"Service Unavailable","status":503,"code":"service-unavailable"}`, header("Retry-After", "60")},
		{"another status", problem.New(http.StatusNotAcceptable, "", ""), `{"title":"Not Acceptable","status":406,"code":"not-acceptable"}`, header()},
		{"a teapot", problem.New(http.StatusTeapot, "", ""), `{"title":"I'm a teapot","status":418,"code":"im-a-teapot"}`, header()},
		{"a status without a phrase", problem.New(499, "", ""), `{"title":"Error","status":499,"code":"error"}`, header()},
		{"a code", problem.New(401, problem.CodeTokenExpired, "The access token expired"),
			`{"title":"Unauthorized","status":401,"detail":"The access token expired","code":"token-expired"}`, header()},
		{"a status that is no error's", problem.New(200, "", "fine"), `{"title":"Internal Server Error","status":500,"detail":"fine","code":"internal-error"}`, header()},
		{"the zero value", new(problem.Problem), `{"title":"Internal Server Error","status":500,"code":"internal-error"}`, header()},
		{"everything", &problem.Problem{Type: "https://example.com/p", Title: "Out of stock", Status: 409, Detail: "d", Instance: "urn:uuid:1", Code: "out-of-stock",
			Errors: []problem.Invalid{{Place: "body", Code: "c", Detail: "e"}}, Extensions: map[string]any{"zeta": []int{1}, "alpha": "x", "title": "no", "errors": "no"}},
			`{"type":"https://example.com/p","title":"Out of stock","status":409,"detail":"d","instance":"urn:uuid:1","code":"out-of-stock",` +
				`"errors":[{"place":"body","code":"c","detail":"e"}],"alpha":"x","zeta":[1]}`, header()},
		{"only names that are taken", &problem.Problem{Status: 404, Extensions: map[string]any{"status": 1}}, `{"title":"Not Found","status":404,"code":"not-found"}`, header()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(tt.p)
			if err != nil || string(got) != tt.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, tt.want)
			}
			if !reflect.DeepEqual(tt.p.Header(), tt.header) {
				t.Errorf("Header() = %v, want %v", tt.p.Header(), tt.header)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	cause := errors.New("sql: no rows")
	tests := []struct {
		p    *problem.Problem
		want string
	}{
		{problem.NotFound("post not found").Because(cause), "404 not-found: post not found: sql: no rows"},
		{problem.Internal(cause), "500 internal-error: sql: no rows"},
		{problem.NotFound(""), "404 not-found"},
		{problem.Unprocessable(problem.Invalid{Place: "body.a", Detail: "is required"}, problem.Invalid{Place: "query.b", Detail: "is too long"}),
			"422 validation-failed: body.a: is required; query.b: is too long"},
		{&problem.Problem{}, "500 internal-error"},
		{nil, "500 internal-error"},
	}
	for _, tt := range tests {
		if got := tt.p.Error(); got != tt.want {
			t.Errorf("Error() = %q, want %q", got, tt.want)
		}
	}
}

func TestAChangedCopyLeavesTheOriginalAlone(t *testing.T) {
	t.Parallel()
	make := func() *problem.Problem {
		p := problem.Unauthorized("who are you?", `Bearer realm="api"`)
		p.Extensions = map[string]any{"a": 1}
		p.Errors = append([]problem.Invalid(nil), problem.Invalid{Place: "x"}, problem.Invalid{})[:1]
		return p
	}
	tests := map[string]func(*problem.Problem) *problem.Problem{
		"With":          func(p *problem.Problem) *problem.Problem { return p.With("a", 2).With("b", 3) },
		"WithType":      func(p *problem.Problem) *problem.Problem { return p.WithType("https://example.com") },
		"WithCode":      func(p *problem.Problem) *problem.Problem { return p.WithCode("other") },
		"WithDetail":    func(p *problem.Problem) *problem.Problem { return p.WithDetail("other") },
		"WithInstance":  func(p *problem.Problem) *problem.Problem { return p.WithInstance("urn:x") },
		"WithHeader":    func(p *problem.Problem) *problem.Problem { return p.WithHeader("WWW-Authenticate", "Basic") },
		"WithChallenge": func(p *problem.Problem) *problem.Problem { return p.WithChallenge("Basic") },
		"Because":       func(p *problem.Problem) *problem.Problem { return p.Because(io.EOF) },
		"an appended mistake": func(p *problem.Problem) *problem.Problem {
			c := p.WithCode("c")
			c.Errors = append(c.Errors, problem.Invalid{Place: "y"})
			return c
		},
		"a changed Header": func(p *problem.Problem) *problem.Problem {
			p.Header().Set("WWW-Authenticate", "X")
			return p.WithCode("c")
		},
	}
	for name, change := range tests {
		p := make()
		c := change(p)
		p.Errors[:2][1] = problem.Invalid{}
		if want := make(); !reflect.DeepEqual(p, want) {
			t.Errorf("%s: the original is %+v, want %+v", name, p, want)
		}
		if reflect.DeepEqual(c, p) {
			t.Errorf("%s: the copy is unchanged", name)
		}
		if !errors.Is(c, p) || !errors.Is(p, c) || errors.Is(c, make()) {
			t.Errorf("%s: a copy must be what it was copied from, and nothing else", name)
		}
	}
}

func TestHeaderFieldsOfACopy(t *testing.T) {
	t.Parallel()
	p := problem.Unauthorized("", "A").WithChallenge("B").WithHeader("retry-after", "5").WithHeader("Retry-After", "6")
	want := http.Header{"Www-Authenticate": {"A", "B"}, "Retry-After": {"6"}}
	if got := p.Header(); !reflect.DeepEqual(got, want) {
		t.Errorf("Header() = %v, want %v", got, want)
	}
}

func TestACauseIsReachable(t *testing.T) {
	t.Parallel()
	errNoPost := problem.NotFound("there is no such post")
	err := fmt.Errorf("show: %w", errNoPost.Because(sql.ErrNoRows).With("id", 7))
	if !errors.Is(err, errNoPost) || !errors.Is(err, sql.ErrNoRows) || errors.Is(err, problem.NotFound("there is no such post")) {
		t.Errorf("%v: want it to be errNoPost and sql.ErrNoRows, and no other problem", err)
	}
	var nobody *problem.Problem
	if nobody.Unwrap() != nil || nobody.StatusCode() != 500 || nobody.Is(errNoPost) || len(nobody.Header()) != 0 || nobody.WithCode("x").StatusCode() != 500 {
		t.Error("a nil problem is a 500 without anything")
	}
}

func TestWithRefusesTheNamesOfFields(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"type", "title", "status", "detail", "instance", "code", "errors"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("With(%q) did not panic", key)
				}
			}()
			_ = problem.NotFound("").With(key, 1)
		}()
	}
}

func TestAClientReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	in := &problem.Problem{Type: "https://example.com/p", Title: "T", Status: 422, Detail: "d", Instance: "urn:x", Code: "c",
		Errors: []problem.Invalid{{Place: "body.a", Pointer: "/a", Code: "max", Detail: "e"}}, Extensions: map[string]any{"x": []any{"y", 1.0}}}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out problem.Problem
	if err := json.Unmarshal(data, &out); err != nil || !reflect.DeepEqual(&out, in) {
		t.Errorf("got %+v, %v, want %+v", out, err, in)
	}
	if err := json.Unmarshal([]byte(`{"status":404}`), &out); err != nil || !reflect.DeepEqual(out, problem.Problem{Status: 404}) {
		t.Errorf("got %+v, %v, want nothing but the status", out, err)
	}
	for _, bad := range []string{`{"status":"x"}`, `{"status":404,"status":500}`, `[]`} {
		if err := out.UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("UnmarshalJSON(%s) succeeded", bad)
		}
	}
}
