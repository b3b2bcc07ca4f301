package router_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-playground/validator/v10"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// statuses lists the documented answers of an operation.
func statuses(op map[string]any) string {
	responses, _ := op["responses"].(map[string]any)
	return strings.Join(slices.Sorted(maps.Keys(responses)), " ")
}

// L11: what only some credentials need is not required of everybody.
func TestConditionsOfAlternativesAreNotThoseOfAll(t *testing.T) {
	t.Parallel()
	admin := mortise.Depends(func(_ context.Context, a *account) (keyOf, error) { return keyOf(a.Name), nil },
		mortise.RequireRole[*account]("admin"))
	guest := mortise.Depends(gives(keyOf("guest")))
	inside := middleware.AllowIPs("10.0.0.0/8")
	either := security.AnyOf[keyOf](keyHolder, admin)
	api := newGuarded()
	for _, tt := range []struct {
		path        string
		lock        *mortise.Dependency
		description string
		audited     string
	}{
		{"/one", admin, "**Requires** `BearerAuth`, and role `admin`.", "BearerAuth, role admin"},
		{"/either", either, "**Requires** either `ApiKeyAuth` or `BearerAuth`, and role `admin` with `BearerAuth`.", "ApiKeyAuth or BearerAuth, role admin with BearerAuth"},
		{"/optional", security.Optional[keyOf](admin), "**Optional** `BearerAuth`. **Requires** role `admin` with `BearerAuth`.", "BearerAuth or nothing, role admin with BearerAuth"},
		{"/pair", security.AnyOf[keyOf](security.AllOf[keyOf](admin, optionalKey, keyHolder), keyHolder),
			"**Requires** either `BearerAuth` and `ApiKeyAuth` or `ApiKeyAuth`, and role `admin` with `BearerAuth` and `ApiKeyAuth`.", "BearerAuth and ApiKeyAuth or ApiKeyAuth, role admin with BearerAuth and ApiKeyAuth"},
		{"/nested", security.Optional[keyOf](either), "**Optional** `ApiKeyAuth` or `BearerAuth`. **Requires** role `admin` with `BearerAuth`.", "ApiKeyAuth or BearerAuth or nothing, role admin with BearerAuth"},
		{"/guest", security.AnyOf[keyOf](keyHolder, security.AllOf[keyOf](guest, inside)),
			"**Optional** `ApiKeyAuth`. **Requires** an address in `10.0.0.0/8` without a credential.", "ApiKeyAuth or nothing, an address in 10.0.0.0/8 without a credential"},
		{"/both", security.AllOf[keyOf](either, inside), "**Requires** either `ApiKeyAuth` or `BearerAuth`, and an address in `10.0.0.0/8`, and role `admin` with `BearerAuth`.",
			"ApiKeyAuth or BearerAuth, an address in 10.0.0.0/8, role admin with BearerAuth"},
	} {
		mortise.Get(api, tt.path, gives(1), tt.lock, router.OperationID(tt.path[1:]))
		if got := documented(t, api.With(), "GET "+tt.path)["description"]; got != tt.description {
			t.Errorf("%s: %v, want %s", tt.path, got, tt.description)
		}
		list := api.With().Audit()
		if got := list[len(list)-1].Lock(); got != tt.audited {
			t.Errorf("%s: audited as %s, want %s", tt.path, got, tt.audited)
		}
	}
	built(t, api)
}

func TestAnOperationDocumentsWhatItsChainDoes(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/plain", gives("plain"))
	mortise.Get(api, "/query", func(context.Context, struct {
		Page int `query:"page" default:"1"`
	}) (string, error) {
		return "", nil
	})
	takes[order](api, "/body")
	takes[*order](api, "/optional")
	mortise.Post(api, "/form", echoes[grant])
	mortise.Get(api, "/locked", whoami)
	mortise.Get(api, "/role", whoami, mortise.RequireRole[*account]("admin"))
	mortise.Get(api, "/scope", gives(1), mortise.Security(checkScopes, "a"))
	mortise.Get(api, "/owner/{id}", func(context.Context, *note) (none, error) { return none{}, nil }, mortise.RequireOwner[*account](findNote))
	mortise.Post(api, "/made", gives(made{}))
	mortise.Get(api, "/redirect", gives(mortise.Redirect{To: "/"}))
	mortise.Get(api, "/problems", gives(1), router.Problems(409, 410))
	mortise.Get(api, "/classes", gives(1), router.Problems(4, 5, 0))
	built(t, api)
	for line, want := range map[string]string{
		"GET /plain":      "200 default",
		"GET /query":      "200 400 422 default",
		"POST /body":      "200 400 413 415 422 default",
		"POST /optional":  "200 400 413 415 422 default",
		"POST /form":      "200 400 413 415 422 default",
		"GET /locked":     "200 401 default",
		"GET /role":       "200 401 403 default",
		"GET /scope":      "200 401 403 default",
		"GET /owner/{id}": "204 400 401 403 404 422 default",
		"POST /made":      "201 default",
		"GET /redirect":   "303 default",
		"GET /problems":   "200 409 410 default",
		"GET /classes":    "200 4XX 5XX default",
	} {
		if got := statuses(documented(t, api, line)); got != want {
			t.Errorf("%s documents %s, want %s", line, got, want)
		}
	}
	if got := member(documented(t, api, "POST /body"), "requestBody", "required"); got != true {
		t.Errorf("a body is required: %v, want true", got)
	}
	if got := member(documented(t, api, "POST /optional"), "requestBody", "required"); got != nil {
		t.Errorf("an optional body is required: %v, want nothing", got)
	}
	headers, _ := member(documented(t, api, "POST /made"), "responses", "201", "headers").(map[string]any)
	if got := strings.Join(slices.Sorted(maps.Keys(headers)), " "); got != "ETag Last-Modified Link Location Set-Cookie X-Addr X-Count X-Good X-Ratio" && got != "Etag Last-Modified Link Location Set-Cookie X-Addr X-Count X-Good X-Ratio" {
		t.Errorf("headers %s", got)
	}
	if got := text(member(documented(t, api, "GET /redirect"), "responses", "303")); !strings.Contains(got, "Location") || strings.Contains(got, `"content"`) {
		t.Errorf("a redirect is documented as %s", got)
	}
	if got := text(member(documented(t, api, "GET /locked"), "responses", "401")); !strings.Contains(got, "WWW-Authenticate") {
		t.Errorf("a 401 is documented as %s", got)
	}
}

func TestCombinationsOfLocksAreDocumentedAsTheyAreEnforced(t *testing.T) {
	t.Parallel()
	byToken := mortise.Depends(func(_ context.Context, c *claims) (keyOf, error) { return keyOf(c.Subject), nil })
	byQuery := mortise.Depends(readKey, security.APIKeyQuery("api_key", security.SchemeConfig{}))
	api := newGuarded()
	lock := func(path string, d *mortise.Dependency) { mortise.Get(api, path, gives(1), d) }
	lock("/or", security.AnyOf[keyOf](byToken, keyHolder))
	lock("/and", security.AllOf[keyOf](byToken, keyHolder))
	lock("/optional", optionalKey)
	lock("/mixed", security.AllOf[keyOf](security.AnyOf[keyOf](byToken, keyHolder), byQuery))
	lock("/scoped", security.AnyOf[keyOf](keyHolder,
		mortise.Security(func(_ context.Context, in struct {
			Required security.Scopes
			Claims   *claims
		}) (keyOf, error) {
			return keyOf(in.Claims.Subject), nil
		}, "posts:read")))
	built(t, api)
	for path, want := range map[string]string{
		"/or":       `[{"BearerAuth":[]},{"ApiKeyAuth":[]}]`,
		"/and":      `[{"ApiKeyAuth":[],"BearerAuth":[]}]`,
		"/optional": `[{"ApiKeyAuth":[]},{}]`,
		"/mixed":    `[{"ApiKeyQuery":[],"BearerAuth":[]},{"ApiKeyAuth":[],"ApiKeyQuery":[]}]`,
		"/scoped":   `[{"ApiKeyAuth":[]},{"BearerAuth":["posts:read"]}]`,
	} {
		if got := text(documented(t, api, "GET "+path)["security"]); got != want {
			t.Errorf("%s: security %s, want %s", path, got, want)
		}
	}
	do(t, api, "GET /mixed", "", as("ada")).is(401)
	do(t, api, "GET /mixed?api_key=key-ada", "").is(401)
	do(t, api, "GET /mixed?api_key=key-ada", "", as("ada")).is(200)
	do(t, api, "GET /mixed?api_key=key-ada", "", "X-API-Key: key-ada").is(200)
	do(t, api, "GET /scoped", "", "X-API-Key: key-ada").is(200)
}

func TestWhatOnlyAnAlternativeReadsIsNotRequiredOfAll(t *testing.T) {
	t.Parallel()
	signed := mortise.Depends(func(_ context.Context, in struct {
		Key  security.APIKey
		Date string `header:"X-Date"`
	}) (keyOf, error) {
		return keyOf(in.Date), nil
	}, security.APIKeyHeader("X-Signature", security.SchemeConfig{Name: "Signature"}))
	api := newGuarded()
	mortise.Get(api, "/", gives("fine"), security.AnyOf[keyOf](keyHolder, signed))
	built(t, api)
	if got := text(documented(t, api, "GET /")["parameters"]); got != `[{"in":"header","name":"X-Date","schema":{"type":"string"}}]` {
		t.Errorf("parameters %s, want one that is not required", got)
	}
	do(t, api, "GET /", "", "X-API-Key: key-ada").is(200)
	do(t, api, "GET /", "", "X-Signature: s").is(422).places("header.X-Date required")
	do(t, api, "GET /", "", "X-Signature: s", "X-Date: today").is(200)
}

func TestADependencyDescribesItselfOnceWhateverItsScopes(t *testing.T) {
	t.Parallel()
	check := func(ctx context.Context, in struct {
		Required security.Scopes
		Claims   *claims
	}) (none, error) {
		_, err := checkScopes(ctx, in)
		return none{}, err
	}
	api := newGuarded(mortise.RequireRole[*account]("admin"))
	mortise.Get(api, "/", gives(1), mortise.Security(check, "posts:read"), mortise.Security(check, "admin:read"))
	built(t, api)
	op := documented(t, api, "GET /")
	if got, _ := op["description"].(string); strings.Count(got, "role `admin`") != 1 {
		t.Errorf("description %q, want the role once", got)
	}
	if got := text(op["security"]); got != `[{"BearerAuth":["posts:read","admin:read"]}]` {
		t.Errorf("security %s", got)
	}
}

// L11: a scheme of the program's own may look at scopes itself, and is asked once
// for each set of them.
func TestTheScopesThatASchemeReadsAreDocumented(t *testing.T) {
	t.Parallel()
	type certificate struct{ name string }
	var asked []string
	scheme := func(opts ...di.Option) *mortise.Dependency {
		return mortise.Depends(func(_ context.Context, in struct {
			Required security.Scopes
			Name     string `header:"X-Client"`
		}) (*certificate, error) {
			asked = append(asked, in.Required...)
			if in.Name == "" {
				return nil, security.MissingCredentials()
			}
			return &certificate{in.Name}, nil
		}, append(opts, di.Note(openapi.Scheme{Name: "TLS", Type: "mutualTLS"}))...)
	}
	check := func(context.Context, *certificate) (none, error) { return none{}, nil }
	api := mortise.New("Certificates", "1", quiet())
	api.Provide(scheme(di.At(di.Authentication)))
	mortise.Get(api, "/", gives(1), mortise.Security(check, "a"), mortise.Security(check, "b", "c"))
	if got := text(documented(t, built(t, api), "GET /")["security"]); got != `[{"TLS":["a","b","c"]}]` {
		t.Errorf("security %s", got)
	}
	do(t, api, "GET /", "", "X-Client: ada").is(200)
	if !slices.Equal(asked, []string{"a", "b", "c"}) {
		t.Errorf("asked for %q", asked)
	}
	late := mortise.New("Certificates", "1", quiet())
	late.Provide(scheme())
	mortise.Get(late, "/", func(context.Context, *certificate) (none, error) { return none{}, nil })
	wrong(t, late, "asks for the credential of a scheme and is no guard, so a body would be read for anybody")
}

func TestTheShapeOfErrorsIsDocumentedAsItIs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		as          problem.Renderer
		contentType string
	}{
		{"problems", problem.RFC9457{}, "application/problem+json"},
		{"as FastAPI", problem.FastAPI{}, "application/json"},
		{"as FastOpenAPI", problem.FastOpenAPI{}, "application/json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := mortise.New("Shapes", "1", router.RenderErrors(tt.as))
			takes[order](api, "/")
			op := documented(t, built(t, api), "POST /")
			for _, status := range []string{"400", "422", "default"} {
				if member(op, "responses", status, "content", tt.contentType, "schema") == nil {
					t.Errorf("%s is not documented as %s: %s", status, tt.contentType, text(member(op, "responses", status)))
				}
			}
			do(t, api, "POST /", `{}`).is(422).has("Content-Type", tt.contentType)
		})
	}
}

func listAllUsers(context.Context, none) ([]string, error) { return nil, nil }

func TestOperationsAreNamedByTheirHandlers(t *testing.T) {
	t.Parallel()
	api := mortise.New("Names", "1", router.Description("About *it*."), router.Info(openapi.Info{Version: "2", Summary: "s"}),
		router.Server(openapi.Server{URL: "https://api.example"}), router.DescribeTag(openapi.Tag{Name: "users", Description: "People"}))
	mortise.Get(api, "/users", listAllUsers, router.Tags("users"))
	mortise.Get(api, "/other", listAllUsers, router.OperationID("other"), router.Summary("Sum"), router.Description("Long"))
	mortise.Get(api, "/literal", gives(1))
	built(t, api)
	op := documented(t, api, "GET /users")
	if op["operationId"] != "listAllUsers" || op["summary"] != "List all users" || text(op["tags"]) != `["users"]` {
		t.Errorf("operation %s", text(op))
	}
	op = documented(t, api, "GET /other")
	if op["operationId"] != "other" || op["summary"] != "Sum" || op["description"] != "Long" {
		t.Errorf("operation %s", text(op))
	}
	if op = documented(t, api, "GET /literal"); op["operationId"] == "" || strings.Contains(fmt.Sprint(op["operationId"]), "func") {
		t.Errorf("a literal is called %v", op["operationId"])
	}
	d := document(t, api)
	if got := text(d["info"]); got != `{"description":"About *it*.","summary":"s","title":"Names","version":"2"}` {
		t.Errorf("info %s", got)
	}
	if text(d["servers"]) != `[{"url":"https://api.example"}]` || text(d["tags"]) != `[{"description":"People","name":"users"}]` {
		t.Errorf("servers %s, tags %s", text(d["servers"]), text(d["tags"]))
	}
}

func TestRulesOfAnOwnValidatorAreEnforced(t *testing.T) {
	t.Parallel()
	v := validator.New()
	if err := v.RegisterValidation("even", func(f validator.FieldLevel) bool { return f.Field().Int()%2 == 0 }); err != nil {
		t.Fatal(err)
	}
	v.RegisterAlias("smallish", "max=10")
	type number struct {
		N int `json:"n" validate:"even,smallish"`
	}
	api := mortise.New("Own rules", "1", router.Validator(v))
	takes[number](api, "/")
	mortise.Get(api, "/", func(_ context.Context, in struct {
		N int `query:"n" validate:"even"`
	}) (int, error) {
		return in.N, nil
	})
	built(t, api)
	do(t, api, "POST /", `{"n":2}`).is(200)
	do(t, api, "POST /", `{"n":3}`).is(422).places("body.n even")
	do(t, api, "GET /?n=3", "").is(422).places("query.n even")
	if d := document(t, api); !strings.Contains(text(d), "even") {
		t.Error("the rule is not documented")
	}
}

func TestAuthorizationIsNoParameter(t *testing.T) {
	t.Parallel()
	api := mortise.New("Header", "1")
	mortise.Get(api, "/", func(_ context.Context, in struct {
		Auth string `header:"Authorization" default:""`
	}) (string, error) {
		return in.Auth, nil
	})
	built(t, api)
	if got := documented(t, api, "GET /")["parameters"]; got != nil {
		t.Errorf("parameters %s, want none", text(got))
	}
}

// everyKind is an API with every kind of lock there is.
func everyKind(t testing.TB) *mortise.API {
	api := newGuarded()
	byToken := mortise.Depends(func(_ context.Context, c *claims) (keyOf, error) { return keyOf(c.Subject), nil })
	scheme := func(path string, d *mortise.Dependency) { mortise.Get(api, path, gives(1), d) }
	flows := openapi.OAuthFlows{ClientCredentials: &openapi.OAuthFlow{TokenURL: "/token"}}
	scheme("/bearer", security.Bearer(security.SchemeConfig{Name: "Other"}))
	scheme("/basic", security.Basic(security.SchemeConfig{Name: "OtherBasic"}))
	scheme("/oauth2", security.OAuth2(flows, security.SchemeConfig{}))
	scheme("/openid", security.OpenIDConnect("https://id.example/.well-known/openid-configuration", security.SchemeConfig{}))
	scheme("/header", keyHolder)
	scheme("/query", security.APIKeyQuery("api_key", security.SchemeConfig{}))
	scheme("/cookie", security.APIKeyCookie("key", security.SchemeConfig{}))
	scheme("/role", mortise.RequireRole[*account]("admin"))
	scheme("/any", security.AnyOf[keyOf](byToken, keyHolder))
	scheme("/all", security.AllOf[keyOf](byToken, keyHolder))
	scheme("/optional", optionalKey)
	mortise.Put(api, "/owner/{id}", func(context.Context, struct {
		Note *note
		Body order `body:"json"`
	}) (none, error) {
		return none{}, nil
	}, mortise.RequireOwner[*account](findNote))
	mortise.Get(api, "/public/{id}", func(context.Context, struct {
		ID int `path:"id"`
	}) (none, error) {
		return none{}, nil
	}, mortise.Public())
	mortise.Get(api, "/open", gives(1))
	takes[order](api, "/login", mortise.Public())
	return built(t, api)
}

// TestWhatIsDocumentedAsLockedIsLocked reads the document as a client does, and
// calls each operation.
func TestWhatIsDocumentedAsLockedIsLocked(t *testing.T) { // A80, A214
	t.Parallel()
	api := everyKind(t)
	paths, _ := document(t, api)["paths"].(map[string]any)
	locked, open := 0, 0
	for path, item := range paths {
		for method, op := range item.(map[string]any) {
			needed := isSecured(op)
			target := strings.NewReplacer("{id}", "1").Replace(path)
			for _, line := range []string{strings.ToUpper(method) + " " + target, "HEAD " + target} {
				if strings.HasPrefix(line, "HEAD") && method != "get" {
					continue
				}
				a := do(t, api, line, "")
				switch {
				case needed && (a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == ""):
					t.Errorf("%s is documented as locked and answers %d", line, a.status)
				case !needed && (a.status == http.StatusUnauthorized || a.status == http.StatusForbidden):
					t.Errorf("%s is documented as open and answers %d", line, a.status)
				}
			}
			if needed {
				locked++
			} else {
				open++
			}
		}
	}
	if locked != 11 || open != 4 {
		t.Errorf("%d locked and %d open operations, want 11 and 4", locked, open)
	}
}

// isSecured reports whether each alternative of an operation asks for something.
func isSecured(op any) bool {
	alternatives, _ := member(op, "security").([]any)
	for _, r := range alternatives {
		if len(r.(map[string]any)) == 0 {
			return false
		}
	}
	return len(alternatives) > 0
}
