package blog

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/reset"
	"github.com/mortise-go/mortise/security/session"
	"github.com/mortise-go/mortise/security/token"
	"github.com/mortise-go/mortise/security/totp"
)

// Config says what a blog is made with.
type Config struct {
	// Secret signs tokens: 32 bytes or more.
	Secret []byte

	// Directory holds the state that survives a restart. Empty keeps it in
	// memory.
	Directory string

	// Stores keep state elsewhere, for several processes. The zero value keeps it in
	// Directory.
	Stores Stores

	// Mail sends links for new passwords. Nil writes them to the log, for there is no
	// mail server here.
	Mail func(ctx context.Context, m reset.Message) error

	// Hasher hashes passwords. Nil means one with the defaults.
	Hasher *password.Hasher

	// TrustedProxies are the networks of proxies that may say who their client
	// is, in X-Forwarded-For and X-Forwarded-Proto. Empty trusts nobody.
	TrustedProxies []string

	// Logger is told about every request, and about logins. Nil means
	// [slog.Default].
	Logger *slog.Logger
}

// A Blog is an API with accounts and posts. It is an http.Handler.
type Blog struct {
	API    *mortise.API
	resets *reset.Resets
	stores Stores
}

// ServeHTTP serves the API.
func (b *Blog) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.API.ServeHTTP(w, r) }

// Close closes the files. Call it when no request is being served any more.
func (b *Blog) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(b.API.Close(), b.resets.Close(ctx), b.stores.Close())
}

// New makes a blog with four accounts, two keys and two posts.
func New(c Config) (*Blog, error) {
	hasher := c.Hasher
	if hasher == nil {
		var err error
		if hasher, err = password.New(password.Config{}); err != nil {
			return nil, err
		}
	}
	stores, err := c.stores()
	if err != nil {
		return nil, err
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	s, err := newService(c, hasher, stores)
	if err != nil {
		return nil, errors.Join(err, stores.Close())
	}
	b := &Blog{s.api(stores), s.resets, stores}
	if err := gate(b.API, c, c.Logger); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	c.Logger.Warn("POST /token takes the password grant, which RFC 9700 section 2.4 forbids; it is here for old clients, new ones use the authorization code grant with PKCE")
	return b, nil
}

func newService(c Config, hasher *password.Hasher, stores Stores) (*service, error) {
	store, err := openStore(c.Directory, hasher)
	if err != nil {
		return nil, err
	}
	s := &service{store: store, attempts: newAttempts(stores), log: c.Logger}
	if s.tokens, err = newTokens(c.Secret, stores); err != nil {
		return nil, err
	}
	if s.browsers, err = session.New[Visit](session.Config{Store: stores.Sessions}); err != nil {
		return nil, err
	}
	if s.codes, err = totp.New(totp.Config{Issuer: "Security guide", Store: stores.Codes, Recovery: stores.Codes}); err != nil {
		return nil, err
	}
	if s.policy, err = newPolicy(); err != nil {
		return nil, err
	}
	s.resets, err = s.newResets(c, stores)
	return s, err
}

// api declares the whole API. Each function that a route needs is found by its
// types; the locks in the document are those that are enforced here.
func (s *service) api(stores Stores) *mortise.API {
	api := mortise.New("Security guide", "1.0.0", router.Strict(), router.Logger(s.log),
		router.Description("A blog with every kind of lock. Log in as `alice` / `wonderland-1`, `bob` / `builder-22`, `mona` / `moderator-3` or `ed` / `editor-444`. The secret of alice's authenticator is `JBSWY3DPEHPK3PXP`."),
		router.Info(openapi.Info{License: &openapi.License{Name: "MIT", Identifier: "MIT"}}))
	api.Provide(s.tokens.access.Dependency(), token.NotRevoked[*token.Token[Claims]](s.tokens.revocations),
		mortise.Depends(claims), mortise.Depends(s.currentUser))
	s.logins(api)
	s.accounts(api, stores)
	s.secondFactor(api)
	s.browserSessions(api)
	s.keys(api, stores)
	s.administration(api)
	s.posts(api)
	return api
}

func (s *service) logins(api *mortise.API) {
	login := api.Group("", router.Tags("login"), mortise.Public())
	mortise.Post(login, "/login", s.login, s.attempts.addresses, router.Problems(401, 503))
	mortise.Post(login, "/token", s.token, s.attempts.addresses, router.Deprecated(), router.Response(openapi.Response{
		Status: 400, Description: "The grant is refused (RFC 6749 section 5.2).", Type: typeOf[grantError](), ContentType: "application/json",
	}))
	mortise.Post(login, "/refresh", s.refresh, router.Problems(401, 503))
	mortise.Post(login, "/password-reset-request", s.requestReset, s.attempts.askers, router.Status(202), router.Problems(503))
	mortise.Post(login, "/password-reset", s.resetPassword, s.attempts.addresses, router.Problems(401, 503))
}

func (s *service) accounts(api *mortise.API, stores Stores) {
	accounts := api.Group("", router.Tags("accounts"))
	mortise.Post(accounts, "/logout", s.logout)
	mortise.Post(accounts, "/logout-all", s.logoutAll)
	mortise.Get(accounts, "/protected", s.protected)
	mortise.Get(accounts, "/profile", s.profile)
	mortise.Get(accounts, "/basic", s.basic, s.attempts.addresses)
	mortise.Get(accounts, "/expensive-operation", s.expensive, perUser(stores.Limits))
	mortise.Get(accounts, "/sensitive-data", s.sensitiveData, totp.Require(s.codes, s.account))
}

func (s *service) secondFactor(api *mortise.API) {
	mfa := api.Group("/mfa", router.Tags("second factor"))
	mortise.Post(mfa, "/enrol", s.enrol, s.attempts.addresses, router.Problems(409, 503))
	mortise.Post(mfa, "/confirm", s.confirm, router.Problems(403, 409, 429, 503))
	mortise.Post(mfa, "/recover", s.recover, router.Problems(429, 503))
	mortise.Post(mfa, "/login", s.mfaLogin, mortise.Public(), s.attempts.addresses, router.Problems(401, 503))
	mortise.Post(mfa, "/verify", s.mfaVerify, s.tokens.half.Dependency(),
		token.NotRevoked[*token.Token[Half]](s.tokens.revocations), router.Problems(403, 429, 503))
}

// browserSessions are for pages, which have a cookie in place of tokens.
func (s *service) browserSessions(api *mortise.API) {
	pages := api.Group("/session", router.Tags("sessions"))
	pages.Provide(s.browsers.Dependency(), s.browsers.Starter(), mortise.Depends(s.sessionUser))
	mortise.Post(pages, "/login", s.sessionLogin, mortise.Public(), s.attempts.addresses, router.Problems(401, 503))
	mortise.Get(pages, "/profile", s.profile, router.OperationID("sessionProfile"))
	mortise.Post(pages, "/logout", session.Logout[Visit], router.OperationID("sessionLogout"))
}

func (s *service) keys(api *mortise.API, stores Stores) {
	keys := api.Group("", router.Tags("keys"))
	mortise.Get(keys, "/data", s.data,
		mortise.Depends(s.keyHolder, security.APIKeyHeader("X-API-Key", security.SchemeConfig{})))
	mortise.Get(keys, "/data-by-query", s.data,
		mortise.Depends(s.keyHolder, security.APIKeyQuery("api_key", security.SchemeConfig{})),
		router.OperationID("dataByQuery"))
	mortise.Get(keys, "/api/data", s.data, perKey(stores.Limits),
		mortise.Depends(s.keyHolder, security.APIKeyHeader("X-API-Key", security.SchemeConfig{})),
		router.OperationID("limitedData"))

	gated := api.Group("", router.Tags("gate"), mortise.Public())
	mortise.Get(gated, "/internal/status", s.internalStatus, internalOnly())
	mortise.Get(gated, "/secure-endpoint", s.secureEndpoint)
}

func (s *service) administration(api *mortise.API) {
	admin := api.Group("", router.Tags("administration"))
	mortise.Get(admin, "/admin/users", s.listUsers, mortise.Security(verifyScopes, "admin:read"))
	mortise.Get(admin, "/admin/stats", s.stats, mortise.Security(verifyScopes, "admin:read", "stats:read"))
	mortise.Get(admin, "/admin/roles", s.listRoles, mortise.RequireRole[*User]("admin"))
	mortise.Get(admin, "/moderator/reports", s.listReports, mortise.RequireAnyRole[*User]("admin", "moderator"))
	mortise.Delete(admin, "/users/{user_id}", s.deleteUser, mortise.Security(verifyScopes, "users:delete"), router.Problems(404))
}

func (s *service) posts(api *mortise.API) {
	posts := api.Group("", router.Tags("posts"))
	mortise.Get(posts, "/posts", s.listPosts, mortise.Public())
	mortise.Post(posts, "/posts", s.createPost, router.Status(201))
	mortise.Get(posts, "/posts/{post_id}", s.getPost, mortise.Public(), router.Problems(404))
	mortise.Put(posts, "/posts/{post_id}", s.updatePost,
		mortise.RequireOwner[*User](s.findPost, security.OrRole("admin")))
	mortise.Delete(posts, "/articles/{id}", s.deleteArticle,
		mortise.RequirePermission[*User]("posts:delete"), router.Problems(404))
}
