package oauth_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/oauth"
)

// prover makes DPoP proofs with jose.
type prover struct {
	*dialogue
	algorithm string
}

func (p *prover) proof(t *testing.T, method, url, token string) string {
	t.Helper()
	claims := map[string]any{"jti": rand.Text(), "htm": method, "htu": url, "iat": time.Now().Unix()}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	var said struct{ Token, Error string }
	p.ask(t, question(t, map[string]any{"proof": map[string]any{"alg": p.algorithm, "claims": claims}}), &said)
	if said.Error != "" {
		t.Fatal(said.Error)
	}
	return said.Token
}

// boundService accepts tokens that are bound to a key, and no others.
func boundService(t *testing.T, p *provider) http.Handler {
	t.Helper()
	connection := oauth.Connection{DangerouslyAllowHTTP: true, Logger: slog.New(slog.DiscardHandler)}
	keys, err := oauth.NewJWKS(t.Context(), oauth.JWKSConfig{Issuer: p.issuer, Connection: connection})
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := security.NewVerifier(security.VerifierConfig{Algorithms: []string{"ES256"}, Source: keys, Issuer: p.issuer, Audience: []string{films}})
	if err != nil {
		t.Fatal(err)
	}
	opaque, err := oauth.NewIntrospection(oauth.RemoteConfig{
		URL: p.issuer + "/token/introspection", Issuer: p.issuer, Audience: []string{films}, Connection: connection,
	}, oauth.ClientSecretBasic("api:1", secret))
	if err != nil {
		t.Fatal(err)
	}
	checker := oauth.ByForm(oauth.NewJWT(verifier), opaque)
	dpop, err := oauth.DPoP(oauth.DPoPConfig{Checker: checker, Origin: films, Algorithms: []string{"ES256", "EdDSA", "PS256"}})
	if err != nil {
		t.Fatal(err)
	}
	api := mortise.New("Films", "1", router.Logger(slog.New(slog.DiscardHandler)))
	api.Provide(security.AnyOf[*security.TokenInfo](dpop, oauth.Token(checker)))
	mortise.Get(api, "/films", whoami)
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	return api
}

func TestBoundTokensOfOIDCProvider(t *testing.T) { // A216
	t.Parallel()
	p := newProvider(t)
	api := boundService(t, p)
	send := func(authorization, proof string) int {
		r := httptest.NewRequest(http.MethodGet, "/films", nil)
		r.Header.Set("Authorization", authorization)
		if proof != "" {
			r.Header.Set("DPoP", proof)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w.Code
	}
	for _, algorithm := range []string{"ES256", "EdDSA", "PS256"} {
		holder, thief := &prover{talk(t, "jose.mjs"), algorithm}, &prover{talk(t, "jose.mjs"), algorithm}
		for _, client := range []string{"app", "signer"} {
			got := p.grant(t, client, films, "films:read", holder.proof(t, http.MethodPost, p.issuer+"/token", ""))
			if got.TokenType != "DPoP" {
				t.Fatalf("the token is of type %s", got.TokenType)
			}
			token := got.AccessToken
			first := holder.proof(t, http.MethodGet, films+"/films", token)
			for _, tt := range []struct {
				name, authorization, proof string
				want                       int
			}{
				{"with its proof", "DPoP " + token, first, 200},
				{"with its proof again", "DPoP " + token, first, 401},
				{"with another proof", "DPoP " + token, holder.proof(t, http.MethodGet, films+"/films", token), 200},
				{"with a proof for another URL", "DPoP " + token, holder.proof(t, http.MethodGet, shop+"/films", token), 401},
				{"with the proof of a thief", "DPoP " + token, thief.proof(t, http.MethodGet, films+"/films", token), 401},
				{"without a proof", "DPoP " + token, "", 401},
				{"as a bearer token", "Bearer " + token, "", 401},
			} {
				if code := send(tt.authorization, tt.proof); code != tt.want {
					t.Errorf("%s, %s, %s: %d, want %d", algorithm, client, tt.name, code, tt.want)
				}
			}
		}
	}
}
