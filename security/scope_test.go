package security_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/mortise-go/mortise/security"
)

func TestScopesAreReadFromTextAndArray(t *testing.T) { // S5, S6, S231
	t.Parallel()
	for text, want := range map[string][]string{
		`"read admin"`:                {"read", "admin"},
		`"  read   admin "`:           {"read", "admin"},
		`"read"`:                      {"read"},
		`""`:                          nil,
		`" "`:                         nil,
		`"a\tb"`:                      {"a\tb"},
		`"posts:read \u0061"`:         {"posts:read", "a"},
		`["read","admin"]`:            {"read", "admin"},
		` [ "read" , "ad\u006din" ] `: {"read", "admin"},
		`["a b"]`:                     {"a b"},
		`[]`:                          {},
		`null`:                        nil,
	} {
		var got security.GrantedScopes
		if err := json.Unmarshal([]byte(text), &got); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestScopesInAnyOtherFormAreRefused(t *testing.T) { // S6
	t.Parallel()
	for _, text := range []string{`5`, `true`, `{}`, `{"read":true}`, `["read",5]`, `["read",null]`, `[["read"]]`, `[null]`} {
		got := security.GrantedScopes{"former"}
		if err := json.Unmarshal([]byte(text), &got); err == nil || !slices.Equal(got, []string{"former"}) {
			t.Errorf("%s is read as %q", text, got)
		}
	}
	var g security.GrantedScopes
	for _, text := range []string{``, `"`, `"\"`, `"a`, `["a"`, `["a",]`, `[`, `"\u12"`, `nul`, `"a"x`, "\"\xff\""} {
		if err := g.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("UnmarshalJSON accepts %s", text)
		}
	}
}

func TestAllRequiredScopesMustBeGranted(t *testing.T) { // S7, S232
	t.Parallel()
	g := security.ParseScopes("a b c")
	for _, tt := range []struct {
		required []string
		want     bool
	}{
		{nil, true}, {[]string{"a"}, true}, {[]string{"c", "a"}, true}, {[]string{"a", "d"}, false},
		{[]string{"A"}, false}, {[]string{"a b"}, false}, {[]string{""}, false}, {[]string{"a "}, false},
	} {
		if got := g.Has(tt.required...); got != tt.want {
			t.Errorf("Has(%q) = %t", tt.required, got)
		}
	}
	if security.GrantedScopes(nil).Has("a") {
		t.Error("nil grants a scope")
	}
}

func TestScopesInAToken(t *testing.T) { // S231
	t.Parallel()
	type claims struct {
		Scope  security.GrantedScopes `json:"scope"`
		Scp    security.GrantedScopes `json:"scp"`
		Scopes security.GrantedScopes `json:"scopes"`
	}
	v := hs256Verifier(t)
	c, err := security.Verify[claims](v, signHS256(headerHS256, goodPayload[:len(goodPayload)-1]+`,"scope":"a b","scp":["c"],"scopes":null}`))
	if err != nil || !c.Scope.Has("a", "b") || !c.Scp.Has("c") || c.Scopes != nil {
		t.Errorf("Verify = %+v, %v", c, err)
	}
	if _, err := security.Verify[claims](v, signHS256(headerHS256, goodPayload[:len(goodPayload)-1]+`,"scope":["a",5]}`)); err == nil {
		t.Error("a scope that is a number is accepted")
	}
}

func TestCheckScope(t *testing.T) {
	t.Parallel()
	for _, scope := range []string{"read", "posts:read", "https://example.com/a", "!#[]~"} {
		if err := security.CheckScope(scope); err != nil {
			t.Errorf("CheckScope(%q) = %v", scope, err)
		}
	}
	for _, scope := range []string{"", "a b", `a"`, `a\`, "a\n", "é", "\x7f"} {
		if security.CheckScope(scope) == nil {
			t.Errorf("CheckScope(%q) accepts it", scope)
		}
	}
}
