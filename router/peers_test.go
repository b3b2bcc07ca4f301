package router_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/router"
)

// The tests of this file are the traps into which other frameworks for Go were
// seen to fall. The names tell which.

func TestHumaTrapAMemberInOtherLettersDoesNotPassValidation(t *testing.T) { // A179
	t.Parallel()
	type person struct {
		Name string `json:"name"`
		Age  int    `json:"age" validate:"max=150"`
	}
	api := mortise.New("Case", "1")
	takes[person](api, "/")
	do(t, built(t, api), "POST /", `{"name":"a","age":3,"AGE":999999}`).is(200).says(`{"name":"a","age":3}`)
}

func TestHumaTrapABodyOfTheLimitIsNotTooLarge(t *testing.T) {
	t.Parallel()
	do(t, limitedAPI(t, router.MaxBody(12)), "POST /", sized(12)).is(200)
}

func TestHumaTrapTheDocumentIsServedToManyAtOnce(t *testing.T) {
	t.Parallel()
	api := placesAPI(t)
	var bodies [16]string
	var all sync.WaitGroup
	for i := range bodies {
		all.Go(func() { bodies[i] = do(t, api, "GET /openapi.json", "").body })
	}
	all.Wait()
	for _, b := range bodies {
		if b == "" || b != bodies[0] {
			t.Fatal("two of the first readers got different documents")
		}
	}
}

func TestHumaTrapAnErrorOfAHandlerDoesNotLeak(t *testing.T) {
	t.Parallel()
	api := mortise.New("Leak", "1", quiet())
	mortise.Get(api, "/", fails(errors.New("pq: password authentication failed")))
	do(t, built(t, api), "GET /", "", "X-Request-Id: r").is(500).lacks("pq:").
		says(`{"title":"Internal Server Error","status":500,"instance":"urn:request:r","code":"internal-error"}`)
}

func TestHumaTrapAPanicDoesNotEndTheConnection(t *testing.T) {
	t.Parallel()
	api := mortise.New("Panic", "1", quiet())
	mortise.Get(api, "/", func(context.Context, none) (none, error) { panic("bad") })
	do(t, built(t, api), "GET /", "").is(500)
}

func TestHumaTrapARejectedSecretIsNotSentBack(t *testing.T) {
	t.Parallel()
	type login struct {
		Password string `json:"password" validate:"min=12"`
	}
	api := mortise.New("Secret", "1")
	takes[login](api, "/")
	do(t, built(t, api), "POST /", `{"password":"hunter2"}`).is(422).lacks("hunter2")
}

func TestHumaTrapADocumentedLockIsAnEnforcedOne(t *testing.T) { // A214
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/", gives(1), mortise.Security(checkScopes, "admin:read"))
	built(t, api)
	if documented(t, api, "GET /")["security"] == nil {
		t.Error("the lock is not documented")
	}
	do(t, api, "GET /", "").is(401)
	do(t, api, "GET /", "", as("bob")).is(403)
}

func TestHumaTrapAParameterMayBeAPointer(t *testing.T) {
	t.Parallel()
	api := mortise.New("Pointers", "1")
	mortise.Get(api, "/", func(_ context.Context, in struct {
		Limit *int `query:"limit" json:"limit"`
	}) (any, error) {
		return in.Limit, nil
	})
	built(t, api)
	do(t, api, "GET /", "").is(200).says("null")
	do(t, api, "GET /?limit=0", "").is(200).says("0")
}

func TestHumaTrapNothingIsAddedToABody(t *testing.T) {
	t.Parallel()
	api := mortise.New("Schema", "1")
	takes[order](api, "/")
	do(t, built(t, api), "POST /", `{"item":"a"}`).lacks("$schema").lacks("Link:")
}

func TestFuegoTrapABodyIsValidatedThoughTheHandlerDoesNotLook(t *testing.T) {
	t.Parallel()
	api := mortise.New("Lazy", "1")
	mortise.Post(api, "/", func(context.Context, struct {
		Body order `body:"json"`
	}) (none, error) {
		return none{}, nil
	})
	do(t, built(t, api), "POST /", `{}`).is(422)
}

func TestFuegoTrapAMapIsDocumentedAsAMap(t *testing.T) {
	t.Parallel()
	api := mortise.New("Maps", "1")
	mortise.Get(api, "/", gives(map[string]order{}))
	got := text(member(documented(t, built(t, api), "GET /"), "responses", "200", "content", "application/json", "schema"))
	if !strings.Contains(got, `"additionalProperties"`) || !strings.Contains(got, `"type":"object"`) {
		t.Errorf("schema %s", got)
	}
}

func TestFuegoTrapThePlainTextOfAnErrorIsNotForSale(t *testing.T) {
	t.Parallel()
	api := mortise.New("Leak", "1", quiet())
	mortise.Get(api, "/", fails(errors.New("secret")))
	built(t, api)
	for _, accept := range []string{"text/plain", "text/html", "application/xml", "*/*"} {
		do(t, api, "GET /", "", "Accept: "+accept).is(500).lacks("secret").code("internal-error")
	}
}

func TestFuegoTrapTheDocumentHoldsNoGoPaths(t *testing.T) {
	t.Parallel()
	api := newGuarded(mortise.Depends(notes[none](&journal{}, "x")))
	mortise.Get(api, "/me", whoami)
	got, err := built(t, api).Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, leak := range []string{"github.com", "router_test", "_test.go", "func1", "accounts"} {
		if strings.Contains(string(got), leak) {
			t.Errorf("the document holds %q:\n%s", leak, got)
		}
	}
}

func TestFuegoTrapNoHeaderTellsWhoServes(t *testing.T) {
	t.Parallel()
	api := mortise.New("Quiet", "1")
	mortise.Get(api, "/", gives(1))
	a := do(t, built(t, api), "GET /", "")
	if got := slices.Sorted(maps.Keys(a.header)); !slices.Equal(got, []string{"Content-Type"}) {
		t.Errorf("header fields %q, want Content-Type alone", got)
	}
}

func TestRestTrapOneDeclarationEnforcesAndDocuments(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	mortise.Get(api.Group("/a", keyHolder), "/", gives(1))
	built(t, api)
	do(t, api, "GET /a/", "").is(401)
	if member(documented(t, api, "GET /a/"), "security", 0, "ApiKeyAuth") == nil {
		t.Error("what is enforced is not documented")
	}
	if member(document(t, api), "components", "securitySchemes", "ApiKeyAuth", "name") != "X-API-Key" {
		t.Error("the scheme is not documented")
	}
}

func TestIrisTrapADependencyIsResolvedOncePerRequest(t *testing.T) {
	t.Parallel()
	var j journal
	type (
		left  struct{ a *account }
		right struct{ a *account }
	)
	api := mortise.New("Diamond", "1")
	api.Provide(
		mortise.Depends(func(context.Context, none) (*account, error) { j.note("account"); return &account{}, nil }),
		mortise.Depends(func(_ context.Context, a *account) (left, error) { return left{a}, nil }),
		mortise.Depends(func(_ context.Context, a *account) (right, error) { return right{a}, nil }))
	mortise.Get(api, "/", func(_ context.Context, in struct {
		Left    left
		Right   right
		Account *account
	}) (bool, error) {
		return in.Left.a == in.Right.a && in.Right.a == in.Account, nil
	})
	do(t, built(t, api), "GET /", "").is(200).says("true")
	j.expect(t, "account")
}

func TestIrisTrapAnUnknownTypeIsNotReadFromTheBody(t *testing.T) {
	t.Parallel()
	api := mortise.New("Unknown", "1")
	mortise.Post(api, "/", func(context.Context, *account) (none, error) { return none{}, nil })
	mortise.Post(api, "/struct", func(context.Context, order) (none, error) { return none{}, nil })
	wrong(t, api, "POST / (peers_test.go:", "nothing provides *router_test.account", "nothing provides string", "field Item")
}

func TestIrisTrapNoUserIsSeenByTheNext(t *testing.T) { // A90
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/", whoami)
	built(t, api)
	for _, name := range []string{"ada", "bob", "eve", "ada"} {
		do(t, api, "GET /", "", as(name)).says(`"` + name + `"`)
	}
	do(t, api, "GET /", "").is(401)
}

func TestGapiTrapDependenciesMayNeedDependencies(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/", whoami) // token, claims, account
	do(t, built(t, api), "GET /", "", as("ada")).is(200).says(`"ada"`)
}

func TestGapiTrapATypeThatDoesNotFitIsFoundBeforeARequest(t *testing.T) { // A92
	t.Parallel()
	api := mortise.New("Types", "1")
	api.Provide(mortise.Depends(gives(account{})))
	mortise.Get(api, "/", whoami)
	wrong(t, api, "nothing provides *router_test.account", "did you mean router_test.account")
}

func TestGapiTrapAnAnswerGoesStraightToTheWriter(t *testing.T) {
	t.Parallel()
	api := mortise.New("Straight", "1")
	mortise.Get(api, "/", gives("text"))
	built(t, api)
	w := &countingWriter{header: http.Header{}}
	api.ServeHTTP(w, newRequest("GET /", ""))
	if w.writes != 1 {
		t.Errorf("%d writes, want 1", w.writes)
	}
}

type countingWriter struct {
	header http.Header
	writes int
}

func (w *countingWriter) Header() http.Header         { return w.header }
func (w *countingWriter) Write(b []byte) (int, error) { w.writes++; return len(b), nil }
func (w *countingWriter) WriteHeader(int)             {}

func TestGofastapiTrapAValueOfAnotherTypeIsNotAnEmptyOne(t *testing.T) {
	t.Parallel()
	type admin struct{ *account }
	api := newGuarded()
	mortise.Get(api, "/", func(context.Context, struct{ Who admin }) (none, error) {
		t.Error("the handler ran with nobody")
		return none{}, nil
	})
	if err := api.Build(); err != nil {
		return // refused, or else the embedded account is the caller's
	}
	do(t, api, "GET /", "").is(401)
}

func TestGofastapiTrapTwoLocksAreANDInTheDocumentToo(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/", whoami, keyHolder)
	built(t, api)
	if got := text(documented(t, api, "GET /")["security"]); got != `[{"ApiKeyAuth":[],"BearerAuth":[]}]` {
		t.Errorf("security %s, want both in one requirement", got)
	}
	do(t, api, "GET /", "", as("ada")).is(401)
	do(t, api, "GET /", "", "X-API-Key: key-ada").is(401)
	do(t, api, "GET /", "", as("ada"), "X-API-Key: key-ada").is(200)
}

func TestGoapiTrapAnyDependencyCanRequireScopes(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/", gives(1), mortise.Depends(checkScopes, di.At(di.ScopeCheck), di.Requires("admin:read")))
	built(t, api)
	do(t, api, "GET /", "", as("bob")).is(403)
	if got := text(documented(t, api, "GET /")["security"]); got != `[{"BearerAuth":["admin:read"]}]` {
		t.Errorf("security %s", got)
	}
}

func TestEchoTrapPlacesAreNotMixedIntoOneStruct(t *testing.T) { // A81, A186
	t.Parallel()
	type change struct {
		Name string `json:"name"`
	}
	api := mortise.New("Mixed", "1")
	mortise.Put(api, "/{id}", func(_ context.Context, in struct {
		ID     int    `path:"id"`
		Change change `body:"json"`
	}) (string, error) {
		return fmt.Sprint(in.ID, in.Change.Name), nil
	})
	do(t, built(t, api), "PUT /1?id=2&name=query", `{"name":"body","id":3,"ID":4}`).is(200).says(`"1body"`)
}

func TestFizzTrapOneLiteralMayServeTwoRoutes(t *testing.T) {
	t.Parallel()
	api := mortise.New("Literals", "1")
	for i := range 3 {
		mortise.Get(api, fmt.Sprintf("/%d", i), func(context.Context, none) (int, error) { return i, nil })
	}
	built(t, api)
	do(t, api, "GET /0", "").says("0")
	do(t, api, "GET /2", "").says("2")
}

func TestTheSameNameInTwoPackagesIsNoProblem(t *testing.T) { // huma panics, fuego overwrites
	t.Parallel()
	type Header struct{ A int }
	api := mortise.New("Names", "1")
	mortise.Get(api, "/a", gives(Header{}))
	mortise.Get(api, "/b", gives(openapi.Tag{}))
	mortise.Get(api, "/c", gives(struct {
		T Tag `json:"t"`
	}{}))
	schemas, _ := member(document(t, api), "components", "schemas").(map[string]any)
	tags := 0
	for name := range schemas {
		if strings.HasSuffix(name, "Tag") {
			tags++
		}
	}
	if tags != 2 {
		t.Errorf("schemas %q, want two that end in Tag", slices.Sorted(maps.Keys(schemas)))
	}
}

// Tag has the name of a type of package openapi.
type Tag struct{ Own bool }

func TestADocumentIsSentInAMoment(t *testing.T) { // fuego and rest write it anew for each reader
	api := placesAPI(t)
	do(t, api, "GET /openapi.json", "")
	r := newRequest("GET /openapi.json", "")
	w := &countingWriter{header: http.Header{}}
	if allocs := testing.AllocsPerRun(100, func() { clear(w.header); api.ServeHTTP(w, r) }); allocs > 2 && !raceEnabled {
		t.Errorf("%v allocations for a document that is there already", allocs)
	}
	tag := do(t, api, "GET /openapi.json", "").header.Get("ETag")
	do(t, api, "GET /openapi.json", "", "If-None-Match: "+tag).is(304)
}
