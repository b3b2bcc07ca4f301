package oauth_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/oauth"
)

func ExampleNewIntrospection() {
	login := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"active":%t,"sub":"ada","scope":"films:read"}`, r.PostFormValue("token") == "abc")
	}))
	defer login.Close()

	checker, err := oauth.NewIntrospection(oauth.RemoteConfig{
		URL:         login.URL,
		AnyAudience: true,
		Connection:  oauth.Connection{Transport: login.Client().Transport},
	}, oauth.ClientSecretBasic("films", "secret"))
	if err != nil {
		fmt.Println(err)
		return
	}
	api := router.New("Films", "1.0.0")
	api.Provide(security.Bearer(security.SchemeConfig{}), oauth.Token(checker))
	api.Handle("GET", "/me", di.Depends(func(_ context.Context, info *security.TokenInfo) (string, error) { return info.Sub, nil }))

	for _, token := range []string{"abc", "xyz"} {
		r := httptest.NewRequest("GET", "/me", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Printf("%d %q\n", w.Code, w.Header().Get("WWW-Authenticate"))
	}
	// Output:
	// 200 ""
	// 401 "Bearer realm=\"api\", error=\"invalid_token\", error_description=\"The access token is invalid\""
}

func ExampleNewJWKS() {
	login := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"2026","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`)
	}))
	defer login.Close()

	keys, err := oauth.NewJWKS(context.Background(), oauth.JWKSConfig{
		URL:        login.URL,
		Connection: oauth.Connection{Transport: login.Client().Transport},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier, err := security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{"EdDSA"},
		Source:     keys,
		Issuer:     "https://login.example.com",
		Audience:   []string{"https://films.example"},
	})
	fmt.Println(keys.KeySet().IDs(), verifier, err)
	// Output: [2026] verifier of issuer "https://login.example.com" for ["https://films.example"] with EdDSA <nil>
}

func ExampleNewResource() {
	api := router.New("Films", "1.0.0")

	//docs:begin resource
	resource, err := oauth.NewResource(oauth.ResourceMetadata{
		Resource:             "https://films.example",
		AuthorizationServers: []string{"https://login.example.com"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	scheme := security.Bearer(security.SchemeConfig{ResourceMetadata: resource.URL()})
	api.Handle("GET", resource.Path(), di.Depends(resource.Metadata), router.Public())
	//docs:end resource

	api.Handle("GET", "/films", di.Depends(func(context.Context, security.BearerToken) (string, error) { return "", nil }, scheme))
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/films", nil))
	fmt.Println(w.Header().Get("WWW-Authenticate"))
	// Output: Bearer realm="api", resource_metadata="https://films.example/.well-known/oauth-protected-resource"
}

func ExampleRequireAuthentication() {
	api := router.New("Films", "1.0.0")
	fresh := oauth.RequireAuthentication(oauth.Authentication{ACR: []string{"mfa"}, MaxAge: 5 * time.Minute})
	api.Provide(security.Bearer(security.SchemeConfig{}), oauth.Token(checks{"abc": {Active: true, Extra: map[string]any{"acr": "pwd"}}}))
	api.Handle("DELETE", "/films", di.Depends(func(context.Context, di.None) (di.None, error) { return di.None{}, nil }), fresh)

	r := httptest.NewRequest("DELETE", "/films", nil)
	r.Header.Set("Authorization", "Bearer abc")
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("WWW-Authenticate"))
	// Output: 401 Bearer realm="api", error="insufficient_user_authentication", error_description="A stronger or more recent login is required", acr_values="mfa", max_age="300"
}
