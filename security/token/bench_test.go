package token_test

import (
	"testing"
	"time"

	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/token"
)

func BenchmarkIssue(b *testing.B) {
	c := config(newClock())
	m := mintOf(b, newIssuer(b, c), token.Access)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Issue("ann", ann); err != nil {
			b.Fatal(err)
		}
	}
}

// What a mint adds to a verifier: registered claims, required members, the stamp.
func BenchmarkVerify(b *testing.B) {
	c := config(newClock())
	c.Clock = time.Now
	key := secretOf("a")
	c.Kinds = []token.Kind{{Name: token.Access, Keys: []token.Key{{Material: key}}}}
	m := mintOf(b, newIssuer(b, c), token.Access)
	text := issue(b, m).Text
	v := must(security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{"HS256"}, Key: key, Issuer: issuerName, Audience: []string{"films"}, Types: []string{"at+jwt"},
	}))(b)
	b.Run("verifier", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := security.Verify[Claims](v, text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("mint", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := m.Verify(text); err != nil {
				b.Fatal(err)
			}
		}
	})
}
