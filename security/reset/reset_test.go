package reset_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/reset"
)

// A148, S248: a token serves once, for an hour, for whom it was sent.
func TestATokenServesOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*testing.T, *reset.Config)
	}{
		{"the tokens are in memory", func(*testing.T, *reset.Config) {}},
		{"the tokens are in a file", func(t *testing.T, c *reset.Config) { t.Helper(); c.Store = newLog(t, c.Clock) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(c *reset.Config) { tt.change(t, c) })
			m := f.request("ada@example.com")
			if m.To != "ada@example.com" || m.Subject != "ada" || len(m.Token) != 43 || m.Expires.Sub(f.clock.now()) != time.Hour {
				t.Errorf("the message is %+v", m)
			}
			if want := "https://app.example/reset#token=" + string(m.Token); m.Link() != want {
				t.Errorf("the link is %q", m.Link())
			}
			other := f.request("bob@example.com")
			if got := f.redeem(m.Token, "new"); got != 200 || f.password("ada") != "new" || f.password("bob") != nil {
				t.Errorf("redeeming: %d", got)
			}
			if got := f.redeem(m.Token, "newer"); got != 401 || f.password("ada") != "new" {
				t.Errorf("redeeming again: %d", got)
			}
			f.clock.advance(time.Hour)
			if got := f.redeem(other.Token, "late"); got != 401 || f.password("bob") != nil {
				t.Errorf("redeeming too late: %d", got)
			}
		})
	}
}

func TestOnlyWhatWasSentIsAToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	good := string(f.request("ada@example.com").Token)
	for name, token := range map[string]string{
		"nothing": "", "a guess": strings.Repeat("A", 43), "a part": good[:42], "more": good + "A",
		"a line break": good[:20] + "\n" + good[20:], "padding": good + "=",
	} {
		if got := f.redeem(reset.Token(token), "new"); got != 401 {
			t.Errorf("%s: %d", name, got)
		}
	}
	if f.password("ada") != nil || f.ends("ada") != 0 {
		t.Error("a wrong token had an effect")
	}
	if got := f.redeem(reset.Token(good), "new"); got != 200 {
		t.Errorf("the token itself: %d", got)
	}
}

func TestANewTokenVoidsThoseBefore(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.request("bob@example.com")
	one, two := f.request("ada@example.com"), f.request("ada@example.com")
	if got := f.redeem(one.Token, "one"); got != 401 {
		t.Errorf("the first token: %d", got)
	}
	if got := f.redeem(two.Token, "two"); got != 200 {
		t.Errorf("the second token: %d", got)
	}
	three := f.request("ada@example.com")
	if err := f.resets.Void(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if got := f.redeem(three.Token, "three"); got != 401 {
		t.Errorf("a void token: %d", got)
	}
	if got := f.redeem(bob.Token, "bob"); got != 200 {
		t.Errorf("the token of somebody else: %d", got)
	}
}

// A148: of many who redeem one token at once, one succeeds.
func TestATokenIsRedeemedByOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *reset.Config) { c.Store = newLog(t, c.Clock) })
	m := f.request("ada@example.com")
	var good atomic.Int32
	var all sync.WaitGroup
	for n := range 30 {
		all.Go(func() {
			switch got := f.redeem(m.Token, fmt.Sprint(n)); got {
			case 200:
				good.Add(1)
			case 401:
			default:
				t.Errorf("%d", got)
			}
		})
	}
	all.Wait()
	if good.Load() != 1 {
		t.Errorf("%d redeemed the token", good.Load())
	}
}

func TestATokenForOnePurposeIsNoneForAnother(t *testing.T) {
	t.Parallel()
	store := reset.NewMemory(newClock().now)
	passwords := newFixture(t, func(c *reset.Config) { c.Store = store })
	addresses := newFixture(t, func(c *reset.Config) { c.Store, c.Purpose, c.Enders = store, reset.EmailConfirmation, nil })
	p, a := passwords.request("ada@example.com"), addresses.request("ada@example.com")
	if got := passwords.redeem(a.Token, "new"); got != 401 {
		t.Errorf("a confirmation sets a password: %d", got)
	}
	if got := addresses.redeem(p.Token, ""); got != 401 {
		t.Errorf("a reset confirms an address: %d", got)
	}
	var confirmed string
	err := addresses.resets.Redeem(t.Context(), string(a.Token), func(_ context.Context, t reset.Ticket) error { confirmed = t.Address; return nil })
	if err != nil || confirmed != "ada@example.com" {
		t.Errorf("the confirmation: %v %q", err, confirmed)
	}
	if got := passwords.redeem(p.Token, "new"); got != 200 {
		t.Errorf("the reset: %d", got)
	}
}

// A149: everything that was open ends, before the change and after it.
func TestARedeemedTokenEndsWhatWasOpen(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	m := f.request("ada@example.com")
	err := f.resets.Redeem(f.ctx, string(m.Token), func(context.Context, reset.Ticket) error {
		if f.ends("ada") != 1 {
			t.Errorf("before the change the sessions were ended %d times", f.ends("ada"))
		}
		return nil
	})
	if err != nil || f.ends("ada") != 2 || f.ends("bob") != 0 {
		t.Errorf("%v; ended %d and %d times", err, f.ends("ada"), f.ends("bob"))
	}
}

// A136: what is wrong with a new password is told without using up the token.
func TestChecksComeBeforeTheTokenIsUsed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	m := f.request("ada@example.com")
	personal := func(_ context.Context, t reset.Ticket) error {
		return new(password.Policy).Check("lovelace-"+t.Subject+"-lovelace", t.Subject)
	}
	change := func(context.Context, reset.Ticket) error { f.passwords.Store("ada", "new"); return nil }
	if err := f.resets.Redeem(f.ctx, string(m.Token), change, personal); status(err) != 422 || f.password("ada") != nil || f.ends("ada") != 0 {
		t.Errorf("a password with the name: %v", err)
	}
	if err := f.resets.Redeem(f.ctx, strings.Repeat("A", 43), change, personal); status(err) != 401 {
		t.Errorf("a check was asked about a guess: %v", err)
	}
	if got := f.redeem(m.Token, "new"); got != 200 {
		t.Errorf("another password: %d", got)
	}
}

func TestWhatCannotBeEndedIsA503AndTheTokenIsStillGood(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	m := f.request("ada@example.com")
	f.endFails.Store(true)
	if got := f.redeem(m.Token, "new"); got != 503 || f.password("ada") != nil {
		t.Errorf("while sessions cannot be ended: %d", got)
	}
	f.endFails.Store(false)
	if got := f.redeem(m.Token, "new"); got != 200 {
		t.Errorf("afterwards: %d", got)
	}
}

// A133: nothing about an account is looked at before the answer.
func TestAnswersDoNotWaitForTheAccount(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	f := newFixture(t, func(c *reset.Config) {
		find := c.Find
		c.Find = func(ctx context.Context, address string) (string, error) { <-release; return find(ctx, address) }
	})
	for range 50 { // far more than work at a time
		for _, address := range []string{"ada@example.com", "nobody@example.com", "", strings.Repeat("a", 5000)} {
			if err := f.resets.Request(f.ctx, address); err != nil {
				t.Errorf("%.20q: %v", address, err)
			}
		}
	}
	close(release)
	if err := f.resets.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(f.mail); n != 50 {
		t.Errorf("%d messages were sent, want 50", n)
	}
	if err := f.resets.Request(f.ctx, "ada@example.com"); status(err) != 503 {
		t.Errorf("after closing: %v", err)
	}
}

func TestTooManyRequestsAreRefused(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	f := newFixture(t, func(c *reset.Config) {
		c.Find = func(context.Context, string) (string, error) { <-release; return "", nil }
		c.Allow = func(_ context.Context, address string) error {
			if address == "eager@example.com" {
				return problem.New(429, problem.CodeRateLimited, "")
			}
			return nil
		}
	})
	if err := f.resets.Request(f.ctx, "eager@example.com"); status(err) != 429 {
		t.Errorf("whoever may not: %v", err)
	}
	refused := 0
	for range 2000 {
		switch got := status(f.resets.Request(f.ctx, "nobody@example.com")); got {
		case 200:
		case 503:
			refused++
		default:
			t.Errorf("%d", got)
		}
	}
	close(release)
	if refused < 900 || refused > 980 {
		t.Errorf("%d of 2000 were refused", refused)
	}
}

// A148, A208: the token is in the mail and nowhere else.
func TestTheTokenIsNeverLogged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "resets.log")
	store := must(reset.OpenLog(path, nil))(t)
	var sent []reset.Message
	var mu sync.Mutex
	f := newFixture(t, func(c *reset.Config) {
		c.Store, c.Clock = store, time.Now
		c.Send = func(_ context.Context, m reset.Message) error {
			mu.Lock()
			defer mu.Unlock()
			sent = append(sent, m)
			if len(sent) == 2 {
				panic("cannot send " + m.Link())
			}
			return errors.New("refused: " + m.Link() + " to " + m.To)
		}
	})
	for range 3 {
		if err := f.resets.Request(f.ctx, "ada@example.com"); err != nil {
			t.Error(err)
		}
	}
	if err := f.resets.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.redeem(sent[0].Token, "x")
	f.redeem(sent[len(sent)-1].Token, "x")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	written := f.log.String() + string(must(os.ReadFile(path))(t)) + fmt.Sprintf("%+v", f.watch.all)
	for _, m := range sent {
		written += fmt.Sprintf("%v %+v %#v %s %q %x", m, m, m, m.Token, m.Token, m.Token)
		text, _ := m.Token.MarshalText()
		written += string(text) + m.Token.LogValue().String()
	}
	for _, m := range sent {
		if len(m.Token) != 43 || strings.Contains(written, string(m.Token)) {
			t.Errorf("a token was written")
		}
	}
	if len(sent) != 3 || strings.Count(f.log.String(), "#token=[redacted]") != 3 {
		t.Errorf("%d were sent, and the log says %s", len(sent), f.log)
	}
}

func TestWhatHappensIsReported(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	m := f.request("ada@example.com")
	f.redeem(m.Token, "new")
	if want := (security.Event{Kind: security.EventResetRedeemed, Outcome: security.Succeeded, Subject: "ada"}); !f.watch.saw(want) {
		t.Errorf("no event %+v", want)
	}
	f.redeem(m.Token, "new")
	if want := (security.Event{Kind: security.EventResetRedeemed, Outcome: security.Refused, Reason: "token-invalid"}); !f.watch.saw(want) {
		t.Errorf("no event %+v", want)
	}
	if err := errors.Join(f.resets.Request(f.ctx, "nobody@example.com"), f.resets.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if want := (security.Event{Kind: security.EventResetRequested, Outcome: security.Refused, Reason: "unknown-account"}); !f.watch.saw(want) {
		t.Errorf("no event %+v", want)
	}
}

func TestMistakesOfAConfigAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := reset.New(reset.Config{Lifetime: 8 * 24 * time.Hour, Purpose: strings.Repeat("p", 65), Link: "http://app.example/reset"})
	for _, text := range []string{"Store is nil", "Find is nil", "Send is nil", "Lifetime is", "Purpose has", "Link is no"} {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want %q in it", err, text)
		}
	}
	if _, err := reset.New(reset.Config{}); err == nil || !strings.Contains(err.Error(), "Enders is empty") {
		t.Errorf("without enders: %v", err)
	}
	for _, link := range []string{"app.example/reset", "https:///reset", "https://app.example/#reset", "https://a:b@app.example/", "javascript:alert(1)", "%"} {
		if _, err := reset.New(reset.Config{Link: link}); err == nil || !strings.Contains(err.Error(), "Link is no") {
			t.Errorf("%s: %v", link, err)
		}
	}
}

// hanging is a store that does not answer.
type hanging struct{ reset.Store }

func (hanging) Look(ctx context.Context, _ reset.ID) (reset.Ticket, bool, error) {
	<-ctx.Done()
	return reset.Ticket{}, false, ctx.Err()
}

func TestAStoreThatHangsIsA503(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *reset.Config) { c.Store = hanging{c.Store} })
	m := f.request("ada@example.com")
	begin := time.Now()
	if got := f.redeem(m.Token, "new"); got != 503 || time.Since(begin) > 2*time.Second {
		t.Errorf("%d after %v", got, time.Since(begin))
	}
}

// Of two requests with one token the one whose check takes longer ends nothing, when
// the other has been through.
func TestWhoIsTooLateEndsNothing(t *testing.T) { // A148
	t.Parallel()
	f := newFixture(t)
	token := string(f.request("ada@example.com").Token)
	nothing := func(context.Context, reset.Ticket) error { return nil }
	var ended int32
	slow := func(ctx context.Context, _ reset.Ticket) error {
		if err := f.resets.Redeem(ctx, token, nothing); err != nil {
			t.Errorf("the first: %v", err)
		}
		ended = f.ends("ada")
		return nil
	}
	if err := f.resets.Redeem(t.Context(), token, nothing, slow); !errors.Is(err, reset.ErrUsed) {
		t.Errorf("the second: %v", err)
	}
	if got := f.ends("ada"); ended == 0 || got != ended {
		t.Errorf("the first ended everything %d times, the second %d times", ended, got-ended)
	}
}
