package security_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/security"
)

// leanClaims are what an API usually wants to know; libraryClaims the same on top
// of the registered claims of golang-jwt, and what golang-jwt itself decodes into.
type leanClaims struct {
	Subject string   `json:"sub"`
	UserID  int64    `json:"user_id"`
	Scopes  []string `json:"scopes"`
}

type libraryClaims struct {
	jwt.RegisteredClaims
	UserID int64    `json:"user_id"`
	Scopes []string `json:"scopes"`
}

const costPayload = `{"iss":"https://issuer.example","sub":"user-42","aud":["api"],"exp":1800000600,"iat":1800000000,"user_id":42,"scopes":["read","write"]}`

// library is golang-jwt with everything switched on that it has to offer.
func library(leeway time.Duration) *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer("https://issuer.example"), jwt.WithAudience("api"),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(clock))
}

func libraryKey() jwt.Keyfunc {
	secret := testSecret()
	return func(*jwt.Token) (any, error) { return secret, nil }
}

func BenchmarkVerify(b *testing.B) {
	token := signHS256(headerHS256, costPayload)
	v, parser, key := hs256Verifier(b), library(30*time.Second), libraryKey()
	b.Run("golang-jwt", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := parser.ParseWithClaims(token, new(libraryClaims), key); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("same claims", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := security.Verify[libraryClaims](v, token); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("lean claims", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := security.Verify[leanClaims](v, token); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("no claims", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := v.Verify(token, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("forged", func(b *testing.B) {
		forged := signHS256With([]byte("another secret, long enough for HS256"), headerHS256, costPayload)
		b.ReportAllocs()
		for b.Loop() {
			if err := v.Verify(forged, nil); err == nil {
				b.Fatal("accepted")
			}
		}
	})
}

func BenchmarkReadBearer(b *testing.B) {
	h := authorization("Bearer " + signHS256(headerHS256, costPayload))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := security.ReadBearer(h); err != nil {
			b.Fatal(err)
		}
	}
}

// It is not parallel: it measures time.
func TestHS256CostsAtMostHalfOfGolangJWT(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("measures time, which -short has none of and -race distorts")
	}
	token := signHS256(headerHS256, costPayload)
	v, parser, key := hs256Verifier(t), library(30*time.Second), libraryKey()
	ours := func() error { _, err := security.Verify[leanClaims](v, token); return err }
	theirs := func() error { _, err := parser.ParseWithClaims(token, new(libraryClaims), key); return err }
	least := func(f func() error) time.Duration {
		best := time.Hour
		for range 5 {
			began := time.Now()
			for range 500 {
				if err := f(); err != nil {
					t.Fatal(err)
				}
			}
			best = min(best, time.Since(began)/500)
		}
		return best
	}
	var ratio float64
	for range 10 { // a busy machine may have a bad minute
		if ratio = float64(least(ours)) / float64(least(theirs)); ratio <= 0.5 {
			t.Logf("the ratio is %.2f", ratio)
			return
		}
	}
	t.Errorf("verifying costs %.2f of what golang-jwt costs, want at most 0.50", ratio)
}

// It is not parallel: it counts allocations.
func TestGoodPathsKeepToTheirAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates, and empties pools at random")
	}
	token := signHS256(headerHS256, costPayload)
	v := hs256Verifier(t)
	bearer, key := authorization("Bearer "+token), http.Header{"X-Api-Key": {"k"}}
	cookie := http.Header{"Cookie": {"a=1; s=abc; b=2"}}
	for _, tt := range []struct {
		name string
		most float64
		f    func() error
	}{
		{"ReadBearer", 0, func() error { _, err := security.ReadBearer(bearer); return err }},
		{"ReadBearer without a field", 0, func() error { _, err := security.ReadBearer(nil); return ignore(err) }},
		{"ReadHeaderKey", 0, func() error { _, err := security.ReadHeaderKey(key, "X-Api-Key"); return err }},
		{"ReadQueryKey", 0, func() error { _, err := security.ReadQueryKey("a=1&k=abc&b=2", "k"); return err }},
		{"ReadCookieKey", 0, func() error { _, err := security.ReadCookieKey(cookie, "s"); return err }},
		{"Verify without claims", 0, func() error { return v.Verify(token, nil) }},
		// The claims, the slice of scopes, and texts that the codec has not met of late.
		{"Verify with lean claims", 6, func() error { _, err := security.Verify[leanClaims](v, token); return err }},
	} {
		if got := testing.AllocsPerRun(200, func() {
			if err := tt.f(); err != nil {
				t.Fatal(err)
			}
		}); got > tt.most {
			t.Errorf("%s allocates %v times, want at most %v", tt.name, got, tt.most)
		}
	}
}

func ignore(err error) error {
	if errors.Is(err, security.ErrMissingCredentials) {
		return nil
	}
	return err
}
