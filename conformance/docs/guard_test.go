package docs_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/conformance/browser"
	"github.com/mortise-go/mortise/conformance/swaggerui"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// colleague lets in whoever knows the password.
func colleague(_ context.Context, c security.BasicCredentials) (mortise.None, error) {
	if c.User != "ada" || c.Password != "pw" {
		return mortise.None{}, security.InvalidCredentials("Wrong password")
	}
	return mortise.None{}, nil
}

// The browser asks for the password, and then the page, what it loads and the
// document come; without it none of them does.
func TestGuardedDocumentationOpensForColleagues(t *testing.T) {
	t.Parallel()
	api := mortise.New("Inside", "1", router.Logger(slog.New(slog.DiscardHandler)), router.GuardDocs(mortise.Depends(colleague)))
	mortise.Get(api, "/open", func(context.Context, mortise.None) (string, error) { return "open", nil }, mortise.Public())
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(api)
	t.Cleanup(s.Close)

	stranger := browser.Open(t, s.URL+"/open")
	for _, path := range []string{"/docs", "/docs/", "/openapi.json"} {
		got := browser.Eval[int](stranger, `fetch("`+path+`", {credentials: "omit"}).then(r => r.status)`)
		if got != http.StatusUnauthorized {
			t.Errorf("%s answers %d to a stranger, want 401", path, got)
		}
	}

	known := browser.Open(t, strings.Replace(s.URL, "://", "://ada:pw@", 1)+"/openapi.json")
	known.Visit(s.URL + "/docs") // with the password that the browser keeps
	known.Wait(".swagger-ui .opblock")
	if got := browser.Eval[string](known, `document.querySelector(".info .title").firstChild.textContent.trim()`); got != "Inside" {
		t.Errorf("the page is about %q", got)
	}
	if got := browser.Eval[int](known, `fetch("openapi.json").then(r => r.status)`); got != http.StatusOK {
		t.Errorf("the document answers %d to a colleague", got)
	}
}

// A212: everything that the page could keep is empty, while it is open and
// afterwards.
func TestThePageKeepsNothing(t *testing.T) {
	t.Parallel()
	address := serve(t, "") + "/docs"
	shown := swaggerui.Open(t, address)
	shown.AuthorizeWith("BearerAuth", "tk")
	for _, when := range []string{"after the login", "after a reload"} {
		kept := browser.Eval[int](shown.Page, `(async () => localStorage.length + sessionStorage.length + document.cookie.length +
			(await indexedDB.databases()).length)()`)
		if kept != 0 {
			t.Errorf("%s the page keeps %d things", when, kept)
		}
		shown.Visit(address)
		shown.Wait(".opblock")
	}
	if got := shown.Operation("GET", "/profile").Lock(); got != swaggerui.Unlocked {
		t.Errorf("after a reload the padlock is %s, want open", got)
	}
}
