package token_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"log/slog"
	"maps"
	"math/big"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/token"
)

// check verifies a token as a request does.
func (f *fixture) check(text string) error {
	tok, err := f.access.Verify(text)
	if err != nil {
		return err
	}
	return f.revocations.Check(f.Context(), tok)
}

func (f *fixture) want(what, text string, status int) {
	f.Helper()
	wantStatus(f, what, f.check(text), status)
}

// S133, S152
func TestARevokedTokenIsInvalid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	gone, other := issue(t, f.access).Text, issue(t, f.access).Text
	f.want("before", gone, 200)
	if err := f.revocations.Revoke(t.Context(), verified(t, f.access, gone)); err != nil {
		t.Fatal(err)
	}
	f.want("after", gone, 401)
	f.want("another token of the same account", other, 200)
	err := f.check(gone)
	wantError(t, "the cause", err, token.ErrRevoked)
	wantError(t, "the fault", err, security.ErrInvalidToken)
	if p := problem.From(err); p.Code != "token-invalid" || p.Detail != "Invalid token" {
		t.Errorf("the answer is %q %q", p.Code, p.Detail)
	}
}

// A42, M3: what is good once more in another spelling is revoked, too.
func TestASecondSpellingIsRevokedWithTheFirst(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	c := config(f.clock)
	c.Kinds = []token.Kind{{Name: token.Access, Keys: []token.Key{{Material: key}}}}
	i := newIssuer(t, c)
	f.access = mintOf(t, i, token.Access)
	f.revocations = must(token.NewRevocations(i, token.RevocationConfig{Store: f.store}))(t)

	withID := issue(t, f.access).Text
	nameless := sign(t, key, map[string]any{"typ": "at+jwt"}, jwt.MapClaims{
		"iss": issuerName, "sub": "ann", "aud": "films", "iat": f.clock.now().Unix(), "exp": f.clock.now().Unix() + 60, "user_id": 7, "role": "basic",
	})
	for name, text := range map[string]string{"with jti": withID, "without jti, A44": nameless} {
		flipped := flipS(t, text, key.Params().N)
		f.want(name+" before", text, 200)
		f.want(name+" flipped before: ECDSA allows it", flipped, 200)
		if err := f.revocations.Revoke(t.Context(), verified(t, f.access, text)); err != nil {
			t.Fatal(err)
		}
		f.want(name, text, 401)
		f.want(name+" flipped", flipped, 401)
		last := text[:len(text)-1] + string(text[len(text)-1]^1)
		f.want(name+" with other bits at the end", last, 401)
	}
	f.want("a token that differs in nothing but its header", sign(t, key, map[string]any{"typ": "at+jwt", "kid": "x"}, jwt.MapClaims{
		"iss": issuerName, "sub": "ann", "aud": "films", "jti": verified(t, f.access, withID).ID,
		"iat": f.clock.now().Unix(), "exp": f.clock.now().Unix() + 60, "user_id": 7, "role": "basic",
	}), 401)
}

// sign makes a token that an issuer would not make.
func sign(t *testing.T, key *ecdsa.PrivateKey, header map[string]any, claims jwt.MapClaims) string {
	t.Helper()
	tok := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	maps.Copy(tok.Header, header)
	return must(tok.SignedString(key))(t)
}

// flipS replaces (r,s) by (r,n-s).
func flipS(t *testing.T, text string, n *big.Int) string {
	t.Helper()
	dot := strings.LastIndexByte(text, '.')
	sig := must(base64.RawURLEncoding.DecodeString(text[dot+1:]))(t)
	s := new(big.Int).SetBytes(sig[32:])
	s.Sub(n, s).FillBytes(sig[32:])
	return text[:dot+1] + base64.RawURLEncoding.EncodeToString(sig)
}

// A43
func TestOneIDOfTwoIssuersIsTwoTokens(t *testing.T) {
	t.Parallel()
	now := time.Now()
	one := token.NewStamp("a.b.c", "https://one.example", "1", "ann", now, now)
	other := token.NewStamp("a.b.c", "https://other.example", "1", "ann", now, now)
	if one.Token == other.Token || one.Subject == other.Subject {
		t.Error("issuers share IDs")
	}
	if one.Token == one.Subject || one.Token.IsZero() || !one.Session.IsZero() {
		t.Errorf("the stamp is %+v", one)
	}
	ab, a := token.NewStamp("", "ab", "c", "", now, now), token.NewStamp("", "a", "bc", "", now, now)
	if ab.Token == a.Token {
		t.Error("issuer and jti run into each other")
	}
	zeroes := strings.Repeat("\x00", 8) // no delimiter that a name may hold keeps them apart
	ab, a = token.NewStamp("", "a"+zeroes+"b", "c", "", now, now), token.NewStamp("", "a", "b"+zeroes+"c", "", now, now)
	if ab.Token == a.Token {
		t.Error("issuer and jti run into each other at zeroes")
	}
	if !ab.Subject.IsZero() {
		t.Error("a subject without a name has an ID")
	}
	// A44: what is signed names a token without jti, not its signature.
	x, y, z := token.NewStamp("h.p.s1", "i", "", "", now, now), token.NewStamp("h.p.s2", "i", "", "", now, now), token.NewStamp("h.q.s1", "i", "", "", now, now)
	if x.Token != y.Token || x.Token == z.Token {
		t.Error("the fallback does not go by header and payload")
	}
}

// spy is a store that looks at what it is asked, and does as it is told.
type spy struct {
	token.Store
	token.FamilyStore
	mu    sync.Mutex
	marks []token.Mark
	reads atomic.Int64
	mood  atomic.Pointer[func(context.Context) error]
}

// behave says how the store answers from now on.
func (s *spy) behave(f func(context.Context) error) { s.mood.Store(&f) }

func (s *spy) fail(ctx context.Context) error { return (*s.mood.Load())(ctx) }

func newSpy(f *fixture) *spy {
	s := &spy{Store: f.store, FamilyStore: f.store}
	s.behave(func(context.Context) error { return nil })
	return s
}

func (s *spy) Revoke(ctx context.Context, m token.Mark) (bool, error) {
	s.mu.Lock()
	s.marks = append(s.marks, m)
	s.mu.Unlock()
	if err := s.fail(ctx); err != nil {
		return false, err
	}
	return s.Store.Revoke(ctx, m)
}

func (s *spy) Revoked(ctx context.Context, stamp token.Stamp) (bool, error) {
	s.reads.Add(1)
	if err := s.fail(ctx); err != nil {
		return false, err
	}
	return s.Store.Revoked(ctx, stamp)
}

func (f *fixture) watch(c token.RevocationConfig) *spy {
	f.Helper()
	s := newSpy(f)
	c.Store = s
	f.revocations = must(token.NewRevocations(f.issuer, c))(f)
	return s
}

// A45, S143, S144
func TestAMarkOutlivesItsToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.watch(token.RevocationConfig{})
	issued := issue(t, f.access)
	tok := verified(t, f.access, issued.Text)
	if err := f.revocations.Revoke(t.Context(), tok); err != nil {
		t.Fatal(err)
	}
	if got := s.marks[0].Until.Sub(issued.ExpiresAt); got != 3*time.Minute {
		t.Errorf("the mark ends %v after the token, want the longest leeway of 2 min and a minute", got)
	}
	for range 200 {
		f.clock.advance(10 * time.Second)
		f.want("at "+f.clock.now().String(), issued.Text, 401)
	}
	if marks, _ := f.store.Len(); marks != 1 {
		t.Errorf("%d marks", marks)
	}
	mark(t, f.store, token.Mark{ID: token.ID{tok.Stamp().Token[0]}, Until: f.clock.now()})
	if marks, _ := f.store.Len(); marks != 1 { // the new one took the place of the old one
		t.Errorf("%d marks, although the token is long gone", marks)
	}
	for n, expires := range []time.Time{{}, time.Unix(0, 0)} { // A44
		if err := f.revocations.Revoke(t.Context(), stamped(token.Stamp{Token: idOf(1), Expires: expires})); err != nil {
			t.Fatal(err)
		}
		if left := s.marks[1+n].Until.Sub(f.clock.now()); left < 50*365*24*time.Hour {
			t.Errorf("a token that never expires is remembered for %v", left)
		}
	}
}

// A45: who accepts the tokens of another issuer has a leeway of its own.
func TestAMarkOutlivesTheTokenOfAnotherIssuer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	v := must(security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{"HS256"}, Key: secretOf("partner"), Issuer: "https://partner.example", AnyAudience: true,
		Leeway: 2 * time.Minute, Clock: f.clock.now,
	}))(t)
	expires := f.clock.now().Add(time.Minute).Truncate(time.Second)
	text := must(jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": v.Issuer(), "jti": "1", "exp": expires.Unix()}).SignedString(secretOf("partner")))(t)
	stamp := stamped(token.NewStamp(text, v.Issuer(), "1", "", time.Time{}, expires))
	if err := f.revocations.Revoke(t.Context(), stamp); err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for ; v.Verify(text, nil) == nil; f.clock.advance(time.Second) {
		accepted++
		if err := f.revocations.Check(t.Context(), stamp); err == nil {
			t.Fatalf("the token is good again %v after its end", f.clock.now().Sub(expires))
		}
	}
	if accepted < 175 {
		t.Errorf("the verifier accepted the token for %d s", accepted)
	}
}

// stamped is a stamp of somebody else's token.
type stamped token.Stamp

func (s stamped) Stamp() token.Stamp { return token.Stamp(s) }

// S145
func TestForgedTokensCostNoLookUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.watch(token.RevocationConfig{})
	good := issue(t, f.access).Text
	for _, text := range []string{"", "x", "a.b.c", good[:len(good)-4] + "AAAA", issue(t, f.refresh).Text} {
		f.want("forged", text, 401)
	}
	if n := s.reads.Load(); n != 0 {
		t.Errorf("%d look-ups for tokens that nobody signed", n)
	}
	f.want("good", good, 200)
	if n := s.reads.Load(); n != 1 {
		t.Errorf("%d look-ups for one token", n)
	}
}

// S146, S159, S161, A215
func TestAFailingStoreCloses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		fail func(context.Context) error
		most time.Duration
	}{
		{"it says so", func(context.Context) error { return errors.New("connection refused") }, 100 * time.Millisecond},
		{"it waits for the context", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, time.Second},
		{"it hangs", func(context.Context) error { select {} }, time.Second},
		{"it panics", func(context.Context) error { panic("canary") }, 100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			text := issue(t, f.access).Text
			s := f.watch(token.RevocationConfig{})
			s.behave(tt.fail)
			begin := time.Now()
			err := f.check(text)
			if took := time.Since(begin); took > tt.most {
				t.Errorf("the check took %v", took)
			}
			wantStatus(t, "check", err, 503)
			if got := problem.From(err).Header().Get("Retry-After"); got != "1" {
				t.Errorf("Retry-After: %q", got)
			}
			if strings.Contains(problem.From(err).Detail, "refused") {
				t.Error("the client is told the cause") // A205
			}
			tok := verified(t, f.access, text)
			wantStatus(t, "logout", f.revocations.Logout(t.Context(), tok), 503)
			wantStatus(t, "spend", f.revocations.Spend(t.Context(), tok), 503)
			wantStatus(t, "session", f.revocations.RevokeSession(t.Context(), "s"), 503)
			_, err = f.revocations.RevokeSubject(t.Context(), "ann")
			wantStatus(t, "subject", err, 503)
			s.behave(func(context.Context) error { return nil })
			f.want("when the store is back", text, 200)
		})
	}
}

// S146: open is possible, is called dangerous, and is logged.
func TestAFailingStoreMayOpenWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var log strings.Builder
	issued := issue(t, f.access)
	s := f.watch(token.RevocationConfig{DangerouslyAcceptWhenStoreFails: true, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	s.behave(func(context.Context) error { return errors.New("connection refused") })
	f.want("while the store fails", issued.Text, 200)
	if !strings.Contains(log.String(), "connection refused") || !strings.Contains(log.String(), "WARN") {
		t.Errorf("the log says %q", log.String())
	}
	for _, secret := range []string{issued.Text, issued.ID} { // S160
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log shows %q", secret)
		}
	}
	tok := verified(t, f.access, issued.Text)
	wantStatus(t, "logout", f.revocations.Logout(t.Context(), tok), 503)
	s.behave(func(context.Context) error { return nil })
	if err := f.revocations.Revoke(t.Context(), tok); err != nil {
		t.Fatal(err)
	}
	f.want("when the store is back", issued.Text, 401)
}

// A215: a store that hangs takes a bounded number of goroutines, and then nothing.
func TestAHangingStoreIsLeftAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.watch(token.RevocationConfig{})
	release := make(chan struct{})
	s.behave(func(context.Context) error { <-release; return nil })
	tok := verified(t, f.access, issue(t, f.access).Text)
	var all sync.WaitGroup
	for range deadline.Calls + 100 {
		all.Go(func() { wantStatus(t, "while it hangs", f.revocations.Check(t.Context(), tok), 503) })
	}
	all.Wait()
	if n := s.reads.Load(); n > deadline.Calls {
		t.Errorf("%d calls at once", n)
	}
	begin := time.Now()
	wantStatus(t, "when the gate is full", f.revocations.Check(t.Context(), tok), 503)
	if took := time.Since(begin); took >= deadline.Limit {
		t.Errorf("a full gate took %v to say so", took)
	}
	close(release)
	for end := time.Now().Add(5 * time.Second); f.revocations.Check(t.Context(), tok) != nil; {
		if time.Now().After(end) {
			t.Fatal("the gate did not open again")
		}
	}
}

// A204: a client that goes away does not keep its token alive.
func TestALogoutGoesOnWithoutTheClient(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.watch(token.RevocationConfig{})
	s.behave(func(ctx context.Context) error { return ctx.Err() })
	text := issue(t, f.access).Text
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.revocations.Logout(ctx, verified(t, f.access, text)); err != nil {
		t.Errorf("logout: %v", err)
	}
	f.want("afterwards", text, 401)
}

// S123, S124: for the first who comes.
func TestASingleUseTokenServesOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mail := mintOf(t, f.issuer, token.Email)
	tok := verified(t, mail, issue(t, mail).Text)
	var served atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if f.revocations.Spend(t.Context(), tok) == nil {
				served.Add(1)
			}
		})
	}
	all.Wait()
	if served.Load() != 1 {
		t.Errorf("the token served %d times", served.Load())
	}
	err := f.revocations.Spend(t.Context(), tok)
	wantStatus(t, "once more", err, 401)
	other := verified(t, mail, issue(t, mail).Text)
	if _, err := f.revocations.RevokeSubject(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, "after everything was revoked", f.revocations.Spend(t.Context(), other), 401)
}

// A149, A160: log out everywhere.
func TestRevokingASubjectEndsWhatItHad(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	had := issue(t, f.access).Text
	refresh := issue(t, f.refresh, token.TTL(90*24*time.Hour)).Text
	bob := must(f.access.Issue("bob", ann))(t).Text
	began := f.clock.now()
	f.clock.advance(200 * time.Millisecond) // the same second
	since := must(f.revocations.RevokeSubject(t.Context(), "ann"))(t)
	f.want("a token from before", had, 401)
	f.want("somebody else's token", bob, 200)
	f.want("a token that was on its way", issue(t, f.access, token.At(began)).Text, 401)
	if _, err := f.access.Issue("ann", ann, token.At(since)); err == nil {
		t.Error("a token was issued ahead of its time, which another RevokeSubject in this second would not cover")
	}
	again := must(f.revocations.RevokeSubject(t.Context(), "ann"))(t)
	f.clock.advance(again.Sub(f.clock.now()))
	f.want("a token of a login that came after", issue(t, f.access, token.At(since)).Text, 200)
	f.clock.advance(time.Second)
	f.want("a token of the next second", issue(t, f.access).Text, 200)
	for range 92 {
		f.clock.advance(24 * time.Hour)
		if tok, err := f.refresh.Verify(refresh); err == nil {
			wantStatus(t, "a refresh token from before", f.revocations.Check(t.Context(), tok), 401)
		}
	}
	_, err := f.revocations.RevokeSubject(t.Context(), "")
	wantStatus(t, "nobody", err, 500)
	wantStatus(t, "no session", f.revocations.RevokeSession(t.Context(), ""), 500)
}

// S154: the session goes, other sessions stay.
func TestLogoutEndsTheSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tv, phone := must(f.rotation.Begin(t.Context(), "ann", ann))(t), must(f.rotation.Begin(t.Context(), "ann", ann))(t)
	tvAccess, tvSecond := issue(t, f.access, token.Beside(tv)).Text, issue(t, f.access, token.Beside(tv)).Text
	phoneAccess := issue(t, f.access, token.Beside(phone)).Text
	if err := f.revocations.Logout(t.Context(), verified(t, f.access, tvAccess)); err != nil {
		t.Fatal(err)
	}
	f.want("the token", tvAccess, 401)
	f.want("its sibling", tvSecond, 401)
	_, _, err := f.rotation.Rotate(t.Context(), tv.Text)
	wantStatus(t, "its refresh token", err, 401)
	f.want("another session", phoneAccess, 200)
	_, _, err = f.rotation.Rotate(t.Context(), phone.Text)
	wantStatus(t, "its refresh token", err, 200)
}

func TestRevocationsNeedAStore(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := token.NewRevocations(f.issuer, token.RevocationConfig{}); err == nil {
		t.Error("no store, no mistake")
	}
	if _, err := token.NewRevocations(nil, token.RevocationConfig{Store: f.store}); err == nil {
		t.Error("no issuer, no mistake")
	}
	for name, make := range map[string]func(){
		"NotRevoked": func() { token.NotRevoked[*token.Token[Claims]](nil) },
		"Logout":     func() { token.Logout[*token.Token[Claims]](nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s(nil) does not panic", name)
				}
			}()
			make()
		}()
	}
}
