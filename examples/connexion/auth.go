package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/security"
)

//docs:begin functions

// tokenInfo is app.token_info: a map of what a token says, nil for one that is
// not known.
func tokenInfo(_ context.Context, token string) (map[string]any, error) {
	switch token {
	case "123":
		return map[string]any{"uid": "jdoe", "scope": []string{"uid"}}, nil
	case "456":
		return map[string]any{"uid": "rms", "scope": "uid admin"}, nil
	case "789":
		return map[string]any{"uid": "nosy"}, nil
	}
	return nil, nil
}

// basicAuth is app.basic_auth. It has to grant what is required of tokens.
func basicAuth(_ context.Context, c security.BasicCredentials, _ []string) (*security.TokenInfo, error) {
	if !same(c.User, "admin") || !same(c.Password, "secret") {
		return nil, nil
	}
	return &security.TokenInfo{Active: true, Sub: "admin", Scope: security.GrantedScopes{"admin"}}, nil
}

// apikeyAuth is app.apikey_auth.
func apikeyAuth(_ context.Context, key security.APIKey, _ []string) (map[string]any, error) {
	if !same(string(key), "asdf1234567890") {
		return nil, nil
	}
	return map[string]any{"uid": 100}, nil
}

//docs:end functions

// same compares in a time that does not tell how much of a guess was right. A
// program of use keeps hashes, of passwords those of security/password.
func same(got, want string) bool {
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// A signer issues JSON Web Tokens and verifies them.
type signer struct {
	key      []byte
	verifier *security.Verifier
}

const issuer = "https://connexion.example.com"

func newSigner() (*signer, error) {
	key := []byte(rand.Text() + rand.Text())
	verifier, err := security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{"HS256"}, Key: key, Issuer: issuer, Audience: []string{"secrets"},
	})
	return &signer{key, verifier}, err
}

func (s *signer) generateToken(_ context.Context, in struct {
	User string `path:"user"`
}) (string, error) {
	now := time.Now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Issuer: issuer, Audience: []string{"secrets"}, Subject: in.User,
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(10 * time.Minute)),
	}).SignedString(s.key)
}

// decodeToken is app.decode_token.
func (s *signer) decodeToken(_ context.Context, token string) (*security.TokenInfo, error) {
	claims, err := security.Verify[jwt.RegisteredClaims](s.verifier, token)
	if err != nil {
		return nil, err
	}
	return &security.TokenInfo{Active: true, Sub: claims.Subject, Iss: claims.Issuer, Exp: claims.ExpiresAt.Time}, nil
}
