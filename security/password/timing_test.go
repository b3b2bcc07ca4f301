package password_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security/password"
)

// The times of two kinds of login may differ by this factor, which the noise of
// a busy machine stays below and a left-out hash does not.
const tolerance = 1.25

func TestNobodyCanTimeWhoExists(t *testing.T) { // A73, A133, S201, S244
	h := hasher(t, password.Config{Memory: 1 << 10, Passes: 1, DangerouslyWeak: true})
	stored := hash(t, h, "secret")
	for _, tt := range []struct{ name, encoded string }{
		{"no such user", ""},
		{"a hash that is no hash", "x"},
		{"half a hash", stored[:50]},
		{"a cost that nobody can pay", strings.Replace(stored, "m=1024", "m=1048576", 1)},
		{"a bcrypt hash that is none", "$2b$10$x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for attempt := 1; ; attempt++ {
				got := ratio(t, h, tt.encoded, stored, "wrong")
				if got < tolerance && got > 1/tolerance {
					return
				}
				if attempt == 5 {
					t.Fatalf("it takes %.2f times as long as a wrong password, five times in a row", got)
				}
			}
		})
	}
}

// The measurement sees a hash that is left out: one over the limit of length is
// refused before anything is computed, whoever the user is.
func TestTheClockSeesAHashThatIsLeftOut(t *testing.T) {
	h := hasher(t, password.Config{Memory: 1 << 10, Passes: 1, DangerouslyWeak: true})
	stored := hash(t, h, "secret")
	long := strings.Repeat("x", password.MaxBytes+1)
	quick, slow := medians(20, verification(t, h, long, stored), verification(t, h, "wrong", stored))
	if r := quick / slow; r > 0.1 {
		t.Errorf("a refusal without a hash takes %.2f times as long as one with; the clock of these tests sees nothing", r)
	}
}

// ratio is how much longer a login with the hash takes than one with the other.
func ratio(t *testing.T, h *password.Hasher, encoded, other, text string) float64 {
	t.Helper()
	a, b := medians(200, verification(t, h, text, encoded), verification(t, h, text, other))
	return a / b
}

func verification(t *testing.T, h *password.Hasher, text, encoded string) func() {
	return func() {
		if _, err := h.Verify(t.Context(), text, encoded); err == nil {
			t.Error("Verify = nil, want an error")
		}
	}
}

// medians runs two functions in turn and returns the median time of each.
func medians(samples int, a, b func()) (ma, mb float64) {
	var ta, tb []time.Duration
	for range samples {
		ta = append(ta, timed(a))
		tb = append(tb, timed(b))
	}
	return median(ta), median(tb)
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func median(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/2])
}
