package oauth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/security"
)

// ClientAuth is how this API proves to the authorization server that it may ask
// about tokens. It prints without its secret.
type ClientAuth struct {
	method     string
	id, secret string
}

// ClientSecretBasic sends ID and secret in the Authorization field (RFC 6749
// §2.3.1), as servers expect by default.
func ClientSecretBasic(id, secret string) ClientAuth {
	return ClientAuth{"client_secret_basic", id, secret}
}

// ClientSecretPost sends ID and secret in the form, for servers that know no other
// way.
func ClientSecretPost(id, secret string) ClientAuth {
	return ClientAuth{"client_secret_post", id, secret}
}

// ClientTLS sends the ID alone: the certificate of [Connection.Transport] is the
// proof (RFC 8705 §2).
func ClientTLS(id string) ClientAuth { return ClientAuth{"tls_client_auth", id, ""} }

// String returns the method and the ID.
func (a ClientAuth) String() string { return fmt.Sprintf("%s of client %q", a.method, a.id) }

// Format writes what String returns for every verb.
func (a ClientAuth) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// LogValue returns what String returns.
func (a ClientAuth) LogValue() slog.Value { return slog.StringValue(a.String()) }

func (a ClientAuth) check() error {
	switch {
	case a.id == "":
		return errors.New("NewIntrospection: the client ID is empty; the server lets only known clients ask about tokens (RFC 7662 §2.1)")
	case a.secret == "" && a.method != "tls_client_auth":
		return fmt.Errorf("NewIntrospection: the secret of client %q is empty; a client with a certificate has ClientTLS", a.id)
	}
	return nil
}

// apply puts the proof into a request. ID and secret are encoded before they are
// joined (RFC 6749 §2.3.1), so that they may hold a colon.
func (a ClientAuth) apply(h http.Header, values url.Values) {
	if a.method == "client_secret_basic" {
		pair := url.QueryEscape(a.id) + ":" + url.QueryEscape(a.secret)
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
		return
	}
	values.Set("client_id", a.id)
	if a.secret != "" {
		values.Set("client_secret", a.secret)
	}
}

// NewIntrospection returns what asks an introspection endpoint about tokens (RFC
// 7662), as one of its clients. The error joins everything that is wrong.
//
// A token is good if the answer says "active" with JSON's own true, and if its exp,
// nbf, iss and aud agree. A server that refuses this client, or answers anything
// else, is a server that failed: 503.
func NewIntrospection(c RemoteConfig, a ClientAuth) (*Remote, error) {
	if err := errors.Join(append(c.check(), a.check())...); err != nil {
		return nil, err
	}
	r := newRemote(c, "token introspection")
	r.ask = func(ctx context.Context, token string) (verdict, error) {
		values := url.Values{"token": {token}, "token_type_hint": {"access_token"}}
		header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
		a.apply(header, values)
		said, err := r.server.ask(ctx, http.MethodPost, header, values.Encode(), usable(http.StatusNoContent))
		if err != nil {
			return verdict{}, err
		}
		return r.readIntrospection(ctx, said)
	}
	return r, nil
}

// Ready asks the server about a token that nobody has, and returns nil if it gave an
// answer to that: it can be reached, and lets this API ask. Call it when the program
// starts, or make it a check of readiness; the error holds no secret.
func (r *Remote) Ready(ctx context.Context) error {
	_, err := r.ask(ctx, rand.Text())
	return err
}

var (
	errNoActive  = errors.New("the answer does not say whether the token is active (RFC 7662 §2.2)")
	errActive    = errors.New("the answer's active is neither true nor false (RFC 7662 §2.2)")
	errInactive  = errors.New("the server says that the token is not active")
	errNotObject = errors.New("the answer is not a JSON object")
)

// readIntrospection reads an answer. That a token is inactive is all that such an
// answer should say (RFC 7662 §2.2), so the rest of it is not looked at.
func (r *Remote) readIntrospection(ctx context.Context, said answer) (verdict, error) {
	if said.status == http.StatusNoContent {
		return inactive(), nil
	}
	var members map[string]any
	if err := codec.Decode(said.body, &members, codec.Options{MaxDepth: maxDepth}); err != nil || members == nil {
		return verdict{}, r.server.fail(ctx, errNotObject)
	}
	switch active := members["active"].(type) {
	case nil:
		r.server.complain(ctx, r.server.failure(errNoActive))
		return inactive(), nil
	case bool:
		if !active {
			return inactive(), nil
		}
		return r.readInfo(ctx, said.body), nil
	}
	return verdict{}, r.server.fail(ctx, errActive)
}

func inactive() verdict { return verdict{refusal: security.InvalidToken().Because(errInactive)} }

// readInfo reads the information about a token that is said to be active. One whose
// members cannot be understood might be restricted in ways that nobody enforces.
func (r *Remote) readInfo(ctx context.Context, body []byte) verdict {
	info := new(security.TokenInfo)
	if err := info.UnmarshalJSON(body); err != nil {
		r.server.complain(ctx, r.server.failure(err))
		return verdict{refusal: security.InvalidToken().Because(err)}
	}
	return verdict{info: info}
}
