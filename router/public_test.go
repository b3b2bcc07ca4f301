package router_test

import (
	"context"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

func TestPublicLiftsTheGuardsAroundIt(t *testing.T) {
	t.Parallel()
	var j journal
	api := newGuarded(mortise.RequireRole[*account]("admin"), mortise.Depends(notes[none](&j, "every request")))
	group := api.Group("/group", mortise.Security(checkScopes, "posts:read"))
	mortise.Get(api, "/locked", gives("locked"))
	mortise.Get(api, "/open", gives("open"), mortise.Public())
	mortise.Get(group, "/open", gives("open"), mortise.Public())
	open := api.Group("/all", mortise.Public())
	mortise.Get(open, "/open", gives("open"))
	mortise.Get(open.Group("/below"), "/open", gives("open"))
	built(t, api)
	do(t, api, "GET /locked", "").is(401)
	j.expect(t)
	for _, path := range []string{"/open", "/group/open", "/all/open", "/all/below/open"} {
		do(t, api, "GET "+path, "").is(200)
		j.expect(t, "every request")
		if got := text(documented(t, api, "GET "+path)["security"]); got != "[]" {
			t.Errorf("%s: security %s, want []", path, got)
		}
	}
}

// L15: an allowlist is not lifted with the credential that it is combined with.
func TestPublicLiftsNoAllowlistThatIsCombinedWithAGuard(t *testing.T) {
	t.Parallel()
	inside := middleware.AllowIPs("10.0.0.0/8")
	api := newGuarded(security.AllOf[none](mortise.Depends(notes[none](&journal{}, "any")), inside, mortise.RequireRole[*account]("admin")))
	mortise.Get(api, "/open", gives("open"), mortise.Public())
	built(t, api)
	do(t, api, "GET /open", "").is(403)
	if op := documented(t, api, "GET /open"); !strings.Contains(text(op["description"]), "10.0.0.0/8") || text(op["security"]) != "[]" {
		t.Errorf("description %v, security %v", op["description"], op["security"])
	}
}

func TestAPublicRouteThatIsLockedIsAMistake(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		declare func(api *mortise.API)
		text    string
	}{
		{"by what its handler takes", func(api *mortise.API) { mortise.Get(api, "/", whoami, mortise.Public()) },
			"is declared Public, but it needs security.BearerToken from scheme BearerAuth"},
		{"by a guard of its own", func(api *mortise.API) {
			mortise.Get(api, "/", gives(1), mortise.Public(), mortise.RequireRole[*account]("admin"))
		}, "is declared Public, but it needs"},
		{"by alternatives", func(api *mortise.API) {
			mortise.Get(api, "/", gives(1), mortise.Public(), security.AnyOf[keyOf](keyHolder))
		}, "is declared Public, but it needs router_test.keyOf from AnyOf"},
		{"by a guard of the group that is public", func(api *mortise.API) {
			mortise.Get(api.Group("/g", mortise.Public(), mortise.RequireRole[*account]("admin")), "/", gives(1))
		}, `is declared Public by Group("/g")`},
		{"by a guard of a group inside of the public one", func(api *mortise.API) {
			inner := api.Group("/g", mortise.Public()).Group("/inner")
			mortise.Get(inner, "/", gives(1))
			inner.Require(mortise.Security(checkScopes, "posts:read")) // declared later, and found all the same
		}, `but Group("/g/inner") (public_test.go:`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := newGuarded()
			tt.declare(api)
			wrong(t, api, tt.text)
		})
	}
}

func TestAPublicRouteMayTakeAnOptionalCredential(t *testing.T) {
	t.Parallel()
	api := newGuarded(router.Strict())
	mortise.Get(api, "/", func(_ context.Context, k mortise.Optional[keyOf]) (string, error) { return string(k.Value), nil },
		optionalKey, mortise.Public())
	do(t, built(t, api), "GET /", "").is(200)
	if got := text(documented(t, api, "GET /")["security"]); got != `[{"ApiKeyAuth":[]},{}]` {
		t.Errorf("security %s", got)
	}
}

func TestStrictRefusesRoutesThatAreNeitherLockedNorPublic(t *testing.T) {
	t.Parallel()
	api := newGuarded(router.Strict())
	mortise.Get(api, "/open", gives(1))
	mortise.Get(api, "/optional", func(_ context.Context, k mortise.Optional[keyOf]) (none, error) { return none{}, nil }, optionalKey)
	mortise.Get(api, "/public", gives(1), mortise.Public())
	mortise.Get(api, "/locked", whoami)
	wrong(t, api, "GET /open (public_test.go:", "is neither locked nor declared Public",
		"GET /optional (public_test.go:", "can do without a credential and is not declared Public")
	if n := len(unjoined(api.Build())); n != 2 {
		t.Errorf("%d mistakes, want 2", n)
	}
}

func TestAGuardWithoutASchemeIsAMistake(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/", gives(1), mortise.Security(func(_ context.Context, in struct {
		User string `header:"X-User"`
	}) (none, error) {
		return none{}, nil
	}))
	wrong(t, api, "is a guard, but nothing that it needs asks for a credential, so the document could not show the lock")
}

// A214: nor does the document show one that only an alternative needs.
func TestAGuardWithoutASchemeWithinAnAlternativeIsAMistake(t *testing.T) {
	t.Parallel()
	byHeader := mortise.Security(func(_ context.Context, in struct {
		User string `header:"X-User"`
	}) (keyOf, error) {
		return keyOf(in.User), security.MissingCredentials()
	})
	for name, d := range map[string]*mortise.Dependency{
		"an alternative":            security.AnyOf[keyOf](keyHolder, byHeader),
		"within an alternative":     security.AnyOf[keyOf](keyHolder, security.AllOf[keyOf](keyHolder, byHeader)),
		"what somebody may present": security.Optional[keyOf](byHeader),
	} {
		api := newGuarded()
		mortise.Get(api, "/", gives(1), d)
		if err := api.Build(); err == nil || !strings.Contains(err.Error(), "asks for a credential, so the document could not show the lock") {
			t.Errorf("%s: Build = %v", name, err)
		}
	}
}

func TestAGuardThatIsNilIsAMistake(t *testing.T) {
	t.Parallel()
	var guard *mortise.Dependency
	api := newGuarded(guard)
	mortise.Get(api.Group("/g", guard), "/", gives(1), guard, nil)
	wrong(t, api, "New (accounts_test.go:", `Group("/g") (public_test.go:`, "GET /g/ (public_test.go:", "a dependency among the options is nil")
}

// unjoined lists the errors that were joined.
func unjoined(err error) []error {
	if e, ok := err.(interface{ Unwrap() []error }); ok {
		return e.Unwrap()
	}
	return nil
}
