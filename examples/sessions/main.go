// Sessions shows logins with a cookie, new passwords by mail, and an audit log.
//
//	go run ./examples/sessions
//
// The account is ada@example.com with the password analytical-engine. Mail goes to
// the terminal.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security/events"
	"github.com/mortise-go/mortise/security/reset"
	"github.com/mortise-go/mortise/security/session"
)

//docs:begin stores

// stores keep what must survive a restart in files of a folder.
type stores struct {
	sessions *session.Log
	resets   *reset.Log
}

func openStores(dir string) (*stores, error) {
	sessions, err := session.OpenLog(filepath.Join(dir, "sessions.log"), session.MemoryConfig{})
	if err != nil {
		return nil, err
	}
	resets, err := reset.OpenLog(filepath.Join(dir, "resets.log"), nil)
	if err != nil {
		return nil, errors.Join(err, sessions.Close())
	}
	return &stores{sessions, resets}, nil
}

func (s *stores) close() error { return errors.Join(s.resets.Close(), s.sessions.Close()) }

//docs:end stores

type mailer func(ctx context.Context, m reset.Message) error

//docs:begin service
func newService(stores *stores, mail mailer) (*service, error) {
	accounts, err := newAccounts()
	if err != nil {
		return nil, err
	}
	sessions, err := session.New[Data](session.Config{
		Store:                stores.sessions,
		DangerouslyAllowHTTP: true, // for http://localhost; leave it out everywhere else
	})
	if err != nil {
		return nil, err
	}
	resets, err := reset.New(reset.Config{
		Store:  stores.resets,
		Find:   accounts.find,
		Send:   mail,
		Link:   "http://localhost:8080/reset",
		Enders: []reset.Ender{sessions},
	})
	return &service{accounts, sessions, resets}, err
}

//docs:end service

//docs:begin api
func newAPI(s *service) *mortise.API {
	api := mortise.New("Sessions", "1.0.0", router.Strict())
	api.Provide(s.sessions.Dependency(), s.sessions.Starter())

	public := api.Group("", mortise.Public())
	mortise.Post(public, "/login", s.login, ratelimit.PerIP(10, time.Minute), router.Problems(401, 503))
	mortise.Post(public, "/forgot", s.forgot, ratelimit.PerIP(5, time.Hour), router.Status(202), router.Problems(503))
	mortise.Post(public, "/reset", s.reset, ratelimit.PerIP(10, time.Minute), router.Problems(401, 503))

	mortise.Get(api, "/profile", s.profile) // takes a session, so it is locked
	mortise.Put(api, "/theme", setTheme, router.Problems(409))
	mortise.Post(api, "/logout", session.Logout[Data], router.OperationID("logout"))
	mortise.Post(api, "/logout-everywhere", session.LogoutAll[Data], router.OperationID("logoutEverywhere"))
	return api
}

//docs:end api

//docs:begin handler

// handler puts the audit log around the API.
func handler(api http.Handler, logger *slog.Logger) http.Handler {
	audit := events.NewLog(events.Config{Logger: logger})
	return middleware.Chain(middleware.RequestID, events.Middleware(audit))(api)
}

//docs:end handler

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, "127.0.0.1:8080"); err != nil {
		slog.Error("sessions", "error", err)
	}
}

func run(ctx context.Context, addr string) (err error) {
	dir, err := os.MkdirTemp("", "sessions")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	stores, err := openStores(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stores.close()) }()
	service, err := newService(stores, printMail)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.resets.Close(context.WithoutCancel(ctx))) }()
	return serve(ctx, addr, newAPI(service))
}

func printMail(_ context.Context, m reset.Message) error {
	fmt.Printf("to %s: %s\n", m.To, m.Link())
	return nil
}

func serve(ctx context.Context, addr string, api *mortise.API) error {
	if err := api.Start(ctx); err != nil {
		return err
	}
	server := &http.Server{Addr: addr, Handler: handler(api, slog.Default()), ReadHeaderTimeout: 5 * time.Second}
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() { stopped <- server.Shutdown(context.WithoutCancel(ctx)) })
	fmt.Println("http://localhost:8080/docs")
	err := server.ListenAndServe()
	if errors.Is(err, http.ErrServerClosed) {
		err = <-stopped // the last requests are through
	}
	return errors.Join(err, api.Close())
}
