package security_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security"
)

const fullInfo = `{"active":true,"scope":"read admin","client_id":"web","username":"Alice","token_type":"Bearer",` +
	`"exp":1800000600,"iat":1800000000,"nbf":1800000000.5,"sub":"u1","aud":["blog","shop"],"iss":"https://login.example.com",` +
	`"jti":"t1","tenant":{"id":7}}`

func TestEveryMemberOfATokensInformationIsTyped(t *testing.T) { // S11
	t.Parallel()
	var got security.TokenInfo
	if err := json.Unmarshal([]byte(fullInfo), &got); err != nil {
		t.Fatal(err)
	}
	want := security.TokenInfo{
		Active: true, Scope: security.GrantedScopes{"read", "admin"}, ClientID: "web", Username: "Alice", TokenType: "Bearer",
		Exp: time.Unix(1800000600, 0), Iat: time.Unix(1800000000, 0), Nbf: time.Unix(1800000000, 500000000),
		Sub: "u1", Aud: []string{"blog", "shop"}, Iss: "https://login.example.com", Jti: "t1",
		Extra: map[string]any{"tenant": map[string]any{"id": 7.0}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if !slices.Equal(got.Scopes(), []string{"read", "admin"}) {
		t.Errorf("Scopes() = %q", got.Scopes())
	}
}

func TestATokensInformationIsWrittenAsItIsRead(t *testing.T) { // S11
	t.Parallel()
	for name, text := range map[string]string{
		"all members":        strings.Replace(fullInfo, ".5", "", 1),
		"nothing but active": `{"active":false}`,
		"one audience":       `{"active":true,"aud":["blog"]}`,
		"the epoch":          `{"active":true,"exp":0}`,
		"a scope with space": `{"active":true,"scope":["a b","c"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var info security.TokenInfo
			if err := json.Unmarshal([]byte(text), &info); err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := errors.Join(json.Unmarshal(mustMarshal(t, info), &got), json.Unmarshal([]byte(text), &want)); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

func TestExtraHidesNoMemberOfTheRFC(t *testing.T) {
	t.Parallel()
	info := security.TokenInfo{Extra: map[string]any{"active": true, "sub": "root", "x": 1}}
	if got := string(mustMarshal(t, info)); got != `{"active":false,"x":1}` {
		t.Errorf("got %s", got)
	}
}

func TestScopeAndAudienceOfATokensInformationHaveTwoForms(t *testing.T) { // S5, S6
	t.Parallel()
	for text, want := range map[string]security.TokenInfo{
		`{"scope":"read  admin","aud":"blog"}`:       {Scope: security.GrantedScopes{"read", "admin"}, Aud: []string{"blog"}},
		`{"scope":["read","admin"],"aud":["blog"]}`:  {Scope: security.GrantedScopes{"read", "admin"}, Aud: []string{"blog"}},
		`{"scope":"","aud":[]}`:                      {},
		`{"scope":null,"aud":null,"active":null}`:    {},
		`{"scope":["a b"],"exp":null,"client":null}`: {Scope: security.GrantedScopes{"a b"}},
	} {
		var got security.TokenInfo
		if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

func TestInformationOfAWrongTypeIsRefused(t *testing.T) { // S6, A94
	t.Parallel()
	for _, text := range []string{
		`null`, `[]`, `"active"`, `{`, `{"active":true}x`, ``,
		`{"active":"true"}`, `{"active":1}`, `{"active":{}}`, `{"active":false,"active":true}`, `{"active":false,"\u0061ctive":true}`,
		`{"scope":["read",5]}`, `{"scope":5}`, `{"scope":{"read":true}}`,
		`{"aud":5}`, `{"aud":["a",null]}`, `{"aud":{}}`,
		`{"exp":"1800000600"}`, `{"exp":-1}`, `{"exp":1e300}`, `{"iat":true}`, `{"nbf":[]}`,
		`{"sub":5}`, `{"iss":["a"]}`, `{"client_id":{}}`, `{"username":false}`, `{"token_type":1}`, `{"jti":2}`,
		`{"x":{"a":1,"a":2}}`,
	} {
		former := security.TokenInfo{Sub: "former"}
		got := former
		if err := json.Unmarshal([]byte(text), &got); err == nil || !reflect.DeepEqual(got, former) {
			t.Errorf("%s is read as %+v", text, got)
		}
	}
}

func TestATokensInformationIsJudged(t *testing.T) { // S12
	t.Parallel()
	now := time.Unix(1800000000, 0)
	for _, tt := range []struct {
		name string
		info security.TokenInfo
		want error
	}{
		{"active without times", security.TokenInfo{Active: true}, nil},
		{"within its times", security.TokenInfo{Active: true, Nbf: now, Exp: now.Add(time.Second)}, nil},
		{"expired within the leeway", security.TokenInfo{Active: true, Exp: now.Add(-29 * time.Second)}, nil},
		{"early within the leeway", security.TokenInfo{Active: true, Nbf: now.Add(30 * time.Second)}, nil},
		{"the zero value", security.TokenInfo{}, security.ErrInvalidToken},
		{"inactive, whatever its times", security.TokenInfo{Exp: now.Add(time.Hour)}, security.ErrInvalidToken},
		{"expired", security.TokenInfo{Active: true, Exp: now.Add(-30 * time.Second)}, security.ErrExpiredToken},
		{"expired in 1970", security.TokenInfo{Active: true, Exp: time.Unix(0, 0)}, security.ErrExpiredToken},
		{"not yet valid", security.TokenInfo{Active: true, Nbf: now.Add(31 * time.Second)}, security.ErrInvalidToken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.info.Check(now, 30*time.Second); !errors.Is(err, tt.want) {
				t.Errorf("Check = %v, want %v", err, tt.want)
			}
		})
	}
}

// FuzzTokenInfo: what is read can be written and means the same again.
func FuzzTokenInfo(f *testing.F) {
	for _, text := range []string{fullInfo, `{}`, `{"active":true,"exp":1.5}`, `{"scope":["a"," "]}`, `{"aud":["",""]}`, `{"A":null,"a":[]}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var first, second security.TokenInfo
		if json.Unmarshal([]byte(text), &first) != nil {
			return
		}
		if first.Active && !strings.Contains(text, "true") {
			t.Errorf("%q is active", text)
		}
		data := mustMarshal(t, first)
		if err := json.Unmarshal(data, &second); err != nil {
			t.Fatalf("%q was written as %q, which is refused: %v", text, data, err)
		}
		if again := mustMarshal(t, second); string(again) != string(data) {
			t.Errorf("%q was written as %q and then as %q", text, data, again)
		}
	})
}
