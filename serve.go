package mortise

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/mortise-go/mortise/middleware"
)

// The limits of a server started by [Serve]. net/http has none of its own.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10

	maxConcurrentStreams = 100 // of an HTTP/2 connection; RFC 9113 section 6.5.2 advises no less
)

// The times for the end of a server.
const (
	graceTimeout = 15 * time.Second // of requests
	hookTimeout  = 10 * time.Second // of the functions of OnShutdown, all together
)

// A ServeOption adds to what [Serve], [Run] and [RunContext] do.
type ServeOption func(*service)

// service is what the options say.
type service struct {
	health     *middleware.Health
	tls        *tls.Config
	encrypted  bool
	notice     time.Duration
	grace      time.Duration
	changes    []func(*http.Server)
	onListen   []func(net.Addr)
	onShutdown []func(context.Context) error
}

// Health answers probes at the paths of h, /livez and /readyz by default, in
// front of the API and its middleware. When serving is to end, the process is
// unready first, and requests are served as before while the orchestrator
// notices, for as long as the notice: a little more than the period of its
// probes. Zero does not wait.
func Health(h *middleware.Health, notice time.Duration) ServeOption {
	return func(s *service) { s.health, s.notice = h, notice }
}

// TLS serves over TLS, with HTTP/2 for clients that know it. The configuration
// holds a certificate in Certificates, or a function GetCertificate that is asked
// for each connection, so that a certificate is renewed without a restart. A
// MinVersion of zero means TLS 1.2. With one below that, or without a certificate,
// Serve returns an error. The configuration is copied.
func TLS(config *tls.Config) ServeOption {
	return func(s *service) { s.tls, s.encrypted = config.Clone(), true }
}

// Server changes the server before it listens: its limits, its ErrorLog, its
// BaseContext. It has the limits of [Serve] by then, and the API as its handler,
// which may be wrapped. TLS belongs to [TLS]. Serve returns an error for a server
// without a ReadTimeout or a WriteTimeout, since one slow client after another would
// stay for as long as it wants; a route may have a longer one by itself, see
// [router.ReadTimeout], and answers that are sent piece by piece have one for each
// piece, see [router.Streams].
func Server(change func(*http.Server)) ServeOption {
	return func(s *service) { s.changes = append(s.changes, change) }
}

// OnListen calls a function with the address as soon as connections are accepted
// there, before any request is served: to tell others, or to find the port of an
// address such as "127.0.0.1:0".
func OnListen(f func(net.Addr)) ServeOption {
	return func(s *service) { s.onListen = append(s.onListen, f) }
}

// Grace is how long requests may go on when serving is to end, instead of 15 seconds.
// Then they are cut off, and their contexts end. Serve returns an error for a time
// that is not positive.
func Grace(d time.Duration) ServeOption {
	return func(s *service) { s.grace = d }
}

// OnShutdown calls a function when the last request has been served or cut off, the
// function added last first. The context has 10 seconds for all of them, however long
// the requests took. An error is among those that are returned.
//
// The values of the application still serve, for this function as for
// [router.Background] work that goes on behind the last answer: the API is closed
// when all of that is done. So what such work needs is not to be closed here, but by
// the application whose value it is.
func OnShutdown(f func(context.Context) error) ServeOption {
	return func(s *service) { s.onShutdown = append(s.onShutdown, f) }
}

// Serve builds and starts the API and serves it at a TCP address until ctx
// ends. Then it ends streams of events, lets other requests finish, for 15 seconds
// at most or what [Grace] says, calls the functions of [OnShutdown], waits for work
// behind answers and closes the API. It returns nil after such an end, and the reason
// otherwise.
//
// The server has limits: 5 seconds for the header of a request, 30 for all of
// it, 60 for the answer, 2 minutes for an idle connection, 64 KiB of header, 100
// requests at once on a connection of HTTP/2. [Server] changes them.
func Serve(ctx context.Context, api *API, addr string, opts ...ServeOption) (err error) {
	s := service{grace: graceTimeout}
	for _, option := range opts {
		option(&s)
	}
	if err := s.checkTLS(); err != nil {
		return err
	}
	server := s.newServer(api)
	if err := errors.Join(checkLimits(server), s.checkGrace()); err != nil {
		return err
	}
	if err := api.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, api.Close()) }()
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	banner(os.Stderr, api, s.scheme(), listener.Addr())
	for _, f := range s.onListen {
		f(listener.Addr())
	}
	return s.serve(ctx, server, listener)
}

func (s *service) newServer(api *API) *http.Server {
	server := &http.Server{
		Handler:           s.handler(api),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxConcurrentStreams},
	}
	for _, change := range s.changes {
		change(server)
	}
	server.TLSConfig = s.tls
	server.RegisterOnShutdown(api.EndEvents)
	return server
}

// checkLimits makes sure that nobody can stay for ever. The other times of a server
// are those for reading where they are zero.
func checkLimits(s *http.Server) error {
	var mistakes []error
	for _, limit := range [...]struct {
		name    string
		missing bool
	}{
		{"ReadTimeout", s.ReadTimeout <= 0},
		{"ReadHeaderTimeout", s.ReadHeaderTimeout < 0},
		{"WriteTimeout", s.WriteTimeout <= 0},
		{"IdleTimeout", s.IdleTimeout < 0},
	} {
		if limit.missing {
			mistakes = append(mistakes, fmt.Errorf("mortise: the server has no %s, so that a slow client stays for as long as it wants; give a long one, or one to the routes that need it", limit.name))
		}
	}
	return errors.Join(mistakes...)
}

func (s *service) checkGrace() error {
	if s.grace <= 0 {
		return fmt.Errorf("mortise: a Grace of %v cuts off every request; give a positive time", s.grace)
	}
	return nil
}

// checkTLS completes the configuration, or says why it cannot be.
func (s *service) checkTLS() error {
	switch c := s.tls; {
	case !s.encrypted:
		return nil
	case c == nil || len(c.Certificates) == 0 && c.GetCertificate == nil && c.GetConfigForClient == nil:
		return errors.New("mortise: TLS has no certificate; give one in Certificates, or a function GetCertificate")
	case c.MinVersion == 0:
		c.MinVersion = tls.VersionTLS12
	case c.MinVersion < tls.VersionTLS12:
		return fmt.Errorf("mortise: TLS has the MinVersion %s, which is broken; give TLS 1.2 or 1.3, or nothing for 1.2", tls.VersionName(c.MinVersion))
	}
	return nil
}

func (s *service) scheme() string {
	if s.encrypted {
		return "https"
	}
	return "http"
}

// listen serves until the listener is closed.
func (s *service) listen(server *http.Server, listener net.Listener) error {
	if s.encrypted {
		return server.ServeTLS(listener, "", "")
	}
	return server.Serve(listener)
}

func (s *service) handler(api *API) http.Handler {
	if s.health == nil {
		return api
	}
	return s.health.Middleware(api)
}

func (s *service) serve(ctx context.Context, server *http.Server, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- s.listen(server, listener) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		err = s.drain(failed)
	}
	ctx = context.WithoutCancel(ctx) // which must not cut short what its end asks for
	return errors.Join(err, s.shutdown(ctx, server), s.runHooks(ctx))
}

// shutdown lets requests finish, and cuts off those that do not, so that nobody is
// answered from values that have been closed.
func (s *service) shutdown(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, s.grace)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("mortise: requests that went on for %v after the end were cut off: %w", s.grace, err)
		return errors.Join(err, server.Close())
	}
	return err
}

func (s *service) runHooks(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	var errs []error
	for _, f := range slices.Backward(s.onShutdown) {
		errs = append(errs, f(ctx))
	}
	return errors.Join(errs...)
}

// drain tells that the process is about to end, and waits until that has been
// noticed or the server has failed.
func (s *service) drain(failed <-chan error) error {
	if s.health == nil {
		return nil
	}
	s.health.Drain()
	if s.notice > 0 {
		fmt.Fprintf(os.Stderr, "unready, and serving on for %v\n", s.notice)
	}
	select {
	case err := <-failed:
		return err
	case <-time.After(s.notice):
		return nil
	}
}
