package guide_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/conformance/browser"
	"github.com/mortise-go/mortise/conformance/swaggerui"
)

// A credential closes the padlocks of the operations that take it, and no other
// one; and the page forgets it.
func TestEachCredentialClosesItsOwnPadlocks(t *testing.T) {
	t.Parallel()
	address := start(t)
	var described struct {
		Paths map[string]map[string]struct {
			Security []map[string][]string `json:"security"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(document(t, address), &described); err != nil {
		t.Fatal(err)
	}
	page := swaggerui.Open(t, address+"/docs")
	check := func(when string, entered ...string) {
		t.Helper()
		for path, operations := range described.Paths {
			for method, operation := range operations {
				if got, want := page.Operation(strings.ToUpper(method), path).Lock(), lock(operation.Security, entered); got != want {
					t.Errorf("%s, %s %s: the padlock is %s, want %s", when, method, path, got, want)
				}
			}
		}
	}
	check("at first")
	page.AuthorizeWith("BearerAuth", login(t, address))
	check("with a token", "BearerAuth")
	page.AuthorizeWith("ApiKeyAuth", "key123")
	check("with a key beside it", "BearerAuth", "ApiKeyAuth")
	page.AuthorizeWith("SessionCookie", "the id of a session")
	check("with a session beside them", "BearerAuth", "ApiKeyAuth", "SessionCookie")
	page.Logout("BearerAuth")
	check("without the token", "ApiKeyAuth", "SessionCookie")
	kept := browser.Eval[int](page.Page, `localStorage.length + sessionStorage.length + document.cookie.length`)
	page.Visit(address + "/docs")
	page.Wait(".opblock")
	check("after a reload")
	kept += browser.Eval[int](page.Page, `localStorage.length + sessionStorage.length + document.cookie.length`)
	if kept != 0 {
		t.Errorf("the page keeps %d things", kept)
	}
}

// lock is the padlock of an operation for somebody who has entered credentials.
func lock(alternatives []map[string][]string, entered []string) swaggerui.Lock {
	if len(alternatives) == 0 {
		return swaggerui.NoLock
	}
	for _, needed := range alternatives {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(needed)), func(s string) bool { return !slices.Contains(entered, s) }) {
			return swaggerui.Locked
		}
	}
	return swaggerui.Unlocked
}
