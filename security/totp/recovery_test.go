package totp_test

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security/totp"
)

// seenStore is a recovery store that can be looked into.
type seenStore struct {
	totp.MemoryStore
	digests []string
}

func (s *seenStore) SetRecovery(ctx context.Context, account string, digests []string) error {
	s.digests = append(s.digests, digests...)
	return s.MemoryStore.SetRecovery(ctx, account, digests)
}

func recoveryCodes(t testing.TB, b *bench, account string) []string {
	t.Helper()
	codes, err := b.NewRecoveryCodes(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func TestRecoveryCodesAreRandomAndStoredAsDigests(t *testing.T) { // A147
	t.Parallel()
	store := &seenStore{}
	b := newBench(t, func(c *totp.Config) { c.Recovery = store })
	seen := map[string]bool{}
	for range 20 {
		for _, code := range recoveryCodes(t, b, "1") {
			if !regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$`).MatchString(code) || seen[code] {
				t.Errorf("the code %q has another form, or was there before", code)
			}
			seen[code] = true
		}
	}
	if len(seen) != 200 || len(store.digests) != 200 {
		t.Fatalf("%d codes and %d digests, want 200", len(seen), len(store.digests))
	}
	stored := strings.ToUpper(strings.Join(store.digests, " "))
	for code := range seen {
		if strings.Contains(stored, code) || strings.Contains(stored, strings.ReplaceAll(code, "-", "")) {
			t.Errorf("the code %q is stored", code)
		}
	}
	if unique := len(slices.Compact(slices.Sorted(slices.Values(store.digests)))); unique != 200 {
		t.Errorf("%d digests differ, want 200", unique)
	}
	if letters := strings.Join(slices.Collect(maps.Keys(seen)), ""); len(letters) != 200*29 {
		t.Errorf("%d characters", len(letters))
	}
}

func TestARecoveryCodeIsUsedOnce(t *testing.T) { // A147
	t.Parallel()
	b := newBench(t)
	codes := recoveryCodes(t, b, "1")
	if err := b.Recover(t.Context(), "1", codes[3]); err != nil {
		t.Fatal(err)
	}
	is(t, "again", b.Recover(t.Context(), "1", codes[3]), totp.ErrInvalidRecoveryCode)
	is(t, "by somebody else", b.Recover(t.Context(), "2", codes[4]), totp.ErrInvalidRecoveryCode)
	if err := b.Recover(t.Context(), "1", codes[4]); err != nil {
		t.Errorf("another one: %v", err)
	}
	recoveryCodes(t, b, "1")
	is(t, "one that was replaced", b.Recover(t.Context(), "1", codes[5]), totp.ErrInvalidRecoveryCode)
}

func TestOfParallelRequestsWithOneRecoveryCodeOnePasses(t *testing.T) { // A147
	t.Parallel()
	b := newBench(t, func(c *totp.Config) { c.Tries = 20 })
	code := recoveryCodes(t, b, "1")[0]
	var passed atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if b.Recover(t.Context(), "1", code) == nil {
				passed.Add(1)
			}
		})
	}
	wg.Wait()
	if passed.Load() != 1 {
		t.Errorf("%d passed, want 1", passed.Load())
	}
}

func TestRecoveryCodesAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *totp.Config) { c.Tries = 20 })
	codes := recoveryCodes(t, b, "1")
	write := strings.NewReplacer("0", "o", "1", "l")
	for i, text := range []string{
		codes[0],
		strings.ToLower(codes[1]),
		strings.ReplaceAll(codes[2], "-", ""),
		strings.ReplaceAll(codes[3], "-", " "),
		" " + codes[4] + " ",
		write.Replace(codes[5]),
		strings.NewReplacer("0", "O", "1", "I").Replace(codes[6]),
	} {
		if err := b.Recover(t.Context(), "1", text); err != nil {
			t.Errorf("%q for %q: %v", text, codes[i], err)
		}
	}
	for _, text := range []string{
		"", "-", codes[7][:28], codes[7] + "0", codes[7] + "\n", codes[7] + "\x00", strings.Replace(codes[7], "-", "_", 1),
		strings.Repeat("U", 24), strings.Repeat("-", 1<<20), "ÄÖÜ",
	} {
		is(t, "the code "+text[:min(len(text), 40)], b.Recover(t.Context(), "1", text), totp.ErrInvalidRecoveryCode)
	}
	if err := b.Recover(t.Context(), "1", codes[7]); err != nil {
		t.Errorf("the code itself: %v; the malformed ones cost its tries", err)
	}
}

// A142: a letter outside of ASCII is none of a code or a secret, whatever its capital.
func TestOnlyLettersOfASCIIAreRead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	code := ""
	for !strings.Contains(code, "S") || !strings.Contains(code, "1") {
		code = recoveryCodes(t, b, "1")[0]
	}
	for _, text := range []string{strings.Replace(code, "S", "\u017f", 1), strings.Replace(code, "1", "\u0131", 1), strings.Replace(code, "1", "\uff11", 1)} {
		is(t, "the code "+text, b.Recover(t.Context(), "1", text), totp.ErrInvalidRecoveryCode)
	}
	if err := b.Recover(t.Context(), "1", code); err != nil {
		t.Errorf("the code itself: %v", err)
	}
	for _, text := range []string{"JB\u017fWY3DPEHPK3PXP", "JBSWY3DPEHPK3PX\u0131"} {
		if _, err := totp.ParseSecret(text); err == nil {
			t.Errorf("the secret %s was read", text)
		}
	}
}

func TestRecoveryCodesShareTheTries(t *testing.T) { // A140
	t.Parallel()
	b := newBench(t)
	codes := recoveryCodes(t, b, b.alice.ID)
	for range 5 {
		is(t, "a wrong recovery code", b.Recover(t.Context(), b.alice.ID, strings.Repeat("0", 24)), totp.ErrInvalidRecoveryCode)
	}
	is(t, "the sixth", b.Recover(t.Context(), b.alice.ID, codes[0]), totp.ErrTooManyTries)
	is(t, "a code of the authenticator", b.Verify(t.Context(), b.alice, b.codeIn(t, 0)), totp.ErrTooManyTries)
	b.clock.move(15 * time.Minute)
	if err := b.Recover(t.Context(), b.alice.ID, codes[0]); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestWithoutAStoreThereAreNoRecoveryCodes(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *totp.Config) { c.Recovery = nil })
	_, err := b.NewRecoveryCodes(t.Context(), "1")
	for _, err := range []error{err, b.Recover(t.Context(), "1", strings.Repeat("0", 24))} {
		if err == nil || problem.From(err).StatusCode() != 500 || !strings.Contains(err.Error(), "Config.Recovery is nil") {
			t.Errorf("%v, want a 500 that says why", err)
		}
	}
	b = newBench(t)
	if _, err := b.NewRecoveryCodes(t.Context(), ""); err == nil {
		t.Error("codes for nobody")
	}
	if err := b.Recover(t.Context(), "", strings.Repeat("0", 24)); err == nil || errors.Is(err, totp.ErrInvalidRecoveryCode) {
		t.Errorf("Recover for nobody = %v, want a 500", err)
	}
}

func FuzzRecover(f *testing.F) {
	for _, text := range []string{"", "0000-0000-0000-0000-0000-0000", "oooo oooo OOOO iiii llll LLLL", "ı", strings.Repeat("-", 70)} {
		f.Add(text)
	}
	b := newBench(f)
	code := recoveryCodes(f, b, "1")[0]
	f.Fuzz(func(t *testing.T, text string) {
		b.clock.move(time.Hour)
		if err := b.Recover(t.Context(), "1", text); !errors.Is(err, totp.ErrInvalidRecoveryCode) {
			t.Errorf("Recover(%q) = %v, and the code is %q", text, err, code)
		}
	})
}
