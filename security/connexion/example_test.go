package connexion_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/connexion"
)

func Example() {
	const document = `{"paths": {"/secret": {"get": {"operationId": "secret", "security": [{"key": []}]}}},
		"components": {"securitySchemes": {"key": {
			"type": "apiKey", "in": "header", "name": "X-Auth", "x-apikeyInfoFunc": "auth.key"}}}}`

	functions := connexion.NewRegistry(connexion.Config{})
	functions.RegisterVerifier("auth.key", func(_ context.Context, key security.APIKey, _ []string) (*security.TokenInfo, error) {
		if key != "asdf1234567890" {
			return nil, nil
		}
		return &security.TokenInfo{Active: true, Sub: "100"}, nil
	})
	locks, err := functions.Load([]byte(document))
	if err != nil {
		panic(err)
	}

	api := router.New("Secrets", "1.0.0")
	secret := func(_ context.Context, who *security.TokenInfo) (string, error) { return "hello, " + who.Sub, nil }
	api.Handle("GET", "/secret", di.Depends(secret), locks.Operation("secret"))

	r := httptest.NewRequest(http.MethodGet, "/secret", nil)
	for _, key := range []string{"wrong", "asdf1234567890"} {
		r.Header.Set("X-Auth", key)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 401
	// 200
}
