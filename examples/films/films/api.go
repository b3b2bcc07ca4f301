package films

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/token"
)

// An App is the API and what it has opened. It is an http.Handler.
type App struct {
	API   *mortise.API
	store io.Closer // nil: the caller's
}

// ServeHTTP serves the API.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.API.ServeHTTP(w, r) }

// Close closes the files, and waits for messages that are being sent.
func (a *App) Close() error {
	err := a.API.Close()
	if a.store != nil {
		err = errors.Join(err, a.store.Close())
	}
	return err
}

// New makes the API.
func New(c Config) (*App, error) {
	app := new(App)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Mail == nil {
		c.Mail = Print
	}
	var err error
	if c.Hasher == nil {
		if c.Hasher, err = password.New(password.Config{}); err != nil {
			return nil, err
		}
	}
	if c.Tokens == nil {
		if c.Tokens, err = openTokens(c.Directory); err != nil {
			return nil, err
		}
		app.store, _ = c.Tokens.(io.Closer)
	}
	s, err := newService(c)
	if err != nil {
		if app.store != nil {
			err = errors.Join(err, app.store.Close())
		}
		return nil, err
	}
	app.API = s.api(c)
	return app, nil
}

type service struct {
	*tokens

	accounts *accounts
	films    *shelf
	mail     Mailer
}

func newService(c Config) (*service, error) {
	made, err := newTokens(c)
	if err != nil {
		return nil, err
	}
	known, err := openAccounts(c)
	if err != nil {
		return nil, err
	}
	return &service{made, known, newShelf(), c.Mail}, nil
}

//docs:begin api
func (s *service) api(c Config) *mortise.API {
	api := mortise.New("Films", "1.0.0", router.Strict(), router.Logger(c.Logger), router.RenderErrors(codes{}))
	api.Provide(s.locks()...)
	api.Provide(mortise.Depends(member))

	roles := security.NewRBAC(security.RBACConfig{Roles: []string{"basic", "admin"}}) // lowest first
	basic := mortise.RequireMinRole[*AccessClaims](roles, "basic")
	admin := mortise.RequireMinRole[*AccessClaims](roles, "admin")

	films := api.Group("/films/v1", router.Tags("Films"))
	mortise.Get(films, "/{$}", s.getFilms, basic, router.Problems(404))
	mortise.Post(films, "/{$}", s.addFilm, admin, router.Status(201), router.Problems(409))

	users := api.Group("/users/v1", router.Tags("Users"))
	mortise.Post(users, "/logout", token.Logout[*token.Token[AccessClaims]](s.revocations), basic, router.OperationID("logout"))
	mortise.Post(users, "/refresh", s.newTokens, refreshScheme(), router.Problems(503))
	mortise.Post(users, "/verify-email", s.verifyEmail, router.Problems(503))
	mortise.Put(users, "/password", s.changePassword, router.Problems(503))

	public := users.Group("", mortise.Public(), ratelimit.PerIP(20, time.Minute))
	mortise.Post(public, "/signup", s.signup, router.Status(201))
	mortise.Post(public, "/login", s.login, router.Problems(401, 403, 503))
	mortise.Post(public, "/password-token", s.forgot, router.Status(202))
	return api
}

// member is whoever has an access token.
func member(_ context.Context, t *token.Token[AccessClaims]) (*AccessClaims, error) {
	return &t.Claims, nil
}

//docs:end api

//docs:begin codes

// codes gives a role that is too low the code that the tutorial has for it.
type codes struct{ problem.RFC9457 }

// Body is what is written for an error.
func (c codes) Body(p *problem.Problem) any {
	if p.StatusCode() == http.StatusForbidden && (p.Code == "" || p.Code == problem.CodeOf(http.StatusForbidden)) {
		p = p.WithCode(problem.CodeAuthorisationRequired)
	}
	return c.RFC9457.Body(p)
}

//docs:end codes
