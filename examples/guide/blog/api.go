package blog

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/password"
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
	API   *mortise.API
	store *store
}

// ServeHTTP serves the API.
func (b *Blog) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.API.ServeHTTP(w, r) }

// Close closes the files. Call it when no request is being served any more.
func (b *Blog) Close() error {
	return errors.Join(b.API.Close(), b.store.close())
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
	store, err := openStore(c.Directory, hasher)
	if err != nil {
		return nil, err
	}
	log := c.Logger
	if log == nil {
		log = slog.Default()
	}
	s, err := newService(store, c.Secret, log)
	if err != nil {
		return nil, errors.Join(err, store.close())
	}
	api := s.api()
	if err := gate(api, c, log); err != nil {
		return nil, errors.Join(err, store.close())
	}
	return &Blog{API: api, store: store}, nil
}

func newService(store *store, secret []byte, log *slog.Logger) (*service, error) {
	tokens, err := newTokens(secret)
	if err != nil {
		return nil, err
	}
	sessions, err := newSessions(tokens, store)
	if err != nil {
		return nil, err
	}
	codes, err := totp.New(totp.Config{Issuer: "Security guide", Store: &totp.MemoryStore{}})
	if err != nil {
		return nil, err
	}
	return &service{store: store, tokens: tokens, sessions: sessions, codes: codes, attempts: newAttempts(), log: log}, nil
}

// api declares the whole API. Each function that a route needs is found by its
// types; the locks in the document are those that are enforced here.
func (s *service) api() *mortise.API {
	api := mortise.New("Security guide", "1.0.0", router.Strict(), router.Logger(s.log),
		router.Description("A blog with every kind of lock. Log in as `alice` / `wonderland-1`, `bob` / `builder-22`, `mona` / `moderator-3` or `ed` / `editor-444`. The secret of alice's authenticator is `JBSWY3DPEHPK3PXP`."),
		router.Info(openapi.Info{License: &openapi.License{Name: "MIT", Identifier: "MIT"}}))
	api.Provide(s.tokens.access.Dependency(), token.NotRevoked[*token.Token[Claims]](s.sessions.revocations),
		mortise.Depends(claims), mortise.Depends(s.currentUser))

	login := api.Group("", router.Tags("login"), mortise.Public())
	mortise.Post(login, "/login", s.login, s.attempts.addresses, router.Problems(401, 503))
	mortise.Post(login, "/token", s.token, s.attempts.addresses, router.Response(openapi.Response{
		Status: 400, Description: "The grant is refused (RFC 6749 section 5.2).", Type: typeOf[grantError](), ContentType: "application/json",
	}))
	mortise.Post(login, "/refresh", s.refresh, router.Problems(401, 503))

	accounts := api.Group("", router.Tags("accounts"))
	mortise.Post(accounts, "/logout", s.logout)
	mortise.Get(accounts, "/protected", s.protected)
	mortise.Get(accounts, "/profile", s.profile)
	mortise.Get(accounts, "/basic", s.basic, s.attempts.addresses)
	mortise.Get(accounts, "/expensive-operation", s.expensive, perUser())
	mortise.Get(accounts, "/sensitive-data", s.sensitiveData, totp.Require(s.codes, s.account))

	keys := api.Group("", router.Tags("keys"))
	mortise.Get(keys, "/data", s.data,
		mortise.Depends(s.keyHolder, security.APIKeyHeader("X-API-Key", security.SchemeConfig{})))
	mortise.Get(keys, "/data-by-query", s.data,
		mortise.Depends(s.keyHolder, security.APIKeyQuery("api_key", security.SchemeConfig{})),
		router.OperationID("dataByQuery"))
	mortise.Get(keys, "/api/data", s.data, perKey(),
		mortise.Depends(s.keyHolder, security.APIKeyHeader("X-API-Key", security.SchemeConfig{})),
		router.OperationID("limitedData"))

	gated := api.Group("", router.Tags("gate"), mortise.Public())
	mortise.Get(gated, "/internal/status", s.internalStatus, internalOnly())
	mortise.Get(gated, "/secure-endpoint", s.secureEndpoint)

	admin := api.Group("", router.Tags("administration"))
	mortise.Get(admin, "/admin/users", s.listUsers, mortise.Security(verifyScopes, "admin:read"))
	mortise.Get(admin, "/admin/stats", s.stats, mortise.Security(verifyScopes, "admin:read", "stats:read"))
	mortise.Get(admin, "/admin/roles", s.listRoles, mortise.RequireRole[*User]("admin"))
	mortise.Get(admin, "/moderator/reports", s.listReports, mortise.RequireAnyRole[*User]("admin", "moderator"))
	mortise.Delete(admin, "/users/{user_id}", s.deleteUser, mortise.Security(verifyScopes, "users:delete"), router.Problems(404))

	posts := api.Group("", router.Tags("posts"))
	mortise.Get(posts, "/posts", s.listPosts, mortise.Public())
	mortise.Post(posts, "/posts", s.createPost, router.Status(201))
	mortise.Get(posts, "/posts/{post_id}", s.getPost, mortise.Public(), router.Problems(404))
	mortise.Put(posts, "/posts/{post_id}", s.updatePost,
		mortise.RequireOwner[*User](s.findPost, security.OrRole("admin")))
	mortise.Delete(posts, "/articles/{id}", s.deleteArticle,
		mortise.RequirePermission[*User]("posts:delete"), router.Problems(404))
	return api
}
