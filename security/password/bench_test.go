package password_test

import (
	"testing"

	"github.com/mortise-go/mortise/security/password"
)

func BenchmarkVerify(b *testing.B) {
	h := hasher(b, password.Config{})
	stored := hash(b, h, "secret")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Verify(b.Context(), "secret", stored); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	var p password.Policy
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Check("velvet gramophones sing", "alice"); err != nil {
			b.Fatal(err)
		}
	}
}
