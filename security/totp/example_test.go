package totp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/totp"
)

// An authenticator is set up once, and then asked for a code at every login.
func ExampleVerifier() {
	now := time.Unix(1_800_000_000, 0)
	verifier, err := totp.New(totp.Config{
		Issuer: "Example Blog",
		Store:  &totp.MemoryStore{},
		Clock:  func() time.Time { return now },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()

	enrolment, _ := verifier.Enrol("alice@example.com")
	uri, _, _ := strings.Cut(enrolment.URI(), "secret=")
	fmt.Println(uri)
	fmt.Println(enrolment.Secret) // store string(enrolment.Secret)

	alice := totp.Account{ID: "1", Secret: enrolment.Secret}
	code, _ := verifier.Code(alice.Secret, now) // what the authenticator shows
	fmt.Println(verifier.Verify(ctx, alice, code))
	fmt.Println(errors.Is(verifier.Verify(ctx, alice, code), totp.ErrInvalidCode)) // used

	now = now.Add(30 * time.Second)
	code, _ = verifier.Code(alice.Secret, now)
	fmt.Println(verifier.Verify(ctx, alice, code))
	// Output:
	// otpauth://totp/Example%20Blog:alice%40example.com?
	// [redacted]
	// <nil>
	// true
	// <nil>
}

func ExampleRequire() {
	verifier, err := totp.New(totp.Config{Issuer: "Example Blog", Store: &totp.MemoryStore{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	type User struct {
		ID     string
		Secret totp.Secret
	}
	alice := &User{"1", totp.NewSecret()}

	api := mortise.New("Blog", "1.0.0")
	api.Provide(mortise.Depends(func(context.Context, security.BearerToken) (*User, error) { return alice, nil }))
	mortise.Get(api, "/sensitive-data", func(context.Context, *User) (string, error) { return "highly sensitive", nil },
		totp.Require(verifier, func(_ context.Context, u *User) (totp.Account, error) {
			return totp.Account{ID: u.ID, Secret: u.Secret}, nil
		}))

	ask := func(code string) {
		r := httptest.NewRequest(http.MethodGet, "/sensitive-data", nil)
		r.Header.Set("Authorization", "Bearer token")
		if code != "" {
			r.Header.Set("X-TOTP-Code", code)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body, w.Header().Get("WWW-Authenticate"))
	}
	ask("")
	code, _ := verifier.Code(alice.Secret, time.Now())
	ask(code)
	// Output:
	// 401 {"title":"Unauthorized","status":401,"detail":"A second factor is required","code":"mfa-required"} Bearer realm="api", error="insufficient_user_authentication", error_description="A second factor is required", acr_values="mfa"
	// 200 "highly sensitive"
}

func ExampleVerifier_Recover() {
	store := &totp.MemoryStore{}
	verifier, err := totp.New(totp.Config{Issuer: "Example Blog", Store: store, Recovery: store})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	codes, _ := verifier.NewRecoveryCodes(ctx, "1")
	fmt.Println(len(codes), len(codes[0]))
	fmt.Println(verifier.Recover(ctx, "1", strings.ToLower(codes[0])))
	fmt.Println(errors.Is(verifier.Recover(ctx, "1", codes[0]), totp.ErrInvalidRecoveryCode))
	// Output:
	// 10 29
	// <nil>
	// true
}

// Everything that is wrong with a config is told at once.
func ExampleNew_incorrect() {
	_, err := totp.New(totp.Config{Issuer: "Bank: Example", Digits: 4})
	fmt.Println(err)
	// Output:
	// totp: Config.Issuer holds a colon, which separates issuer and account; give the name of the service, such as "Example Blog"
	// totp: Config.Store is nil; without it a code could be used twice and guessed at leisure; give a *MemoryStore, or one of your own
	// totp: Config.Digits is 4; want 6, 7 or 8
}
