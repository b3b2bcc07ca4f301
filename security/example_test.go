package security_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// The claims are a type of the program's own, with or without the registered ones.
func ExampleVerify() {
	type Claims struct {
		jwt.RegisteredClaims
		UserID int64                  `json:"user_id"`
		Scope  security.GrantedScopes `json:"scope"`
	}
	secret, _ := base64.RawURLEncoding.DecodeString("xW1LZ2ysbV0cY7qkAqFQkU6GdtcTPRVqHwAwLzGvs3M")
	verifier, err := security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{"HS256"},
		Key:        secret,
		Issuer:     "https://login.example.com",
		Audience:   []string{"blog"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	token, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": "https://login.example.com", "aud": "blog", "exp": time.Now().Add(time.Hour).Unix(),
		"user_id": 42, "scope": "posts:read posts:write",
	}).SignedString(secret)

	claims, err := security.Verify[Claims](verifier, token)
	fmt.Println(claims.UserID, claims.Scope.Has("posts:write"), err)

	_, err = security.Verify[Claims](verifier, token+"x")
	fmt.Println(errors.Is(err, security.ErrInvalidToken))
	// Output:
	// 42 true <nil>
	// true
}

// Everything that is wrong with a config is told at once.
func ExampleNewVerifier_incorrect() {
	_, err := security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{"HS256"},
		Key:        []byte("secret"),
		Issuer:     "https://login.example.com",
	})
	fmt.Println(err)
	// Output:
	// VerifierConfig.Audience is empty; name this API as its tokens do, or set AnyAudience if no other API accepts them
	// VerifierConfig.Key: the secret has 6 octets, and HS256 needs at least 32 random ones (RFC 7518 §3.2)
}

func ExampleParseJWKSet() {
	keys, err := security.ParseJWKSet([]byte(`{"keys":[
		{"kty":"OKP","crv":"Ed25519","kid":"2026","use":"sig","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
	]}`))
	fmt.Println(keys.IDs(), keys.Algorithms(), err)
	// Output: [2026] [EdDSA Ed25519] <nil>
}

// A refusal is its own answer.
func ExampleRefusal() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		if _, err := security.ReadBearer(r.Header); err != nil {
			fault, _ := errors.AsType[security.Fault](err)
			problem.Write(w, r, problem.From(fault.Refuse(security.BearerChallenge("blog"))))
		}
	}
	w := httptest.NewRecorder()
	handler(w, httptest.NewRequest(http.MethodGet, "/profile", nil))
	fmt.Println(w.Code, w.Header().Get("WWW-Authenticate"))
	// Output: 401 Bearer realm="blog"
}

func ExampleInsufficientScope() {
	granted := security.ParseScopes("stats:read")
	err := security.InsufficientScope(security.Challenge{}, []string{"stats:read", "admin:read"}, granted)
	fmt.Println(problem.From(err).Detail)
	fmt.Println(err.Challenges()[0])
	// Output:
	// Scope 'admin:read' required
	// Bearer realm="api", error="insufficient_scope", scope="stats:read admin:read"
}
