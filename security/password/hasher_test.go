package password_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/password"
)

// cheap is a hasher for tests that are about something else.
func cheap(t testing.TB) *password.Hasher {
	t.Helper()
	return hasher(t, password.Config{Memory: 64, Passes: 1, DangerouslyWeak: true})
}

func hasher(t testing.TB, c password.Config) *password.Hasher {
	t.Helper()
	h, err := password.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func hash(t testing.TB, h *password.Hasher, text string) string {
	t.Helper()
	encoded, err := h.Hash(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func bcryptOf(t testing.TB, text string) string {
	t.Helper()
	encoded, err := bcrypt.GenerateFromPassword([]byte(text), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestTheZeroConfigIsWhatOWASPRecommends(t *testing.T) { // M17
	t.Parallel()
	h := hasher(t, password.Config{})
	encoded := hash(t, h, "correct horse")
	if !strings.HasPrefix(encoded, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("Hash = %q, want argon2id with 19 MiB, two passes and one lane", encoded)
	}
	parts := strings.Split(encoded, "$")
	if salt, tag := len(parts[4]), len(parts[5]); salt != 22 || tag != 43 {
		t.Errorf("salt and tag have %d and %d characters, want 22 for 16 bytes and 43 for 32", salt, tag)
	}
	if outdated, err := h.Verify(t.Context(), "correct horse", encoded); outdated || err != nil {
		t.Errorf("Verify = %t, %v, want false, nil", outdated, err)
	}
}

func TestHashesOfOnePasswordDiffer(t *testing.T) {
	t.Parallel()
	h := cheap(t)
	if a, b := hash(t, h, "same"), hash(t, h, "same"); a == b {
		t.Error("two hashes have the same salt")
	}
}

func TestVectorsVerify(t *testing.T) {
	t.Parallel()
	const (
		argon  = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
		legacy = "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"
	)
	h := cheap(t)
	for _, tt := range []struct {
		name, password, encoded string
		match                   bool
	}{
		{"the argon2id vector", "password", argon, true},
		{"another password for it", "Password", argon, false},
		{"the bcrypt vector", "allmine", legacy, true},
		{"the bcrypt vector as 2b", "allmine", "$2b$" + legacy[4:], true},
		{"the bcrypt vector as 2y", "allmine", "$2y$" + legacy[4:], true},
		{"another password for bcrypt", "allmin", legacy, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			outdated, err := h.Verify(t.Context(), tt.password, tt.encoded)
			if tt.match && (err != nil || !outdated) {
				t.Errorf("Verify = %t, %v, want a match that is outdated", outdated, err)
			}
			if !tt.match && !errors.Is(err, security.ErrInvalidCredentials) {
				t.Errorf("Verify = %v, want ErrInvalidCredentials", err)
			}
		})
	}
}

func TestPasswordsAreUsedAsTheyAre(t *testing.T) { // A135
	t.Parallel()
	h := cheap(t)
	longest := strings.Repeat("x", password.MaxBytes)
	for _, tt := range []struct{ name, password, other string }{
		{"space before it", " secret", "secret"},
		{"space behind it", "secret ", "secret"},
		{"a line break", "secret\n", "secret"},
		{"capitals", "Secret", "secret"},
		{"a NUL inside", "sec\x00ret", "sec"},
		{"a NUL at the end", "secret\x00", "secret"},
		{"a composed letter", "caf\u00e9", "cafe\u0301"},
		{"what is not UTF-8", "\xff", "\ufffd"},
		{"73 bytes", strings.Repeat("x", 73), strings.Repeat("x", 72)},
		{"the longest", longest, longest[1:]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			encoded := hash(t, h, tt.password)
			if _, err := h.Verify(t.Context(), tt.password, encoded); err != nil {
				t.Errorf("the password itself: %v", err)
			}
			if _, err := h.Verify(t.Context(), tt.other, encoded); !errors.Is(err, security.ErrInvalidCredentials) {
				t.Errorf("another password: %v, want ErrInvalidCredentials", err)
			}
		})
	}
}

func TestBcryptDoesNotTakeOnePasswordForAnother(t *testing.T) { // M16, A135
	t.Parallel()
	h := cheap(t)
	long := strings.Repeat("x", 72)
	for _, tt := range []struct {
		name, stored, sent string
		match              bool
	}{
		{"72 bytes", long, long, true},
		{"73 bytes of which 72 are right", long, long + "y", false},
		{"a NUL and the password again", "secret", "secret\x00secret", false},
		{"a NUL behind it", "secret", "secret\x00", false},
		{"space behind it", "secret", "secret ", false},
		{"nothing", "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := h.Verify(t.Context(), tt.sent, bcryptOf(t, tt.stored))
			if match := err == nil; match != tt.match {
				t.Errorf("Verify = %v, want a match: %t", err, tt.match)
			}
		})
	}
}

func TestPasswordsThatCannotBeHashedAreRefused(t *testing.T) { // A135
	t.Parallel()
	h := cheap(t)
	for _, tt := range []struct{ name, password, code string }{
		{"nothing", "", "too-short"},
		{"1025 bytes", strings.Repeat("x", password.MaxBytes+1), "too-long"},
		{"a mebibyte", strings.Repeat("x", 1<<20), "too-long"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			encoded, err := h.Hash(t.Context(), tt.password)
			if got := codes(err); encoded != "" || got != tt.code {
				t.Errorf("Hash = %q, %v with the codes %q, want nothing and %q", encoded, err, got, tt.code)
			}
			if _, err := h.Verify(t.Context(), tt.password, bcryptOf(t, "")); !errors.Is(err, security.ErrInvalidCredentials) {
				t.Errorf("Verify = %v, want ErrInvalidCredentials", err)
			}
		})
	}
}

// S243
func TestAHashOfAnotherKindOrCostIsOutdated(t *testing.T) {
	t.Parallel()
	weak := func(memory, passes uint32, lanes uint8) *password.Hasher {
		return hasher(t, password.Config{Memory: memory, Passes: passes, Lanes: lanes, DangerouslyWeak: true})
	}
	h := weak(64, 2, 1)
	for _, tt := range []struct {
		name, encoded string
		outdated      bool
	}{
		{"its own", hash(t, h, "secret"), false},
		{"one of the same cost", hash(t, weak(64, 2, 1), "secret"), false},
		{"less memory", hash(t, weak(32, 2, 1), "secret"), true},
		{"more memory", hash(t, weak(128, 2, 1), "secret"), true},
		{"fewer passes", hash(t, weak(64, 1, 1), "secret"), true},
		{"more lanes", hash(t, weak(64, 2, 2), "secret"), true},
		{"bcrypt", bcryptOf(t, "secret"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if outdated, err := h.Verify(t.Context(), "secret", tt.encoded); outdated != tt.outdated || err != nil {
				t.Errorf("Verify = %t, %v, want %t, nil", outdated, err, tt.outdated)
			}
			if outdated, err := h.Verify(t.Context(), "wrong", tt.encoded); outdated || err == nil {
				t.Errorf("with a wrong password: %t, %v, want an error and not that it is outdated", outdated, err)
			}
		})
	}
}

func TestAnOldHashLogsInAndIsUpgraded(t *testing.T) { // S243
	t.Parallel()
	h := cheap(t)
	stored := bcryptOf(t, "secret")
	outdated, err := h.Verify(t.Context(), "secret", stored)
	if err != nil || !outdated {
		t.Fatalf("Verify = %t, %v, want true, nil", outdated, err)
	}
	stored = hash(t, h, "secret")
	if outdated, err := h.Verify(t.Context(), "secret", stored); outdated || err != nil {
		t.Errorf("after the upgrade: %t, %v, want false, nil", outdated, err)
	}
}

func TestUnknownUsersAndBadHashesLookLikeAWrongPassword(t *testing.T) { // S244, A73, A205
	t.Parallel()
	h := cheap(t)
	good := hash(t, h, "secret")
	for _, tt := range []struct {
		name, encoded string
		told          bool
	}{
		{"a wrong password", good, false},
		{"no such user", "", false},
		{"text", "plain-canary", true},
		{"half a hash", good[:len(good)/2], true},
		{"another algorithm", strings.Replace(good, "argon2id", "argon2i", 1), true},
		{"a bcrypt hash of another variant", "$2x$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga", true},
		{"a cost that nobody can pay", "$argon2id$v=19$m=4294967295,t=4294967295,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", true},
		{"a cost of bcrypt that nobody can pay", "$2a$31$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			outdated, err := h.Verify(t.Context(), "canary", tt.encoded)
			if outdated || !errors.Is(err, security.ErrInvalidCredentials) {
				t.Fatalf("Verify = %t, %v, want false and ErrInvalidCredentials", outdated, err)
			}
			p := problem.From(err)
			if p.StatusCode() != 401 || p.Detail != "Invalid credentials" || p.Code != problem.CodeInvalidCredentials {
				t.Errorf("the client is told %+v, want the same as for a wrong password", p)
			}
			if told := strings.Contains(err.Error(), "the stored hash cannot be read"); told != tt.told {
				t.Errorf("the log says %q, which tells of a bad hash: %t, want %t", err, told, tt.told)
			}
			if strings.Contains(err.Error(), "canary") || tt.encoded != "" && strings.Contains(err.Error(), tt.encoded) {
				t.Errorf("the error holds a secret: %v", err)
			}
		})
	}
}

func TestSecretsNeverAppearInErrors(t *testing.T) { // A208
	t.Parallel()
	const canary = "canary-0x5ec2e7"
	h := cheap(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var said []error
	collect := func(_ any, err error) { said = append(said, err) }
	collect(h.Hash(t.Context(), strings.Repeat(canary, 100)))
	collect(h.Hash(ctx, canary))
	collect(h.Verify(ctx, canary, canary))
	collect(h.Verify(t.Context(), canary, "$2b$"+canary))
	collect(h.Verify(t.Context(), canary, "$argon2id$v=19$m=64,t=1,p=1$"+canary+"$"+canary))
	said = append(said, new(password.Policy).Check(canary, "canary"))
	for _, err := range said {
		if err == nil {
			t.Error("no error, want one")
		}
		if text := fmt.Sprintf("%v %+v %#v", err, err, problem.From(err)); strings.Contains(text, canary) {
			t.Errorf("%q holds the secret", text)
		}
	}
}

func TestConfigTellsEveryMistake(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config password.Config
		want   []string
	}{
		{"too cheap", password.Config{Memory: 1024}, []string{"1024 KiB and 2 passes are too cheap"}},
		{"one pass over too little", password.Config{Passes: 1}, []string{"too cheap"}},
		{"OWASP's other settings", password.Config{Memory: 7168, Passes: 5}, nil},
		{"OWASP's setting of one pass", password.Config{Memory: 47104, Passes: 1}, nil},
		{"too much memory", password.Config{Memory: 1 << 20}, []string{"want 8 to 262144"}},
		{"too much work", password.Config{Memory: 1 << 18, Passes: 5}, []string{"want a product of 1048576"}},
		{"too many lanes", password.Config{Lanes: 17}, []string{"17 lanes; want 1 to 16"}},
		{"lanes without memory", password.Config{Memory: 64, Lanes: 9, DangerouslyWeak: true}, []string{"want 72 to"}},
		{"all at once", password.Config{Lanes: 99, Concurrency: -1, Queue: -1, MaxWait: -1},
			[]string{"99 lanes", "Concurrency is -1", "Queue is -1", "MaxWait is -1ns"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, err := password.New(tt.config)
			if (err == nil) != (tt.want == nil) || (h == nil) != (err != nil) {
				t.Fatalf("New = %v, %v", h, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

// codes are the codes of a problem's mistakes.
func codes(err error) string {
	p, _ := errors.AsType[*problem.Problem](err)
	if p == nil {
		return ""
	}
	var list []string
	for _, e := range p.Errors {
		list = append(list, e.Code)
	}
	return strings.Join(list, " ")
}
