package totp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security/totp"
)

func TestCodesOfTheStepsAroundNowAreAccepted(t *testing.T) { // A139
	t.Parallel()
	for _, tt := range []struct {
		name   string
		noSkew bool
		at     time.Duration
		accept bool
	}{
		{"two steps old", false, -60 * time.Second, false},
		{"one step old", false, -30 * time.Second, true},
		{"current", false, 0, true},
		{"one step ahead", false, 30 * time.Second, true},
		{"two steps ahead", false, 60 * time.Second, false},
		{"one step old without skew", true, -30 * time.Second, false},
		{"current without skew", true, 0, true},
		{"one step ahead without skew", true, 30 * time.Second, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(c *totp.Config) { c.NoSkew = tt.noSkew })
			err := b.Verify(t.Context(), b.alice, b.codeIn(t, tt.at))
			if tt.accept && err != nil {
				t.Errorf("Verify = %v, want nil", err)
			}
			if !tt.accept {
				is(t, "Verify", err, totp.ErrInvalidCode)
			}
		})
	}
}

func TestACodeIsUsedOnce(t *testing.T) { // A138, M15
	t.Parallel()
	b := newBench(t)
	earlier, code, later := b.codeIn(t, -30*time.Second), b.codeIn(t, 0), b.codeIn(t, 30*time.Second)
	if err := b.Verify(t.Context(), b.alice, code); err != nil {
		t.Fatal(err)
	}
	is(t, "the same code", b.Verify(t.Context(), b.alice, code), totp.ErrInvalidCode)
	is(t, "an older code", b.Verify(t.Context(), b.alice, earlier), totp.ErrInvalidCode)
	b.clock.move(30 * time.Second)
	is(t, "the same code a step later", b.Verify(t.Context(), b.alice, code), totp.ErrInvalidCode)
	if err := b.Verify(t.Context(), b.alice, later); err != nil {
		t.Errorf("the next code: %v", err)
	}
	bob := totp.Account{ID: "2", Secret: secret}
	if err := b.Verify(t.Context(), bob, later); err != nil {
		t.Errorf("somebody else with the same code: %v", err)
	}
}

func TestOfParallelRequestsWithOneCodeOnePasses(t *testing.T) { // A138
	t.Parallel()
	b := newBench(t, func(c *totp.Config) { c.Tries = 20 })
	code := b.codeIn(t, 0)
	var passed, failed atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			switch err := b.Verify(t.Context(), b.alice, code); {
			case err == nil:
				passed.Add(1)
			case errors.Is(err, totp.ErrInvalidCode):
				failed.Add(1)
			default:
				t.Errorf("Verify = %v", err)
			}
		})
	}
	wg.Wait()
	if passed.Load() != 1 || failed.Load() != 19 {
		t.Errorf("%d passed and %d failed, want 1 and 19", passed.Load(), failed.Load())
	}
}

func TestTheCodeOfTheSetupIsNoLogin(t *testing.T) { // A143
	t.Parallel()
	b := newBench(t)
	e, err := b.Enrol("alice@example.com")
	if err != nil {
		t.Fatal(err)
	}
	b.alice.Secret = e.Secret
	code := b.codeIn(t, 0)
	if err := b.Verify(t.Context(), b.alice, code); err != nil {
		t.Fatalf("the setup: %v", err)
	}
	is(t, "the login", b.Verify(t.Context(), b.alice, code), totp.ErrInvalidCode)
	if err := b.Verify(t.Context(), b.alice, b.codeIn(t, 30*time.Second)); err != nil {
		t.Errorf("the login with the next code: %v", err)
	}
}

func TestGuessingEndsAfterFiveTries(t *testing.T) { // A140
	t.Parallel()
	b := newBench(t)
	wrong := b.wrong(t)
	for i := range 5 {
		is(t, fmt.Sprintf("try %d", i+1), b.Verify(t.Context(), b.alice, wrong), totp.ErrInvalidCode)
		b.clock.move(time.Minute)
	}
	err := b.Verify(t.Context(), b.alice, wrong)
	is(t, "try 6", err, totp.ErrTooManyTries)
	is(t, "the right code, too late", b.Verify(t.Context(), b.alice, b.codeIn(t, 0)), totp.ErrTooManyTries)

	p := problem.From(err)
	for field, want := range map[string]string{
		"Retry-After":      "600", // the first was 5 minutes ago
		"RateLimit-Policy": `"totp";q=5;w=900`,
		"RateLimit":        `"totp";r=0;t=600`,
	} {
		if got := p.Header().Get(field); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
	if p.StatusCode() != 429 || p.Code != problem.CodeRateLimited || p.Type != "https://iana.org/assignments/http-problem-types#quota-exceeded" {
		t.Errorf("the answer is %d %s of type %s", p.StatusCode(), p.Code, p.Type)
	}

	bob := totp.Account{ID: "2", Secret: secret}
	if err := b.Verify(t.Context(), bob, b.codeIn(t, 0)); err != nil {
		t.Errorf("somebody else has to wait, too: %v", err)
	}
	b.clock.move(10*time.Minute - time.Nanosecond)
	is(t, "a moment too early", b.Verify(t.Context(), b.alice, b.codeIn(t, 0)), totp.ErrTooManyTries)
	b.clock.move(time.Nanosecond)
	if err := b.Verify(t.Context(), b.alice, b.codeIn(t, 0)); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestNoSpanOfTheWindowHoldsMoreThanItsTries(t *testing.T) { // A140
	t.Parallel()
	b := newBench(t)
	var compared []time.Time
	for range 2000 { // more than eight hours
		err := b.Verify(t.Context(), b.alice, "000000")
		if !errors.Is(err, totp.ErrTooManyTries) {
			compared = append(compared, b.clock.time())
		}
		b.clock.move(16 * time.Second)
	}
	for i := 5; i < len(compared); i++ {
		if span := compared[i].Sub(compared[i-5]); span < 15*time.Minute {
			t.Fatalf("six tries within %v, want 15m0s at least", span)
		}
	}
	if len(compared) < 150 {
		t.Errorf("%d tries in eight hours, want 5 in every 15 minutes", len(compared))
	}
}

func TestParallelGuessesAreCountedToo(t *testing.T) { // A140
	t.Parallel()
	b := newBench(t)
	wrong := b.wrong(t)
	var compared, waiting atomic.Int64
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			switch err := b.Verify(t.Context(), b.alice, wrong); {
			case errors.Is(err, totp.ErrInvalidCode):
				compared.Add(1)
			case errors.Is(err, totp.ErrTooManyTries):
				waiting.Add(1)
			default:
				t.Errorf("Verify = %v", err)
			}
		})
	}
	wg.Wait()
	if compared.Load() != 5 || waiting.Load() != 195 {
		t.Errorf("%d were compared and %d had to wait, want 5 and 195", compared.Load(), waiting.Load())
	}
}

func TestRightCodesCostNoTry(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for i := range 4 {
		is(t, fmt.Sprintf("wrong code %d", i+1), b.Verify(t.Context(), b.alice, b.wrong(t)), totp.ErrInvalidCode)
	}
	for i := range 20 { // ten minutes
		if err := b.Verify(t.Context(), b.alice, b.codeIn(t, 0)); err != nil {
			t.Fatalf("right code %d: %v", i+1, err)
		}
		b.clock.move(30 * time.Second)
	}
	is(t, "the fifth wrong code", b.Verify(t.Context(), b.alice, b.wrong(t)), totp.ErrInvalidCode)
	is(t, "the right codes took none of the others back", b.Verify(t.Context(), b.alice, b.codeIn(t, 0)), totp.ErrTooManyTries)
}

func TestOnlyWholeCodesAreCompared(t *testing.T) { // A142, M15
	t.Parallel()
	b := newBench(t)
	code := b.codeIn(t, 0)
	fullwidth := strings.Map(func(r rune) rune { return r - '0' + '０' }, code)
	for _, tt := range []struct{ name, code string }{
		{"space before it", " " + code},
		{"space behind it", code + " "},
		{"space inside", code[:3] + " " + code[3:]},
		{"a line break", code + "\n"},
		{"a NUL", code + "\x00"},
		{"a digit less", code[1:]},
		{"a digit more", "0" + code},
		{"a sign", "+" + code[1:]},
		{"a minus", "-" + code},
		{"letters", "abcdef"},
		{"hexadecimal", "0x1234"},
		{"fullwidth digits", fullwidth},
		{"as many bytes of fullwidth digits", fullwidth[:6]},
		{"Arabic digits", "١٢٣"},
		{"no UTF-8", "\xff\xff\xff\xff\xff\xff"},
		{"very many digits", strings.Repeat(code, 10_000)},
	} {
		is(t, tt.name, b.Verify(t.Context(), b.alice, tt.code), totp.ErrInvalidCode)
	}
	is(t, "nothing", b.Verify(t.Context(), b.alice, ""), totp.ErrCodeRequired)
	if err := b.Verify(t.Context(), b.alice, code); err != nil {
		t.Errorf("the code itself: %v; the others cost its tries", err)
	}
}

func TestAnAccountWithoutASecretIsNeverVerified(t *testing.T) { // A141, M15
	t.Parallel()
	b := newBench(t, func(c *totp.Config) { c.Store = &brokenStore{err: errors.New("was asked")} })
	nobody := totp.Account{ID: "1"}
	for _, code := range []string{"", "000000", "328482", "812658", "073348", "887919"} {
		is(t, "the code "+code, b.Verify(t.Context(), nobody, code), totp.ErrNotEnrolled)
	}
	p := problem.From(totp.ErrNotEnrolled)
	if p.StatusCode() != 403 || p.Code != "mfa-enrolment-required" {
		t.Errorf("the answer is %v, want 403 mfa-enrolment-required", p)
	}
}

func TestMistakesOfTheProgramLetNobodyIn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	code := b.codeIn(t, 0)
	for _, tt := range []struct {
		name    string
		account totp.Account
		want    string
	}{
		{"no ID", totp.Account{Secret: secret}, "has no ID"},
		{"a secret that is no Base32", totp.Account{ID: "1", Secret: "canary!canary!canary!"}, "is not Base32"},
		{"a short secret", totp.Account{ID: "1", Secret: "CANARY22"}, "has 5 bytes"},
		{"a secret in lower case", totp.Account{ID: "1", Secret: totp.Secret(strings.ToLower(string(secret)))}, "is not Base32"},
		{"padding", totp.Account{ID: "1", Secret: secret + "="}, "is not Base32"},
		{"a line break", totp.Account{ID: "1", Secret: secret + "\n"}, "is not Base32"},
	} {
		err := b.Verify(t.Context(), tt.account, code)
		if err == nil || !strings.Contains(err.Error(), tt.want) || problem.From(err).StatusCode() != 500 {
			t.Errorf("%s: %v, want a 500 that says %q", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(strings.ToLower(err.Error()), "canary") {
			t.Errorf("%s: the error holds the secret: %v", tt.name, err)
		}
	}
}

func TestAStoreThatFailsLetsNobodyIn(t *testing.T) { // A132, A215
	t.Parallel()
	down := errors.New("connection refused")
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	for _, tt := range []struct {
		name  string
		store *brokenStore
		cause error
	}{
		{"it fails at once", &brokenStore{err: down}, down},
		{"it fails when the code is right", &brokenStore{Store: &totp.MemoryStore{}, err: down, onUseOnly: true}, down},
		{"it hangs", &brokenStore{hang: true}, context.DeadlineExceeded},
		{"it hangs when the code is right", &brokenStore{Store: &totp.MemoryStore{}, hang: true, onUseOnly: true}, context.DeadlineExceeded},
		{"it hangs and does not listen", &brokenStore{deaf: forever}, context.DeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(c *totp.Config) { c.Store, c.Recovery = tt.store, tt.store })
			start := time.Now()
			err := b.Verify(t.Context(), b.alice, b.codeIn(t, 0))
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("it took %v, want some 250ms", took)
			}
			p := problem.From(err)
			if !errors.Is(err, tt.cause) || p.StatusCode() != 503 || p.Header().Get("Retry-After") != "1" || p.Detail != "" {
				t.Errorf("Verify = %v with %v, want a 503 because of %v", err, p.Header(), tt.cause)
			}
			if _, err := b.NewRecoveryCodes(t.Context(), "1"); problem.From(err).StatusCode() != 503 {
				t.Errorf("NewRecoveryCodes = %v, want a 503", err)
			}
			if err := b.Recover(t.Context(), "1", strings.Repeat("A", 24)); problem.From(err).StatusCode() != 503 {
				t.Errorf("Recover = %v, want a 503", err)
			}
		})
	}
}

func TestConfigTellsEveryMistake(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*totp.Config)
		want   []string
	}{
		{"nothing", func(c *totp.Config) { *c = totp.Config{} }, []string{"Issuer is empty", "Store is nil"}},
		{"a colon", func(c *totp.Config) { c.Issuer = "a:b" }, []string{"Issuer holds a colon"}},
		{"five digits", func(c *totp.Config) { c.Digits = 5 }, []string{"Digits is 5"}},
		{"nine digits", func(c *totp.Config) { c.Digits = 9 }, []string{"Digits is 9"}},
		{"a long period", func(c *totp.Config) { c.Period = time.Hour }, []string{"Period is 1h0m0s"}},
		{"half a second", func(c *totp.Config) { c.Period = 30500 * time.Millisecond }, []string{"Period is 30.5s"}},
		{"MD5", func(c *totp.Config) { c.Algorithm = "MD5" }, []string{`Algorithm is "MD5"`}},
		{"many tries", func(c *totp.Config) { c.Tries = 21 }, []string{"Tries is 21"}},
		{"everything else", func(c *totp.Config) { c.Tries, c.Window, c.StoreTimeout = -1, -1, -1 },
			[]string{"Tries is -1", "Window is -1ns", "StoreTimeout is -1ns"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := totp.Config{Issuer: "Example", Store: &totp.MemoryStore{}}
			tt.change(&c)
			v, err := totp.New(c)
			if v != nil || err == nil {
				t.Fatalf("New = %v, %v, want an error", v, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestSecretsNeverPrint(t *testing.T) { // A145, A208
	t.Parallel()
	b := newBench(t)
	e, err := b.Enrol("alice")
	if err != nil {
		t.Fatal(err)
	}
	canary := string(e.Secret)
	account := totp.Account{ID: "1", Secret: e.Secret}
	var text strings.Builder
	for _, v := range []any{e, *e, account, &account, e.Secret, []totp.Secret{e.Secret}, b.Verifier} {
		fmt.Fprintf(&text, "%v %+v %#v %s %q %x\n", v, v, v, v, v, v)
		slog.New(slog.NewJSONHandler(&text, nil)).Info("logged", "value", v)
		slog.New(slog.NewTextHandler(&text, nil)).Info("logged", "value", v)
		if encoded, err := json.Marshal(v); err == nil {
			text.Write(encoded)
		}
	}
	if strings.Contains(text.String(), canary) || !strings.Contains(text.String(), "[redacted]") {
		t.Errorf("the secret %s is printed:\n%s", canary, &text)
	}
}

func TestSecretsAreReadAsOthersWriteThem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       totp.Secret
	}{
		{"as it is", "JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXP"},
		{"in lower case", "jbswy3dpehpk3pxp", "JBSWY3DPEHPK3PXP"},
		{"with padding", "MFRGGZDFMZTWQ2LKNM======", "MFRGGZDFMZTWQ2LKNM"},
		{"of RFC 6238", string(secret), secret},
		{"empty", "", ""},
		{"padding only", "====", ""},
		{"short", "JBSWY3DP", ""},
		{"with space", "JBSW Y3DP EHPK 3PXP", ""},
		{"with a line break", "JBSWY3DP\nEHPK3PXP", ""},
		{"with a digit that is none", "JBSWY3DPEHPK3PX1", ""},
		{"with trailing bits", "MFRGGZDFMZTWQ2LKNN", ""},
		{"very long", strings.Repeat("JBSWY3DP", 26), ""},
	} {
		got, err := totp.ParseSecret(tt.text)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: ParseSecret = %q, %v, want %q", tt.name, string(got), err, string(tt.want))
		}
		if err != nil && tt.text != "" && strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: the error holds the secret: %v", tt.name, err)
		}
	}
	if a, b := totp.NewSecret(), totp.NewSecret(); a == b || len(a) != 32 {
		t.Errorf("new secrets are %q and %q, want different ones of 32 characters", string(a), string(b))
	}
}

func FuzzParseSecret(f *testing.F) {
	for _, text := range []string{"", "JBSWY3DPEHPK3PXP", "jbswy3dpehpk3pxp==", "JBSWY3DP\nEHPK3PXP", "MFRGGZDFMZTWQ2LKNN", "ſſſſſſſſſſſſſſſſ"} {
		f.Add(text)
	}
	b := newBench(f)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := totp.ParseSecret(text)
		if (err == nil) != (s != "") {
			t.Fatalf("ParseSecret(%q) = %q, %v", text, string(s), err)
		}
		if err != nil {
			return
		}
		if again, err := totp.ParseSecret(string(s)); again != s || err != nil {
			t.Errorf("ParseSecret(%q) = %q, %v, want the same", string(s), string(again), err)
		}
		if code, err := b.Code(s, time.Unix(0, 0)); len(code) != 6 || err != nil {
			t.Errorf("Code = %q, %v", code, err)
		}
	})
}

func FuzzVerify(f *testing.F) {
	for _, code := range []string{"", "123456", " 123456", "１２３４５６", "12345\x00", "-12345", "1234567"} {
		f.Add(code)
	}
	b := newBench(f)
	f.Fuzz(func(t *testing.T, code string) {
		b.clock.move(time.Hour)
		right := code == b.codeIn(t, 0) || code == b.codeIn(t, -30*time.Second) || code == b.codeIn(t, 30*time.Second)
		if err := b.Verify(t.Context(), b.alice, code); (err == nil) != right {
			t.Errorf("Verify(%q) = %v, want it right: %t", code, err, right)
		}
	})
}
