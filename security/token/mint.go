package token

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/security"
)

// A Mint makes and accepts the tokens of one kind, whose claims besides the
// registered ones are a C. [For] makes it. It is safe for concurrent use.
type Mint[C any] struct {
	issuer   *Issuer
	kind     *kind
	required []string // members that its tokens must hold
	repeated [][]int  // fields of C that repeat registered claims
}

// Issued is a new token. It prints without its text.
type Issued struct {
	Text      string        // what the client gets
	ID        string        // the claim jti
	Session   string        // the claim sid; empty: none
	IssuedAt  time.Time     // the claim iat
	ExpiresAt time.Time     // the claim exp
	Lifetime  time.Duration // for expires_in; whole seconds
}

// String returns the ID and the end.
func (i Issued) String() string {
	return fmt.Sprintf("token until %s", i.ExpiresAt.UTC().Format(time.RFC3339))
}

// Format writes what String returns for every verb.
func (i Issued) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, i.String()) }

// LogValue returns what String returns.
func (i Issued) LogValue() slog.Value { return slog.StringValue(i.String()) }

// An IssueOption changes one token.
type IssueOption func(*order)

// order is what is asked for.
type order struct {
	ttl     time.Duration
	id      string
	session string
	at      time.Time // zero: now
}

// TTL makes a token serve for d, in place of the kind's own lifetime: whole seconds,
// at least one and at most the kind's MaxLifetime. Anything else is an error of
// Issue.
func TTL(d time.Duration) IssueOption { return func(o *order) { o.ttl = d } }

// Session sets the claim sid: the tokens of one session end together when it is
// revoked. See [Rotation.Begin], which starts one.
func Session(id string) IssueOption { return func(o *order) { o.session = id } }

// At makes the token one that was issued at t, at most a minute ago. Take the time
// before you look whether somebody may have a token, so that whatever revokes it
// meanwhile covers the new one, too. Any other time is an error of Issue, one that is
// yet to come above all: what revokes the token until then would not cover it.
func At(t time.Time) IssueOption { return func(o *order) { o.at = t } }

// Beside makes an access token that goes with a refresh token: of the same session
// and issued at the same time, so that both are revoked together.
func Beside(refresh Issued) IssueOption {
	return func(o *order) { o.session, o.at = refresh.Session, refresh.IssuedAt }
}

// Issue makes a token about subject, the stable name of an account. Its ID is
// random, 128 bits and more.
//
// An error is a mistake of the program, such as an empty subject, and not the
// client's: claims that their own Validate method refuses, claims that the issuer
// sets, a lifetime out of bounds.
func (m *Mint[C]) Issue(subject string, claims C, opts ...IssueOption) (Issued, error) {
	now := m.issuer.clock()
	o := order{ttl: m.kind.Lifetime, id: rand.Text(), at: now}
	for _, opt := range opts {
		opt(&o)
	}
	if err := o.check(m.kind, now); err != nil {
		return Issued{}, err
	}
	if subject == "" {
		return Issued{}, errors.New("token: the subject is empty; name the account that the token is about")
	}
	if v, ok := any(&claims).(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return Issued{}, fmt.Errorf("token: the claims are not valid: %w", err)
		}
	}
	return m.issue(subject, claims, o)
}

func (o order) check(k *kind, now time.Time) error {
	switch {
	case o.ttl < time.Second || o.ttl%time.Second != 0:
		return fmt.Errorf("token: TTL is %v; want whole seconds, at least one", o.ttl)
	case o.ttl > k.MaxLifetime:
		return fmt.Errorf("token: TTL is %v; tokens of the kind %q serve for %v at most", o.ttl, k.Name, k.MaxLifetime)
	case o.at.After(now) || o.at.Before(now.Add(-time.Minute)):
		return fmt.Errorf("token: At is %v from now; want a time that has come, a minute ago at most", o.at.Sub(now))
	}
	return nil
}

func (m *Mint[C]) issue(subject string, claims C, o order) (Issued, error) {
	from := o.at.Unix()
	until := from + int64(o.ttl/time.Second)
	payload, err := join(written{
		Issuer: m.issuer.name, Subject: subject, Audience: m.kind.Audience,
		Expires: until, NotBefore: from, Issued: from, ID: o.id, Session: o.session,
	}, claims)
	if err != nil {
		return Issued{}, err
	}
	text, err := m.kind.signer.sign(payload)
	if err != nil {
		return Issued{}, fmt.Errorf("token: %v does not sign: %w", m.kind.Keys[0], err)
	}
	return Issued{text, o.id, o.session, time.Unix(from, 0), time.Unix(until, 0), o.ttl}, nil
}

// own returns claims that were read without the registered ones among them.
func (m *Mint[C]) own(claims C) C {
	v := reflect.ValueOf(&claims).Elem()
	for _, index := range m.repeated {
		v.FieldByIndex(index).SetZero()
	}
	return claims
}

// Verify returns a token of this kind. The error is a [security.Refusal], for
// [security.ErrExpiredToken] or [security.ErrInvalidToken]; whether the token was
// revoked is for [NotRevoked] to say. Only this kind's keys are tried, whatever
// the token says of itself.
func (m *Mint[C]) Verify(text string) (*Token[C], error) {
	var p payload
	if err := m.kind.verifier.Verify(text, &p); err != nil {
		return nil, err
	}
	t, err := read[C](p, m.required)
	if err != nil {
		return nil, security.InvalidToken(security.BearerChallenge(m.issuer.realm)).Because(err)
	}
	t.Kind = m.kind.Name
	t.stamp = stampOf(t.registered(), text)
	return t, nil
}

// Expired reports whether a token was good once and is not any more. It says so
// of tokens of this kind with a good signature only; any other token that is not
// accepted is an error.
func (m *Mint[C]) Expired(text string) (bool, error) {
	_, err := m.Verify(text)
	if errors.Is(err, security.ErrExpiredToken) {
		return true, nil
	}
	return false, err
}

// Lifetime returns how long tokens of the kind serve by default.
func (m *Mint[C]) Lifetime() time.Duration { return m.kind.Lifetime }

// Dependency returns the dependency that verifies the token of a request. It takes
// a [security.BearerToken] and gives a *Token[C].
func (m *Mint[C]) Dependency() *di.Dependency {
	return di.Depends(func(_ context.Context, text security.BearerToken) (*Token[C], error) {
		return m.Verify(string(text))
	}, di.Named(m.kind.Name+" token"), di.At(di.Authentication))
}

// String names the kind and its issuer.
func (m *Mint[C]) String() string {
	return fmt.Sprintf("mint of %s tokens of %q", m.kind.Name, m.issuer.name)
}

// Format writes what String returns for every verb.
func (m *Mint[C]) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, m.String()) }

// LogValue returns what String returns.
func (m *Mint[C]) LogValue() slog.Value { return slog.StringValue(m.String()) }

// written are the registered claims as they are written.
type written struct {
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  []string `json:"aud"`
	Expires   int64    `json:"exp"`
	NotBefore int64    `json:"nbf"`
	Issued    int64    `json:"iat"`
	ID        string   `json:"jti"`
	Session   string   `json:"sid,omitempty"`
}

// join returns one JSON object with the members of both.
func join(w written, claims any) ([]byte, error) {
	payload, err := codec.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	own, err := codec.Marshal(claims)
	switch {
	case err != nil:
		return nil, fmt.Errorf("token: the claims cannot be written: %w", err)
	case len(own) < 2 || own[0] != '{':
		return nil, fmt.Errorf("token: %T is not written as a JSON object", claims)
	case len(own) == len("{}"):
		return payload, nil
	}
	payload = append(payload[:len(payload)-1], ',')
	payload = append(payload, own[1:]...)
	if codec.Decode(payload, new(struct{}), codec.Options{}) != nil { // two members of one name
		return nil, fmt.Errorf("token: %T sets a registered claim; leave iss, sub, aud, exp, nbf, iat, jti and sid to the issuer", claims)
	}
	return payload, nil
}
