package token_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security/token"
)

func (f *fixture) begin() token.Issued {
	f.Helper()
	return must(f.rotation.Begin(f.Context(), "ann", ann))(f)
}

func (f *fixture) rotate(text string) token.Issued {
	f.Helper()
	_, next, err := f.rotation.Rotate(f.Context(), text)
	return must(next, err)(f)
}

// refuse expects the 401 of a refresh token, for a reason.
func (f *fixture) refuse(what, text string, reason error) {
	f.Helper()
	old, next, err := f.rotation.Rotate(f.Context(), text)
	wantStatus(f, what, err, 401)
	if p := problem.From(err); p == nil || p.Detail != "Invalid refresh token" || p.Code != "token-invalid" {
		f.Errorf("%s: the answer is %+v", what, p)
	}
	if reason != nil {
		wantError(f, what, err, reason)
	}
	if old != nil || next.Text != "" {
		f.Errorf("%s: tokens beside the error", what)
	}
}

func (f *fixture) useRotation(c token.RotationConfig) {
	f.Helper()
	if c.Families == nil {
		c.Families = f.store
	}
	f.rotation = must(token.NewRotation(f.refresh, f.revocations, c))(f)
}

// S121, S134, S147, S148, S247
func TestARefreshTokenIsExchangedForItsSuccessor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.begin()
	f.clock.advance(time.Hour)
	old, second, err := f.rotation.Rotate(t.Context(), first.Text)
	if err != nil {
		t.Fatal(err)
	}
	if old.Subject != "ann" || old.Claims.UserID != 7 || old.Session != first.Session || second.Session != first.Session {
		t.Errorf("the successor of %+v", old)
	}
	if second.ID == first.ID || second.Text == first.Text {
		t.Error("the successor is the same token")
	}
	access := issue(t, f.access, token.Beside(second))
	f.want("its access token", access.Text, 200)
	f.refuse("an access token", access.Text, nil)
	f.refuse("nonsense", "x", nil)
	f.refuse("nothing", "", nil)
	f.refuse("a refresh token of no session", issue(t, f.refresh).Text, nil)
	f.refuse("a refresh token of a session that nobody began", issue(t, f.refresh, token.Session("made-up")).Text, nil)
	if _, err := f.access.Verify(second.Text); status(err) != 401 {
		t.Errorf("a refresh token at an access operation: %v", err)
	}
	f.rotate(second.Text)
}

// S122: the store holds nothing that opens anything.
func TestTheFamilyHoldsNoToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	path := logPath(t)
	l := newLog(t, path, f.clock.now)
	f.useRotation(token.RotationConfig{Families: l})
	first := f.begin()
	second := f.rotate(first.Text)
	text := string(readFile(t, path))
	if !strings.Contains(text, second.ID) {
		t.Error("the family does not know its token")
	}
	for _, secret := range append(strings.Split(first.Text, "."), strings.Split(second.Text, ".")...) {
		if strings.Contains(text, secret) {
			t.Errorf("the file holds %q", secret)
		}
	}
}

// A150
func TestReuseEndsTheSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var log strings.Builder
	f.useRotation(token.RotationConfig{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	first, other := f.begin(), f.begin()
	second := f.rotate(first.Text)
	third := f.rotate(second.Text)
	access := issue(t, f.access, token.Beside(third)).Text
	f.clock.advance(10 * time.Second)
	f.want("an access token before", access, 200)
	f.refuse("the first token once more", first.Text, token.ErrReused)
	f.refuse("its successor", second.Text, nil)
	f.refuse("the token that was good", third.Text, nil)
	f.want("an access token of the session", access, 401)
	f.rotate(other.Text)
	if !strings.Contains(log.String(), "refresh token reused") {
		t.Errorf("the log says %q", log.String())
	}
	for _, secret := range []string{first.Text, first.ID, third.ID, "ann"} { // A208
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log shows %q: %s", secret, log.String())
		}
	}
}

// A151: within the grace period both callers get one successor.
func TestTwoAtOnceGetOneSuccessor(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s stores, c *clock) {
		f := newFixture(t)
		f.clock = c
		i := newIssuer(t, config(c))
		f.access, f.refresh = mintOf(t, i, token.Access), mintOf(t, i, token.Refresh)
		f.revocations = must(token.NewRevocations(i, token.RevocationConfig{Store: s}))(t)
		f.useRotation(token.RotationConfig{Families: s})
		current := f.begin()
		for range 5 {
			var mu sync.Mutex
			var all sync.WaitGroup
			ids := map[string]string{}
			for range 16 {
				all.Go(func() {
					_, next, err := f.rotation.Rotate(t.Context(), current.Text)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					ids[next.ID] = next.Text
				})
			}
			all.Wait()
			if len(ids) != 1 {
				t.Fatalf("%d successors", len(ids))
			}
			for id, text := range ids {
				current = token.Issued{ID: id, Text: text}
			}
		}
		f.clock.advance(9 * time.Second)
		f.rotate(current.Text)
	})
}

// A151: outside of it, A150.
func TestTheGracePeriodEnds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		grace time.Duration
		after time.Duration
		ok    bool
	}{
		{"the default, in time", 0, 9999 * time.Millisecond, true},
		{"the default, too late", 0, 10 * time.Second, false},
		{"one's own, in time", 30 * time.Second, 29 * time.Second, true},
		{"one's own, too late", 30 * time.Second, 30 * time.Second, false},
		{"none, at once", token.NoGrace, 0, false},
	} {
		f := newFixture(t)
		f.useRotation(token.RotationConfig{Grace: tt.grace, Logger: slog.New(slog.DiscardHandler)})
		first := f.begin()
		second := f.rotate(first.Text)
		f.clock.advance(tt.after)
		_, again, err := f.rotation.Rotate(t.Context(), first.Text)
		if (err == nil) != tt.ok || tt.ok && again.ID != second.ID {
			t.Errorf("%s: %v", tt.name, err)
		}
		_, _, err = f.rotation.Rotate(t.Context(), second.Text)
		if (err == nil) != tt.ok {
			t.Errorf("%s: the successor: %v", tt.name, err)
		}
	}
}

// A152
func TestASessionEndsByIdlenessAndByAge(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	f := newFixture(t)
	f.useRotation(token.RotationConfig{Absolute: 40 * day})
	idle := f.begin()
	f.clock.advance(30*day + time.Minute)
	f.refuse("after 30 days of idleness", idle.Text, nil)

	current := f.begin()
	ends := f.clock.now().Add(40 * day)
	for range 39 {
		f.clock.advance(day)
		current = f.rotate(current.Text)
		if current.ExpiresAt.After(ends) {
			t.Fatalf("a token until %v in a session until %v", current.ExpiresAt, ends)
		}
	}
	f.clock.advance(day - 500*time.Millisecond)
	f.refuse("after 40 days of use", current.Text, nil)
	f.clock.advance(time.Minute)
	f.refuse("later", current.Text, nil)
}

// A153: claims are carried, never widened.
func TestTheSuccessorHasTheSameClaims(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	narrow := Claims{UserID: 7, Role: "basic", Scopes: []string{"films:read"}}
	first := must(f.rotation.Begin(t.Context(), "ann", narrow))(t)
	tok := verified(t, f.refresh, f.rotate(first.Text).Text)
	if got := tok.Claims; got.Role != "basic" || len(got.Scopes) != 1 || !got.Scopes.Has("films:read") || tok.Subject != "ann" {
		t.Errorf("the successor says %+v", got)
	}
}

// Claims that repeat the registered ones, to read them, are exchanged like others.
func TestClaimsMayRepeatTheRegisteredOnes(t *testing.T) {
	t.Parallel()
	type embedding struct {
		jwt.RegisteredClaims
		Role string `json:"role"`
	}
	f := newFixture(t)
	refresh := must(token.For[embedding](f.issuer, token.Refresh))(t)
	rotation := must(token.NewRotation(refresh, f.revocations, token.RotationConfig{Families: f.store}))(t)
	first := must(rotation.Begin(t.Context(), "ann", embedding{Role: "basic"}))(t)
	old, second, err := rotation.Rotate(t.Context(), first.Text)
	if err != nil || old.Claims.Subject != "ann" || old.Claims.ID != first.ID {
		t.Fatalf("Rotate: %+v, %v", old, err)
	}
	tok := must(refresh.Verify(second.Text))(t)
	if tok.Claims.ID != second.ID || tok.Claims.Role != "basic" || tok.Claims.Subject != "ann" {
		t.Errorf("the successor says %+v", tok.Claims)
	}
}

// A149: a new password ends refresh tokens, those that are on their way included.
func TestRevokingASubjectEndsItsSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.begin()
	s := &interrupted{FamilyStore: f.store}
	f.useRotation(token.RotationConfig{Families: s})
	s.before = func() { // between the check and the exchange
		f.clock.advance(200 * time.Millisecond)
		must(f.revocations.RevokeSubject(t.Context(), "ann"))(t)
		f.clock.advance(5 * time.Second)
	}
	second := f.rotate(first.Text)
	s.before = func() {}
	f.refuse("the token that came out", second.Text, token.ErrRevoked)
	f.want("its access token", issue(t, f.access, token.Beside(second)).Text, 401)
}

// interrupted lets something happen between reading and writing.
type interrupted struct {
	token.FamilyStore
	before func()
}

func (s *interrupted) SwapFamily(ctx context.Context, id token.ID, was uint64, next token.Family) (bool, error) {
	s.before()
	return s.FamilyStore.SwapFamily(ctx, id, was, next)
}

func TestEndEndsTheSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.begin()
	access := issue(t, f.access, token.Beside(first)).Text
	if err := f.rotation.End(t.Context(), first.Session); err != nil {
		t.Fatal(err)
	}
	f.refuse("its refresh token", first.Text, token.ErrRevoked)
	f.want("its access token", access, 401)
}

// failing is a family store that is down, or contended without end.
type failing struct {
	token.FamilyStore
	err error
}

func (s failing) Family(ctx context.Context, id token.ID) (token.Family, error) {
	if s.err != nil {
		return token.Family{}, s.err
	}
	return s.FamilyStore.Family(ctx, id)
}

func (s failing) SwapFamily(context.Context, token.ID, uint64, token.Family) (bool, error) {
	return false, s.err
}

// A215: closed, even where revocation is open.
func TestRotationCloses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.watch(token.RevocationConfig{DangerouslyAcceptWhenStoreFails: true, Logger: slog.New(slog.DiscardHandler)})
	f.useRotation(token.RotationConfig{Logger: slog.New(slog.DiscardHandler)})
	first := f.begin()
	second := f.rotate(first.Text)
	f.clock.advance(time.Minute)
	down := errors.New("connection refused")
	s.behave(func(context.Context) error { return down })
	_, _, err := f.rotation.Rotate(t.Context(), second.Text)
	wantStatus(t, "without revocation", err, 503)
	s.behave(func(context.Context) error { return nil })
	for name, families := range map[string]token.FamilyStore{"down": failing{f.store, down}, "contended": failing{f.store, nil}} {
		f.useRotation(token.RotationConfig{Families: families})
		_, _, err = f.rotation.Rotate(t.Context(), second.Text)
		wantStatus(t, "exchange, families "+name, err, 503)
		_, err = f.rotation.Begin(t.Context(), "ann", ann)
		wantStatus(t, "begin, families "+name, err, 503)
	}
	f.useRotation(token.RotationConfig{})
	f.rotate(second.Text) // nothing was used up
}

func TestRotationMistakesAreToldTogether(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := newIssuer(t, config(f.clock))
	foreign := must(token.NewRevocations(other, token.RevocationConfig{Store: f.store}))(t)
	r, err := token.NewRotation(f.refresh, foreign, token.RotationConfig{Grace: time.Hour, Absolute: time.Hour})
	if r != nil || err == nil {
		t.Fatalf("NewRotation: %v, %v", r, err)
	}
	for _, want := range []string{"different issuers", "Families is nil", "Grace is 1h0m0s", "Absolute is 1h0m0s"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("NewRotation: %v\nlacks %q", err, want)
		}
	}
	if _, err := token.NewRotation[Claims](nil, nil, token.RotationConfig{}); err == nil {
		t.Error("nothing at all, no mistake")
	}
	if _, err := f.rotation.Begin(t.Context(), "", ann); status(err) != 500 {
		t.Errorf("a session of nobody: %v", err)
	}
}

// A154: a refresh token that is bound to a client serves nobody else, and is not used
// up by whoever tries.
func TestARefreshTokenServesItsClientAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	errForeign := errors.New("another client")
	heldBy := func(user int64) func(*token.Token[Claims]) error {
		return func(held *token.Token[Claims]) error {
			if held.Claims.UserID != user {
				return errForeign
			}
			return nil
		}
	}
	first := f.begin()
	for range 3 {
		old, next, err := f.rotation.Rotate(t.Context(), first.Text, heldBy(ann.UserID), heldBy(ann.UserID+1))
		wantStatus(t, "a thief", err, 401)
		wantError(t, "a thief", err, errForeign)
		if old != nil || next.Text != "" || problem.From(err).Detail != "Invalid refresh token" {
			t.Errorf("a thief gets %v, %v", next, err)
		}
		f.clock.advance(time.Minute)
	}
	_, second, err := f.rotation.Rotate(t.Context(), first.Text, heldBy(ann.UserID))
	if err != nil {
		t.Fatal(err)
	}
	f.clock.advance(time.Minute)
	_, _, err = f.rotation.Rotate(t.Context(), second.Text, heldBy(ann.UserID+1))
	wantStatus(t, "a thief of the successor", err, 401)
	if _, _, err := f.rotation.Rotate(t.Context(), second.Text, heldBy(ann.UserID)); err != nil {
		t.Error(err)
	}
}
