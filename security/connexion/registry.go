package connexion

import (
	"context"
	"fmt"
	"os"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/security"
)

// The functions that a name may stand for.
type (
	// A TokenInfoFunc tells what a token stands for; nil is a token that is not
	// known.
	TokenInfoFunc = func(ctx context.Context, token string) (*security.TokenInfo, error)

	// A BasicInfoFunc tells what a user and a password stand for. It receives the
	// scopes that are required of tokens for the same operation, nil for none.
	BasicInfoFunc = func(ctx context.Context, c security.BasicCredentials, required []string) (*security.TokenInfo, error)

	// An APIKeyInfoFunc tells what a key stands for; see [BasicInfoFunc].
	APIKeyInfoFunc = func(ctx context.Context, key security.APIKey, required []string) (*security.TokenInfo, error)
)

// A Config adjusts a [Registry]. The zero value is ready to use.
type Config struct {
	// Getenv looks up TOKENINFO_FUNC and its kin; nil means os.Getenv.
	Getenv func(name string) string
	// Decode reads a document into v; nil means JSON. For YAML, decode into a
	// value, write that as JSON, and pass the JSON on.
	Decode func(data []byte, v any) error
	// Remote makes the function that asks an x-tokenInfoUrl; nil makes such
	// addresses a mistake. The address is the document's; an error of Remote is one
	// of [Registry.Load].
	Remote func(url string) (TokenInfoFunc, error)
	// Schemes make a dependency that gives a *security.TokenInfo for schemes that
	// this package does not know, by their type or, for type http, by their scheme:
	// "mutualTLS", "digest".
	Schemes map[string]func(name string) (*di.Dependency, error)
	// Realm is that of the challenges; empty means security.DefaultRealm.
	Realm string
}

// A Registry holds functions by name. Register from one goroutine, then
// [Registry.Load].
type Registry struct {
	config   Config
	token    map[string]TokenInfoFunc
	basic    map[string]BasicInfoFunc
	key      map[string]APIKeyInfoFunc
	scope    map[string]security.ScopeValidator
	mistakes []error
}

// NewRegistry makes an empty registry.
func NewRegistry(c Config) *Registry {
	if c.Getenv == nil {
		c.Getenv = os.Getenv
	}
	if c.Decode == nil {
		c.Decode = func(data []byte, v any) error { return codec.Decode(data, v, codec.Options{}) }
	}
	return &Registry{
		config: c,
		token:  map[string]TokenInfoFunc{},
		basic:  map[string]BasicInfoFunc{},
		key:    map[string]APIKeyInfoFunc{},
		scope:  map[string]security.ScopeValidator{},
	}
}

// RegisterVerifier registers a function under the name by which documents call
// it, such as "auth.verify_token". It is one of
//
//	func(context.Context, string) (*security.TokenInfo, error)
//	func(context.Context, security.BasicCredentials, []string) (*security.TokenInfo, error)
//	func(context.Context, security.APIKey, []string) (*security.TokenInfo, error)
//	func(context.Context, []string, []string) (bool, error)
//
// for tokens, users, keys and scopes: required ones first, then granted ones.
// The first three may give a map[string]any instead, which [InfoOf] reads. A
// function that is nil, of another kind, or registered twice under one name is
// an error of [Registry.Load].
func (r *Registry) RegisterVerifier(name string, f any) {
	if r.has(name) {
		r.mistake("RegisterVerifier(%q): the name is taken; register each function under a name of its own", name)
		return
	}
	switch f := f.(type) {
	case TokenInfoFunc:
		put(r, r.token, name, f, f == nil)
	case func(context.Context, string) (map[string]any, error):
		put(r, r.token, name, func(ctx context.Context, token string) (*security.TokenInfo, error) { return infoFrom(f(ctx, token)) }, f == nil)
	case BasicInfoFunc:
		put(r, r.basic, name, f, f == nil)
	case func(context.Context, security.BasicCredentials, []string) (map[string]any, error):
		put(r, r.basic, name, func(ctx context.Context, c security.BasicCredentials, required []string) (*security.TokenInfo, error) {
			return infoFrom(f(ctx, c, required))
		}, f == nil)
	case APIKeyInfoFunc:
		put(r, r.key, name, f, f == nil)
	case func(context.Context, security.APIKey, []string) (map[string]any, error):
		put(r, r.key, name, func(ctx context.Context, key security.APIKey, required []string) (*security.TokenInfo, error) {
			return infoFrom(f(ctx, key, required))
		}, f == nil)
	default:
		r.registerValidator(name, f)
	}
}

func (r *Registry) registerValidator(name string, f any) {
	switch f := f.(type) {
	case security.ScopeValidator:
		put(r, r.scope, name, f, f == nil)
	case func(context.Context, []string, []string) (bool, error):
		put(r, r.scope, name, security.ScopeValidator(f), f == nil)
	default:
		r.mistake("RegisterVerifier(%q): a %T verifies nothing; the documentation of RegisterVerifier lists what does", name, f)
	}
}

// has reports whether a name is taken, whatever it stands for.
func (r *Registry) has(name string) bool {
	return r.token[name] != nil || r.basic[name] != nil || r.key[name] != nil || r.scope[name] != nil
}

func put[F any](r *Registry, into map[string]F, name string, f F, isNil bool) {
	if isNil {
		r.mistake("RegisterVerifier(%q): the function is nil", name)
		return
	}
	into[name] = f
}

func (r *Registry) mistake(format string, args ...any) {
	r.mistakes = append(r.mistakes, fmt.Errorf(format, args...))
}

// flow is a flow as package openapi has it.
func (f *flow) flow() *openapi.OAuthFlow {
	if f == nil {
		return nil
	}
	return &openapi.OAuthFlow{
		AuthorizationURL: f.AuthorizationURL, DeviceAuthorizationURL: f.DeviceAuthorizationURL,
		TokenURL: f.TokenURL, RefreshURL: f.RefreshURL, Scopes: f.Scopes,
	}
}
