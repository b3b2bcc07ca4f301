package security_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// send sends one raw request with further header lines to a handler.
func send(t *testing.T, lines string, h http.HandlerFunc) {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n"+lines+"\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%q: the server answers %v, %v", lines, resp, err)
	}
}

func TestChallenges(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]security.Challenge{
		`Bearer realm="api"`:                                {},
		`Bearer realm="blog"`:                               security.BearerChallenge("blog"),
		`Basic realm="api", charset="UTF-8"`:                security.BasicChallenge(""),
		`Cookie realm="api", cookie-name="__Host-session"`:  security.CookieChallenge("", "__Host-session"),
		`ApiKey realm="api", name="X-API-Key", in="header"`: security.APIKeyChallenge("", "X-API-Key", "header"),
		`Bearer realm="api", error="invalid_token", error_description="The access token expired"`:              security.Challenge{}.WithError("invalid_token", "The access token expired"),
		`Bearer realm="api", error="insufficient_scope", scope="admin:read stats:read"`:                        security.Challenge{}.WithError("insufficient_scope", "").WithScope("admin:read", "stats:read"),
		`Bearer realm="api", resource_metadata="https://api.example.com/.well-known/oauth-protected-resource"`: security.BearerChallenge("").With("resource_metadata", "https://api.example.com/.well-known/oauth-protected-resource"),
		`DPoP algs="ES256 EdDSA"`:     security.NewChallenge("DPoP").With("algs", "ES256 EdDSA"),
		`Bearer error="x", realm="b"`: security.NewChallenge("Bearer").With("realm", "a").With("error", "x").With("Realm", "a").With("realm", "b"),
		`Bearer realm="api", error="insufficient_user_authentication", error_description="A second factor is required", acr_values="mfa"`: security.Challenge{}.WithError("insufficient_user_authentication", "A second factor is required").With("acr_values", "mfa"),
	} {
		if got := c.String(); got != want {
			t.Errorf("String() = %s, want %s", got, want)
		}
	}
}

func TestChallengesCannotBeInjectedInto(t *testing.T) { // A206
	t.Parallel()
	for _, tt := range []struct {
		c    security.Challenge
		want string
	}{
		{security.BearerChallenge(`a"b\c`), `Bearer realm="a\"b\\c"`},
		{security.BearerChallenge("a\r\nSet-Cookie: x=1"), `Bearer realm="a??Set-Cookie: x=1"`},
		{security.BearerChallenge("é\x00\x7f\t😀\xff"), `Bearer realm="??????"`},
		{security.Challenge{}.WithError(`x", y="z`, "a\\b\n\"c\""), `Bearer realm="api", error="x', y='z", error_description="a/b?'c'"`},
		{security.Challenge{}.WithScope(`a"`, `b\`), `Bearer realm="api", scope="a' b/"`},
	} {
		if got := tt.c.String(); got != tt.want {
			t.Errorf("String() = %s, want %s", got, tt.want)
		}
	}
}

func TestChallengesWithNamesThatAreNoTokensPanic(t *testing.T) {
	t.Parallel()
	for _, make := range []func(){
		func() { security.NewChallenge("") },
		func() { security.NewChallenge("Bea rer") },
		func() { security.Challenge{}.With("a b", "") },
		func() { security.Challenge{}.With("", "") },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, "security: ") {
					t.Errorf("panics with %q", text)
				}
			}()
			make()
		}()
	}
}

func TestAChangedChallengeLeavesTheFirstOneAlone(t *testing.T) {
	t.Parallel()
	base := security.BearerChallenge("a")
	one, two := base.With("x", "1"), base.With("x", "2")
	if base.String() != `Bearer realm="a"` || one.String() != `Bearer realm="a", x="1"` || two.String() != `Bearer realm="a", x="2"` {
		t.Errorf("%s, %s, %s", base, one, two)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	bearer, basic := security.BearerChallenge("r"), security.BasicChallenge("r")
	key := security.APIKeyChallenge("r", "X-API-Key", "header")
	const invalid = `, error="invalid_token", error_description="The access token is invalid"`
	for _, tt := range []struct {
		name    string
		refusal *security.Refusal
		status  int
		code    string
		detail  string
		lines   []string
	}{
		{"missing", security.MissingCredentials(bearer, basic, key), 401, "authorisation-required", "No credentials provided",
			[]string{`Bearer realm="r"`, `Basic realm="r", charset="UTF-8"`, `ApiKey realm="r", name="X-API-Key", in="header"`}},
		{"missing, of nobody's scheme", security.MissingCredentials(), 401, "authorisation-required", "No authorization token provided", []string{`Bearer realm="api"`}},
		{"another scheme", security.ErrOtherScheme.Refuse(bearer), 401, "authorisation-required", "Invalid authorization header", []string{`Bearer realm="r"`}},
		{"malformed for Bearer", security.ErrMalformedCredentials.Refuse(bearer), 401, "invalid-credentials", "Invalid authorization header", []string{`Bearer realm="r"` + invalid}},
		{"malformed for Basic", security.ErrMalformedCredentials.Refuse(basic), 401, "invalid-credentials", "Invalid authorization format", []string{`Basic realm="r", charset="UTF-8"`}},
		{"malformed key", security.ErrMalformedCredentials.Refuse(key), 401, "invalid-credentials", "Invalid API key", []string{`ApiKey realm="r", name="X-API-Key", in="header"`}},
		{"malformed cookie", security.ErrMalformedCredentials.Refuse(security.CookieChallenge("r", "s")), 401, "invalid-credentials", "Invalid session", []string{`Cookie realm="r", cookie-name="s"`}},
		{"multiple", security.ErrMultipleCredentials.Refuse(bearer), 400, "bad-request", "Multiple credentials in request",
			[]string{`Bearer realm="r", error="invalid_request", error_description="Multiple credentials in request"`}},
		{"malformed query", security.ErrMalformedQuery.Refuse(key), 400, "bad-request", "Malformed query", []string{`ApiKey realm="r", name="X-API-Key", in="header"`}},
		{"invalid pair", security.InvalidCredentials("", basic), 401, "invalid-credentials", "Invalid credentials", []string{`Basic realm="r", charset="UTF-8"`}},
		{"invalid session", security.InvalidCredentials("Invalid session", basic), 401, "invalid-credentials", "Invalid session", []string{`Basic realm="r", charset="UTF-8"`}},
		{"invalid key", security.InvalidAPIKey(key), 401, "invalid-credentials", "Invalid API key", []string{`ApiKey realm="r", name="X-API-Key", in="header"`}},
		{"invalid token", security.InvalidToken(bearer), 401, "token-invalid", "Invalid token", []string{`Bearer realm="r"` + invalid}},
		{"expired token", security.ExpiredToken(bearer), 401, "token-expired", "Token has expired", []string{`Bearer realm="r", error="invalid_token", error_description="The access token expired"`}},
		{"unknown user", security.UserNotFound(bearer), 401, "token-invalid", "User not found", []string{`Bearer realm="r"` + invalid}},
		{"missing scope", security.InsufficientScope(bearer, []string{"stats:read", "admin:read"}, security.GrantedScopes{"stats:read"}), 403, "forbidden", "Scope 'admin:read' required",
			[]string{`Bearer realm="r", error="insufficient_scope", scope="stats:read admin:read"`}},
		{"missing role", security.RoleRequired("admin"), 403, "forbidden", "Role 'admin' required", nil},
		{"missing roles", security.AnyRoleRequired("admin", "editor"), 403, "forbidden", "One of roles ('admin', 'editor') required", nil},
		{"missing permission", security.PermissionRequired("posts:delete"), 403, "forbidden", "Permission 'posts:delete' required", nil},
		{"not the owner", security.NotOwner(), 403, "forbidden", "You don't own this resource", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := problem.From(tt.refusal)
			if p.StatusCode() != tt.status || p.Code != tt.code || p.Detail != tt.detail {
				t.Errorf("the problem is %d %s %q, want %d %s %q", p.StatusCode(), p.Code, p.Detail, tt.status, tt.code, tt.detail)
			}
			if got := p.Header().Values("WWW-Authenticate"); !slices.Equal(got, tt.lines) {
				t.Errorf("challenges are %q, want %q", got, tt.lines)
			}
			if got := len(tt.refusal.Challenges()); got != len(tt.lines) {
				t.Errorf("Challenges() gives %d", got)
			}
		})
	}
}

func TestInsufficientScopeNamesTheRequiredOnesInTheBody(t *testing.T) {
	t.Parallel()
	p := problem.From(security.InsufficientScope(security.Challenge{}, []string{"b", "a"}, nil))
	if got, _ := p.Extensions["required_scopes"].([]string); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("required_scopes is %v", p.Extensions)
	}
}

func TestFaultsAnswerForThemselves(t *testing.T) {
	t.Parallel()
	for _, f := range []security.Fault{security.ErrMissingCredentials, security.ErrInvalidToken, security.ErrForbidden, security.ErrMultipleCredentials} {
		plain, refused := problem.From(f), problem.From(f.Refuse())
		if plain.StatusCode() != refused.StatusCode() || plain.Code != refused.Code || plain.Detail != refused.Detail ||
			!slices.Equal(plain.Header()["Www-Authenticate"], refused.Header()["Www-Authenticate"]) {
			t.Errorf("%v: %v is not %v", f, plain, refused)
		}
	}
	if p := problem.From(security.Fault(0)); p.StatusCode() != http.StatusInternalServerError || p.Detail != "" {
		t.Errorf("the zero fault is %v", p)
	}
}

func TestACauseIsForTheLogOnly(t *testing.T) {
	t.Parallel()
	cause := errors.New("user 7 was deleted")
	r := security.UserNotFound().Because(cause)
	if !errors.Is(r, cause) || !errors.Is(r, security.ErrInvalidToken) || errors.Is(r, security.ErrExpiredToken) || !strings.Contains(r.Error(), "deleted") {
		t.Errorf("the refusal is %v", r)
	}
	w := httptest.NewRecorder()
	problem.Write(w, httptest.NewRequest(http.MethodGet, "/", nil), problem.From(r))
	if w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), "deleted") || w.Header().Get("WWW-Authenticate") == "" {
		t.Errorf("the answer is %d %v %s", w.Code, w.Header(), w.Body)
	}
	again := r.WithChallenges(security.BasicChallenge("x")).WithDetail("y")
	if !errors.Is(again, cause) || problem.From(again).Detail != "y" || len(problem.From(r).Header().Values("WWW-Authenticate")) != 1 {
		t.Errorf("the changed refusal is %v", again)
	}
}

func TestMergeAbsent(t *testing.T) {
	t.Parallel()
	err := security.MergeAbsent([]error{
		security.MissingCredentials(security.BearerChallenge("a")),
		security.ErrOtherScheme.Refuse(security.BasicChallenge("a")),
		errors.New("something else"),
		security.MissingCredentials(security.BearerChallenge("a"), security.APIKeyChallenge("a", "k", "query")),
	})
	p := problem.From(err)
	want := []string{`Bearer realm="a"`, `Basic realm="a", charset="UTF-8"`, `ApiKey realm="a", name="k", in="query"`}
	if got := p.Header().Values("WWW-Authenticate"); !slices.Equal(got, want) || p.StatusCode() != http.StatusUnauthorized {
		t.Errorf("MergeAbsent = %v, challenges %q", err, got)
	}
	var absent interface{ Absent() bool }
	if !errors.As(err, &absent) || !absent.Absent() {
		t.Error("the merged refusal is not absent")
	}
}
