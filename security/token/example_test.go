package token_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/token"
)

// Session is what an access token says besides the registered claims.
type Session struct {
	UserID int64 `json:"user_id"`
}

func exampleIssuer() (*token.Issuer, error) {
	secret, err := token.ParseSecret("base64:xW1LZ2ysbV0cY7qkAqFQkU6GdtcTPRVqHwAwLzGvs3M")
	if err != nil {
		return nil, err
	}
	return token.NewIssuer(token.Config{
		Issuer:   "https://login.example.com",
		Audience: []string{"blog"},
		Secrets:  []token.Key{{ID: "2026-11", Material: secret}},
		Kinds:    []token.Kind{{Name: token.Access}, {Name: token.Refresh}},
	})
}

// The whole way: a token is issued, opens the API, and is revoked.
func Example() {
	issuer, err := exampleIssuer()
	if err != nil {
		fmt.Println(err)
		return
	}
	access, _ := token.For[Session](issuer, token.Access)
	revocations, _ := token.NewRevocations(issuer, token.RevocationConfig{Store: token.NewMemory(nil)})

	api := mortise.New("Blog", "1.0.0")
	api.Provide(access.Dependency(), token.NotRevoked[*token.Token[Session]](revocations))
	mortise.Get(api, "/profile", func(_ context.Context, t *token.Token[Session]) (Session, error) { return t.Claims, nil })
	mortise.Post(api, "/logout", token.Logout[*token.Token[Session]](revocations))

	issued, _ := access.Issue("alice", Session{UserID: 42})
	for _, request := range []string{"GET /profile", "POST /logout", "GET /profile"} {
		method, path, _ := strings.Cut(request, " ")
		r := httptest.NewRequest(method, path, http.NoBody)
		r.Header.Set("Authorization", "Bearer "+issued.Text)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Println(request, w.Code)
	}
	// Output:
	// GET /profile 200
	// POST /logout 204
	// GET /profile 401
}

// A token of one kind is none of another.
func ExampleFor() {
	issuer, err := exampleIssuer()
	if err != nil {
		fmt.Println(err)
		return
	}
	access, _ := token.For[Session](issuer, token.Access)
	refresh, _ := token.For[Session](issuer, token.Refresh)

	issued, _ := access.Issue("alice", Session{UserID: 42}, token.TTL(5*time.Minute))
	t, err := access.Verify(issued.Text)
	fmt.Println(t.Subject, t.Claims.UserID, t.ExpiresAt.Sub(t.IssuedAt), err)

	_, err = refresh.Verify(issued.Text)
	fmt.Println(err != nil)
	// Output:
	// alice 42 5m0s <nil>
	// true
}

// Everything that is wrong with a config is told at once.
func ExampleNewIssuer_incorrect() {
	secret := []byte("a random secret would not be this")
	_, err := token.NewIssuer(token.Config{
		Issuer: "https://login.example.com",
		Kinds: []token.Kind{
			{Name: token.Access, Keys: []token.Key{{Material: secret}}},
			{Name: token.Refresh, Keys: []token.Key{{Material: secret}}},
			{Name: "invitation"},
		},
	})
	fmt.Println(err)
	// Output:
	// kind "access": Audience is empty, and so is Config.Audience; name the API that accepts these tokens
	// kind "invitation": Lifetime is 0, and the kind has no default; say how long its tokens serve
	// kind "invitation": there are no keys, and Config.Secrets has none either; give one of them
	// kinds "access" and "refresh" have a key in common; give each its own, or leave Keys nil for keys derived from Config.Secrets
}

// A refresh token serves once. Its copy ends the session.
func ExampleRotation() {
	issuer, err := exampleIssuer()
	if err != nil {
		fmt.Println(err)
		return
	}
	store := token.NewMemory(nil)
	refresh, _ := token.For[Session](issuer, token.Refresh)
	revocations, _ := token.NewRevocations(issuer, token.RevocationConfig{Store: store})
	rotation, _ := token.NewRotation(refresh, revocations, token.RotationConfig{Families: store, Grace: token.NoGrace, Logger: slog.New(slog.DiscardHandler)})

	ctx := context.Background()
	first, _ := rotation.Begin(ctx, "alice", Session{UserID: 42})
	old, second, err := rotation.Rotate(ctx, first.Text)
	fmt.Println(old.Subject, err)

	_, _, err = rotation.Rotate(ctx, first.Text) // stolen, or sent twice
	fmt.Println(err)
	_, _, err = rotation.Rotate(ctx, second.Text)
	fmt.Println(err)
	// Output:
	// alice <nil>
	// 401 token-invalid: Invalid refresh token: the refresh token has been used before; its session is revoked
	// 401 token-invalid: Invalid refresh token: the token has been revoked
}

// A link in a mail works once.
func ExampleRevocations_Spend() {
	issuer, err := token.NewIssuer(token.Config{
		Issuer:  "https://login.example.com",
		Secrets: []token.Key{{Material: []byte("tests may have a secret like this")}},
		Kinds:   []token.Kind{{Name: token.Password}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mail, _ := token.For[struct{}](issuer, token.Password)
	revocations, _ := token.NewRevocations(issuer, token.RevocationConfig{Store: token.NewMemory(nil)})

	issued, _ := mail.Issue("alice", struct{}{})
	t, _ := mail.Verify(issued.Text)
	ctx := context.Background()
	fmt.Println(revocations.Spend(ctx, t))
	fmt.Println(errors.Is(revocations.Spend(ctx, t), security.ErrInvalidToken))
	// Output:
	// <nil>
	// true
}
