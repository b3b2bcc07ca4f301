package problem_test

import (
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/problem"
)

func invalid() []problem.Invalid {
	return []problem.Invalid{
		{Place: "body.items[3].qty", Pointer: "/items/3/qty", Code: "max", Detail: "must be at most 7"},
		{Place: `body["a/b"].x.y`, Pointer: "/a~1b/x.y~0", Code: "required", Detail: "is required"},
		{Place: "body[2]", Pointer: "/2", Code: "type", Detail: "expected a string"},
		{Place: "body", Code: "required", Detail: "is required"},
		{Place: "query.page.size", Code: "type", Detail: "expected an integer"},
		{Place: "header.If-Match", Code: "required", Detail: "is required"},
	}
}

func TestRenderers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		as   problem.Renderer
		p    *problem.Problem
		want string
	}{
		{"FastAPI: a detail", problem.FastAPI{}, problem.NotFound("no such post"), `{"detail":"no such post"}`},
		{"FastAPI: no detail", problem.FastAPI{}, problem.NotFound(""), `{"detail":"Not Found"}`},
		{"FastAPI: a plain error", problem.FastAPI{}, problem.Internal(nil), `{"detail":"Internal Server Error"}`},
		{"FastAPI: mistakes", problem.FastAPI{}, problem.Unprocessable(invalid()...), `{"detail":[` +
			`{"loc":["body","items",3,"qty"],"msg":"must be at most 7","type":"max"},` +
			`{"loc":["body","a/b","x.y~"],"msg":"Field required","type":"missing"},` +
			`{"loc":["body",2],"msg":"expected a string","type":"type"},` +
			`{"loc":["body"],"msg":"Field required","type":"missing"},` +
			`{"loc":["query","page.size"],"msg":"expected an integer","type":"type"},` +
			`{"loc":["header","If-Match"],"msg":"Field required","type":"missing"}]}`},
		{"FastAPI: a 422 without mistakes", problem.FastAPI{}, problem.New(422, "odd", "is odd"), `{"detail":[{"loc":[],"msg":"is odd","type":"odd"}]}`},
		{"FastAPI: mistakes of another status", problem.FastAPI{}, &problem.Problem{Status: 400, Errors: invalid()[3:5]},
			`{"detail":"body: is required; query.page.size: expected an integer"}`},
		{"FastOpenAPI: 400", problem.FastOpenAPI{}, problem.BadRequest(""), `{"error":{"type":"bad_request","message":"Bad request","status":400}}`},
		{"FastOpenAPI: 401", problem.FastOpenAPI{}, problem.Unauthorized(""), `{"error":{"type":"authentication_error","message":"Authentication required","status":401}}`},
		{"FastOpenAPI: 403", problem.FastOpenAPI{}, problem.Forbidden("admins only"), `{"error":{"type":"authorization_error","message":"admins only","status":403}}`},
		{"FastOpenAPI: 404", problem.FastOpenAPI{}, problem.NotFound(""), `{"error":{"type":"resource_not_found","message":"Resource not found","status":404}}`},
		{"FastOpenAPI: 409", problem.FastOpenAPI{}, problem.Conflict(""), `{"error":{"type":"resource_conflict","message":"Resource conflict","status":409}}`},
		{"FastOpenAPI: 422", problem.FastOpenAPI{}, problem.Unprocessable(invalid()[3]),
			`{"error":{"type":"validation_error","message":"Validation error","status":422,"details":[{"place":"body","code":"required","detail":"is required"}]}}`},
		{"FastOpenAPI: extensions", problem.FastOpenAPI{}, problem.Forbidden("").With("scope", "admin"),
			`{"error":{"type":"authorization_error","message":"Permission denied","status":403,"details":{"scope":"admin"}}}`},
		{"FastOpenAPI: 500", problem.FastOpenAPI{}, problem.Internal(nil), `{"error":{"type":"internal_server_error","message":"Internal server error","status":500}}`},
		{"FastOpenAPI: 503", problem.FastOpenAPI{}, problem.ServiceUnavailable(0), `{"error":{"type":"service_unavailable","message":"Service unavailable","status":503}}`},
		{"FastOpenAPI: a status that it does not know", problem.FastOpenAPI{}, problem.TooManyRequests(0), `{"error":{"type":"rate_limited","message":"Too Many Requests","status":429}}`},
		{"RFC 9457", problem.RFC9457{}, problem.Unprocessable(invalid()[4]).With("trace", "7"),
			`{"title":"Unprocessable Content","status":422,"code":"validation-failed","errors":[{"place":"query.page.size","code":"type","detail":"expected an integer"}],"trace":"7"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			if err := problem.WriteAs(tt.as, w, nil, tt.p); err != nil {
				t.Fatal(err)
			}
			if got := w.Body.String(); got != tt.want || w.Code != tt.p.StatusCode() || w.Header().Get("Content-Type") != tt.as.ContentType() {
				t.Errorf("got %d %s\n%s\nwant\n%s", w.Code, w.Header().Get("Content-Type"), got, tt.want)
			}
		})
	}
}

// The document shows Schema(status), so every body must be one of its values.
func TestSchemasTellTheTruth(t *testing.T) {
	t.Parallel()
	for _, as := range []problem.Renderer{problem.RFC9457{}, problem.FastAPI{}, problem.FastOpenAPI{}} {
		for status := 400; status < 600; status++ {
			for _, p := range []*problem.Problem{
				problem.New(status, "", ""), problem.New(status, "c", "d").WithType("t").WithInstance("i"), {Status: status, Errors: invalid()},
			} {
				w := httptest.NewRecorder()
				if err := problem.WriteAs(as, w, nil, p); err != nil {
					t.Fatal(err)
				}
				target := reflect.New(reflect.TypeOf(as.Schema(status)))
				d := json.NewDecoder(strings.NewReader(w.Body.String()))
				d.DisallowUnknownFields()
				if err := d.Decode(target.Interface()); err != nil {
					t.Fatalf("%T, %d: %v\n%s", as, status, err, w.Body)
				}
				if again, err := json.Marshal(target.Elem().Interface()); err != nil || !sameJSON(again, w.Body.Bytes()) {
					t.Fatalf("%T, %d: %s is not\n%s, %v", as, status, again, w.Body, err)
				}
			}
		}
	}
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

func TestCodes(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{
		400: "bad-request", 401: "authorisation-required", 403: "forbidden", 404: "not-found", 405: "method-not-allowed", 406: "not-acceptable",
		408: "request-timeout", 409: "conflict", 410: "gone", 412: "precondition-failed", 413: "content-too-large", 414: "uri-too-long", 416: "range-not-satisfiable",
		415: "unsupported-media-type", 421: "misdirected-request", 422: "validation-failed", 428: "precondition-required", 429: "rate-limited",
		431: "request-header-fields-too-large", 500: "internal-error", 501: "not-implemented", 502: "bad-gateway", 503: "service-unavailable",
		504: "gateway-timeout", 505: "http-version-not-supported", 599: "error",
	} {
		if got := problem.CodeOf(status); got != want {
			t.Errorf("CodeOf(%d) = %q, want %q", status, got, want)
		}
	}
}
