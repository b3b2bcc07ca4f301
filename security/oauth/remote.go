package oauth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/mortise-go/mortise/security"
)

const (
	defaultLeeway      = 30 * time.Second
	maxLeeway          = 120 * time.Second
	defaultTTL         = time.Minute
	maxTTL             = time.Hour
	negativeTTL        = 5 * time.Second
	defaultRemembered  = 10_000
	maxNegative        = 1_000
	defaultConcurrency = 64

	maxAnswer = 1 << 20 // octets
	maxToken  = 8 << 10 // octets
)

// NoCache as [RemoteConfig.MaxTTL] asks the server about every request.
const NoCache time.Duration = -1

// A RemoteConfig says which authorization server is asked about tokens, and what
// its answers must be like. As in a [security.VerifierConfig], nothing that is left
// out makes it accept more.
type RemoteConfig struct {
	// URL is the endpoint: introspection_endpoint in the server's metadata, or that of
	// the information about tokens. Required.
	URL string

	// Issuer, when set, is what iss must be in an answer that has one.
	Issuer string

	// Audience are the names of this API; the answer's aud must hold one of them.
	// Required, unless AnyAudience is set.
	Audience []string

	// AnyAudience accepts tokens meant for anybody, and answers without aud. It is for
	// a server whose tokens are all for this API.
	AnyAudience bool

	// Leeway is how far clocks may differ, for exp and nbf. 0 means 30 s,
	// [security.NoLeeway] none; more than 120 s is an error.
	Leeway time.Duration

	// MaxTTL is how long an answer is remembered at most, and so how long a token goes
	// on after it was revoked; it is forgotten when it expires, and without exp it is
	// not remembered at all. 0 means a minute, [NoCache] not at all; more than an hour
	// is an error.
	MaxTTL time.Duration

	// Remembered is how many tokens are remembered; 0 means 10,000.
	Remembered int

	// Concurrency is how many tokens are asked about at the same time; 0 means 64.
	// Requests beyond that are answered 503.
	Concurrency int

	// Connection says how the server is reached.
	Connection Connection
}

func (c RemoteConfig) check() []error {
	mistakes := append(c.Connection.check("RemoteConfig"), c.Connection.checkURL("RemoteConfig.URL", c.URL))
	fail := func(format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("RemoteConfig."+format, args...))
	}
	switch {
	case len(c.Audience) == 0 && !c.AnyAudience:
		fail("Audience is empty; name this API as its tokens do, or set AnyAudience if all tokens of the server are for it")
	case len(c.Audience) > 0 && c.AnyAudience:
		fail("Audience and AnyAudience contradict each other; keep one of them")
	case slices.Contains(c.Audience, ""):
		fail("Audience holds an empty name; leave it out")
	}
	if c.Leeway < 0 && c.Leeway != security.NoLeeway || c.Leeway > maxLeeway {
		fail("Leeway is %v; want 0 to %v, or security.NoLeeway", c.Leeway, maxLeeway)
	}
	if c.MaxTTL < 0 && c.MaxTTL != NoCache || c.MaxTTL > maxTTL {
		fail("MaxTTL is %v; want 0 to %v, or NoCache", c.MaxTTL, maxTTL)
	}
	if c.Remembered < 0 {
		fail("Remembered is %d; want 0 for the default, or more", c.Remembered)
	}
	if c.Concurrency < 0 || c.Concurrency > math.MaxInt16 {
		fail("Concurrency is %d; want 0 to %d", c.Concurrency, math.MaxInt16)
	}
	return mistakes
}

// A Remote is a [Checker] that asks an authorization server about each token and
// remembers what it said for a while. [NewIntrospection] and [NewTokenInfo] make it.
// It is safe for concurrent use.
//
// However many requests bring a token at once, the server is asked about it once.
// While it does not answer, tokens are good as long as their answers are
// remembered; others are answered 503 with Retry-After, never 401.
type Remote struct {
	config RemoteConfig
	server *server
	ask    func(ctx context.Context, token string) (verdict, error)
	id     [sha256.Size]byte // of the server, so that no two share an answer
	memory memory
	slots  chan struct{}
}

// verdict is what a server says of a token: its information, or why it is refused.
type verdict struct {
	info    *security.TokenInfo
	refusal error
}

func newRemote(c RemoteConfig, name string) *Remote {
	r := &Remote{config: c, server: c.Connection.server(name, c.URL), id: sha256.Sum256([]byte(c.URL))}
	r.memory.init(or(c.Remembered, defaultRemembered))
	r.slots = make(chan struct{}, or(c.Concurrency, defaultConcurrency))
	return r
}

func or(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

func (r *Remote) key(token string) key {
	var buffer [1 << 10]byte
	return sha256.Sum256(append(append(buffer[:0], r.id[:]...), token...))
}

// Check returns the information about a good token. It is shared by all requests
// with this token and must not be changed. The error is a [security.Refusal] for a
// token that is not good, and a 503 if nobody can tell.
func (r *Remote) Check(ctx context.Context, token security.BearerToken) (*security.TokenInfo, error) {
	if len(token) > maxToken {
		return nil, security.InvalidToken().Because(errTooLong)
	}
	k := r.key(string(token))
	f, v, known := r.memory.find(k, time.Now())
	switch {
	case known:
		r.tell(Cached)
		return r.judge(v)
	case f != nil:
		r.tell(Joined)
		return r.await(ctx, f)
	}
	select {
	case r.slots <- struct{}{}:
	default:
		r.tell(Limited)
		return nil, unavailable(0, errBusy)
	}
	f, mine := r.memory.begin(k, time.Now())
	if mine {
		go r.fly(context.WithoutCancel(ctx), f, string(token))
	} else {
		<-r.slots
	}
	return r.await(ctx, f)
}

var (
	errTooLong  = errors.New("the token is too long")
	errBusy     = errors.New("too many tokens are being asked about")
	errForOther = errors.New("the token is meant for another audience")
	errIssuer   = errors.New("the issuer of the token is not the one that is trusted")
)

func (r *Remote) tell(kind EventKind) {
	r.config.Connection.tell(Event{Kind: kind, Server: r.config.URL})
}

// fly asks the server for all requests that wait; it goes on when one of them goes
// away.
func (r *Remote) fly(ctx context.Context, f *inquiry, token string) {
	defer func() { <-r.slots }()
	v, err := r.ask(ctx, token)
	r.memory.end(f, v, err, r.ttl(v), time.Now())
}

// ttl returns how long an answer may be remembered.
func (r *Remote) ttl(v verdict) time.Duration {
	switch {
	case r.config.MaxTTL == NoCache:
		return 0
	case v.info == nil:
		return min(negativeTTL, orDefault(r.config.MaxTTL, defaultTTL))
	case v.info.Exp.IsZero():
		return 0
	}
	return min(time.Until(v.info.Exp), orDefault(r.config.MaxTTL, defaultTTL)) // RFC 7662 §4
}

func (r *Remote) await(ctx context.Context, f *inquiry) (*security.TokenInfo, error) {
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, unavailable(0, context.Cause(ctx))
	}
	if f.err != nil {
		return nil, unavailable(0, f.err)
	}
	return r.judge(f.verdict)
}

// judge decides about a token by what is known of it, each time anew.
func (r *Remote) judge(v verdict) (*security.TokenInfo, error) {
	if v.refusal != nil {
		return nil, v.refusal
	}
	if err := v.info.Check(time.Now(), r.leeway()); err != nil {
		return nil, err
	}
	if r.config.Issuer != "" && v.info.Iss != "" && v.info.Iss != r.config.Issuer {
		return nil, security.InvalidToken().Because(errIssuer)
	}
	isOurs := func(name string) bool { return slices.Contains(r.config.Audience, name) }
	if !r.config.AnyAudience && !slices.ContainsFunc(v.info.Aud, isOurs) {
		return nil, security.InvalidToken().Because(errForOther)
	}
	return v.info, nil
}

func (r *Remote) leeway() time.Duration {
	if r.config.Leeway == security.NoLeeway {
		return 0
	}
	return orDefault(r.config.Leeway, defaultLeeway)
}

// Forget makes the next request with the token ask the server again, whatever is
// known or being asked now: for whoever learns that it was revoked.
func (r *Remote) Forget(token security.BearerToken) { r.memory.forget(r.key(string(token))) }

// usable is the form of an answer about a token.
func usable(statuses ...int) form {
	return form{limit: maxAnswer, types: []string{"application/json"}, statuses: append(statuses, http.StatusOK)}
}
