package token_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/token"
)

const issuerName = "https://login.example"

// secretOf is as good as random, and the same in every run.
func secretOf(label string) []byte {
	sum := sha256.Sum256([]byte("a secret of the tests of package token: " + label))
	return sum[:]
}

// clock is a time that tests move.
type clock struct{ unix atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.unix.Store(time.Unix(1_800_000_000, 300e6).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.unix.Load()) }
func (c *clock) advance(d time.Duration) { c.unix.Add(int64(d)) }

// Claims are those of the tests.
type Claims struct {
	UserID int64                  `json:"user_id"`
	Role   string                 `json:"role"`
	Scopes security.GrantedScopes `json:"scopes,omitempty"`
}

// fixture is an issuer of all kinds with everything around it.
type fixture struct {
	*testing.T
	clock       *clock
	issuer      *token.Issuer
	store       *token.Memory
	revocations *token.Revocations
	access      *token.Mint[Claims]
	refresh     *token.Mint[Claims]
	rotation    *token.Rotation[Claims]
}

func config(c *clock) token.Config {
	return token.Config{
		Issuer:   issuerName,
		Audience: []string{"films"},
		Secrets:  []token.Key{{ID: "k1", Material: secretOf("k1")}},
		Kinds:    []token.Kind{{Name: token.Access}, {Name: token.Refresh}, {Name: token.Email}, {Name: token.Password}},
		Clock:    c.now,
	}
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t, clock: newClock()}
	f.store = token.NewMemory(f.clock.now)
	f.issuer = newIssuer(t, config(f.clock))
	f.access, f.refresh = mintOf(t, f.issuer, token.Access), mintOf(t, f.issuer, token.Refresh)
	f.revocations = must(token.NewRevocations(f.issuer, token.RevocationConfig{Store: f.store}))(t)
	f.rotation = must(token.NewRotation(f.refresh, f.revocations, token.RotationConfig{Families: f.store}))(t)
	return f
}

// must returns what fails the test on an error.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newIssuer(t testing.TB, c token.Config) *token.Issuer {
	t.Helper()
	return must(token.NewIssuer(c))(t)
}

func mintOf(t testing.TB, i *token.Issuer, kind string) *token.Mint[Claims] {
	t.Helper()
	return must(token.For[Claims](i, kind))(t)
}

func newLog(t testing.TB, path string, now func() time.Time) *token.Log {
	t.Helper()
	l := must(token.OpenLog(path, now))(t)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func logPath(t testing.TB) string { return filepath.Join(t.TempDir(), "tokens.log") }

var ann = Claims{UserID: 7, Role: "basic"}

func issue(t testing.TB, m *token.Mint[Claims], opts ...token.IssueOption) token.Issued {
	t.Helper()
	return must(m.Issue("ann", ann, opts...))(t)
}

func verified(t testing.TB, m *token.Mint[Claims], text string) *token.Token[Claims] {
	t.Helper()
	return must(m.Verify(text))(t)
}

// part decodes a part of a token.
func part(t testing.TB, text string, n int) map[string]any {
	t.Helper()
	data := must(base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[n]))(t)
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	return members
}

// status is what an error is answered with; 200 for none.
func status(err error) int {
	if err == nil {
		return 200
	}
	return problem.From(err).StatusCode()
}

func wantStatus(t testing.TB, what string, err error, want int) {
	t.Helper()
	if got := status(err); got != want {
		t.Errorf("%s: %d (%v), want %d", what, got, err, want)
	}
}

func wantError(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}
