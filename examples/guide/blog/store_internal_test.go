package blog

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/mortise-go/mortise/security/password"
)

// cheap is a hasher that tests need not wait for.
func cheap(t *testing.T) *password.Hasher {
	t.Helper()
	hasher, err := password.New(password.Config{Memory: 64, Passes: 1, DangerouslyWeak: true})
	if err != nil {
		t.Fatal(err)
	}
	return hasher
}

// S243
func TestAnOldHashIsReplacedAtLogin(t *testing.T) {
	t.Parallel()
	s, err := openStore("", cheap(t))
	if err != nil {
		t.Fatal(err)
	}
	old, err := bcrypt.GenerateFromPassword([]byte("builder-22"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	s.users[2].hash = string(old)
	if u, err := s.authenticate(t.Context(), "bob", "wrong"); u != nil || err == nil || s.user(2).hash != string(old) {
		t.Errorf("a wrong password: %v, %v, and the hash has changed: %t", u, err, s.user(2).hash != string(old))
	}
	for range 2 {
		if u, err := s.authenticate(t.Context(), "bob", "builder-22"); err != nil || u.ID != 2 {
			t.Fatalf("authenticate = %v, %v", u, err)
		}
		if hash := s.user(2).hash; !strings.HasPrefix(hash, "$argon2id$") {
			t.Errorf("the hash is still %.9s", hash)
		}
	}
}

// A75, A135, A190, S244
func TestNamesAndPasswordsAreComparedExactly(t *testing.T) {
	t.Parallel()
	s, err := openStore("", cheap(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, user, password string }{
		{"capitals", "Alice", "wonderland-1"},
		{"space behind the name", "alice ", "wonderland-1"},
		{"a letter without width", "alice\u200b", "wonderland-1"},
		{"a letter of another alphabet", "\u0430lice", "wonderland-1"},
		{"wide letters", "\uff41lice", "wonderland-1"},
		{"a letter and its mark", "alice\u0301", "wonderland-1"},
		{"from right to left", "\u202eecila", "wonderland-1"},
		{"a password in wide letters", "alice", "\uff57onderland-1"},
		{"space behind the password", "alice", "wonderland-1 "},
		{"nothing", "", ""},
		{"no password", "alice", ""},
		{"nobody", "nobody", "wonderland-1"},
	} {
		if u, err := s.authenticate(t.Context(), tc.user, tc.password); u != nil || err == nil {
			t.Errorf("%s: authenticate = %v, %v, want an error", tc.name, u, err)
		}
	}
}

// A160: a deletion that a restart would undo is told, and can be tried again.
func TestWhatCannotBeStoredIsNotSo(t *testing.T) {
	t.Parallel()
	s, err := openStore(t.TempDir(), cheap(t))
	if err != nil {
		t.Fatal(err)
	}
	file := s.file
	s.file = filepath.Join(file, "a file is no folder")
	if _, err := s.deleteUser(2); err == nil || s.user(2) == nil {
		t.Errorf("the account is gone in memory alone: %v", err)
	}
	if err := s.change(2, func(u *User) { u.hash = "" }); err == nil || s.user(2).hash == "" {
		t.Errorf("the account has changed in memory alone: %v", err)
	}
	s.file = file
	if found, err := s.deleteUser(2); !found || err != nil || s.user(2) != nil {
		t.Errorf("deleting it again: %t, %v", found, err)
	}
}
