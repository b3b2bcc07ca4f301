package oauth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

const (
	proofAge    = time.Minute
	proofLeeway = 5 * time.Second
)

// A DPoPConfig says which proofs of possession are accepted (RFC 9449). It prints
// without the secret of its nonces.
type DPoPConfig struct {
	// Checker says whether tokens are good. Required.
	Checker Checker

	// Origin is this API's own scheme and host, such as "https://films.example", since
	// what a request says of them may come from a stranger. Required.
	Origin string

	// Algorithms are those of proofs; nil means ES256 and EdDSA. HMAC is an error.
	Algorithms []string

	// Replays remembers the proofs that were used; nil means a memory of this process.
	Replays Replays

	// Nonce, when set, are random octets, 32 at least, from which nonces are made that
	// proofs have to hold (RFC 9449 §9): those of all processes of an API are the same.
	Nonce []byte

	// Scheme adjusts the scheme in the document.
	Scheme security.SchemeConfig
}

// String names what is accepted.
func (c DPoPConfig) String() string {
	return fmt.Sprintf("proofs for %q signed with %s", c.Origin, strings.Join(c.Algorithms, ", "))
}

// Format writes what String returns for every verb.
func (c DPoPConfig) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns what String returns.
func (c DPoPConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Replays remembers what was used, each for a short time. It is safe for concurrent
// use. An error is answered 503.
type Replays interface {
	// First remembers an ID until a time, and reports whether it was not there.
	First(ctx context.Context, id [32]byte, until time.Time) (bool, error)
}

func (c DPoPConfig) check() error {
	var mistakes []error
	if c.Checker == nil {
		mistakes = append(mistakes, errors.New("DPoPConfig.Checker is nil; give the one that accepts the tokens"))
	}
	origin, err := normalURL(c.Origin)
	if err != nil || !strings.HasSuffix(origin, "/") || strings.Count(origin, "/") != 3 {
		mistakes = append(mistakes, fmt.Errorf("DPoPConfig.Origin is %q; want scheme and host of this API, such as https://films.example", c.Origin))
	}
	for _, name := range c.Algorithms {
		if !slices.Contains(proofAlgorithms(), name) {
			mistakes = append(mistakes, fmt.Errorf("DPoPConfig.Algorithms: %q is not one of %s", name, strings.Join(proofAlgorithms(), ", ")))
		}
	}
	if c.Nonce != nil && len(c.Nonce) < 32 {
		mistakes = append(mistakes, fmt.Errorf("DPoPConfig.Nonce has %d octets; want 32 random ones at least", len(c.Nonce)))
	}
	return errors.Join(mistakes...)
}

func proofAlgorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
}

// dpop checks tokens with their proofs.
type dpop struct {
	DPoPConfig
	challenge security.Challenge
	gate      deadline.Gate
}

// DPoP returns the dependency that has the token and the proof of a request checked
// (RFC 9449). It brings its scheme and gives a *[security.TokenInfo]. An API that
// accepts both kinds of tokens provides
//
//	security.AnyOf[*security.TokenInfo](dpop, oauth.Token(checker))
//
// A proof must be a JSON Web Token of type dpop+jwt, signed with the public key in
// its header, for this method, this URL and this token, at most a minute old, and
// not used before; and the token must be bound to that key. The error joins
// everything that is wrong with the config.
func DPoP(c DPoPConfig) (*di.Dependency, error) {
	if c.Algorithms == nil {
		c.Algorithms = []string{"ES256", "EdDSA"}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Replays == nil {
		c.Replays = newUsed()
	}
	c.Algorithms, c.Nonce = slices.Clone(c.Algorithms), slices.Clone(c.Nonce)
	d := &dpop{c, security.DPoPChallenge(c.Algorithms...), deadline.GateFor[*used](deadline.Limit, c.Replays)}
	return di.Depends(func(ctx context.Context, in struct {
		Credentials security.DPoPCredentials
		Request     *http.Request
	}) (*security.TokenInfo, error) {
		return d.check(ctx, in.Request, in.Credentials)
	}, di.Named("oauth.DPoP"), di.At(di.Authentication), di.Note(unavailability{}), security.DPoP(c.Scheme, c.Algorithms...)), nil
}

func (d *dpop) check(ctx context.Context, r *http.Request, c security.DPoPCredentials) (*security.TokenInfo, error) {
	now := time.Now()
	p, err := d.verify(c.Proof)
	if err == nil {
		err = d.judge(p, r, c.Token)
	}
	if err != nil {
		return nil, d.refuse("invalid_dpop_proof").Because(err)
	}
	if d.Nonce != nil && !isNonce(d.Nonce, p.Nonce, now) {
		return nil, d.refuseNonce(now)
	}
	info, err := d.Checker.Check(ctx, c.Token)
	if refusal, ok := errors.AsType[*security.Refusal](err); ok {
		return nil, refusal.Fault().Refuse(d.challenge).Because(err)
	}
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(boundTo(info)), []byte(p.thumbprint)) != 1 {
		return nil, security.InvalidToken(d.challenge).Because(errOtherKey)
	}
	return info, d.spend(ctx, p, now)
}

var (
	errOtherKey = errors.New("the token is not bound to the key of the proof")
	errReplayed = errors.New("the proof has been used before")
)

// spend lets a proof serve once. It comes last, so that nobody without a good token
// has anything remembered.
func (d *dpop) spend(ctx context.Context, p proof, now time.Time) error {
	first, err := deadline.Call(ctx, d.gate, func(ctx context.Context) (bool, error) {
		return d.Replays.First(ctx, p.id(), now.Add(proofAge+2*proofLeeway))
	})
	switch {
	case err != nil:
		return unavailable(0, err)
	case !first:
		return d.refuse("invalid_dpop_proof").Because(errReplayed)
	}
	return nil
}

// refuse returns the 401 of a proof, without a word about what is wrong with it.
func (d *dpop) refuse(code string) *problem.Problem {
	c := security.NewChallenge("DPoP").With("error", code).With("algs", strings.Join(d.Algorithms, " "))
	return problem.New(http.StatusUnauthorized, problem.CodeInvalidCredentials, "Invalid DPoP proof").WithChallenge(c.String())
}

// refuseNonce asks for a proof with a nonce (RFC 9449 §9).
func (d *dpop) refuseNonce(now time.Time) error {
	c := security.NewChallenge("DPoP").WithError("use_dpop_nonce", "Resource server requires nonce in DPoP proof")
	return problem.New(http.StatusUnauthorized, problem.CodeInvalidCredentials, "A nonce is required in the DPoP proof").
		WithChallenge(c.String()).WithHeader("DPoP-Nonce", newNonce(d.Nonce, now))
}
