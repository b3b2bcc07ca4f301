package mortise

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/mortise-go/mortise/router"
)

// The limits of a server started by [Serve]. net/http has none of its own.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	shutdownTimeout   = 15 * time.Second
)

// Run is the main function of a program that is an API. It does what the first
// argument behind the flags says:
//
//	serve     serves the API until the process is interrupted (the default)
//	routes    prints the routes and their locks
//	openapi   prints the OpenAPI document
//	audit     prints what runs for each route, and fails if one is neither
//	          locked nor public
//
// Run exits the process with status 1 after an error, which it prints. Use
// [Serve] for a server that returns.
func Run(api *API, addr string) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx, api, addr, arguments(), os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// arguments are those that the flag package has left, if it was used.
func arguments() []string {
	if flag.Parsed() {
		return flag.Args()
	}
	return os.Args[1:]
}

func command(ctx context.Context, api *API, addr string, args []string, out io.Writer) error {
	if err := api.Build(); err != nil {
		return err
	}
	name := "serve"
	if len(args) > 0 {
		name = args[0]
	}
	switch name {
	case "serve":
		return Serve(ctx, api, addr)
	case "routes":
		return router.WriteRoutes(out, api.Audit())
	case "openapi":
		document, err := api.Document().JSON()
		if err != nil {
			return err
		}
		_, err = out.Write(document)
		return err
	case "audit":
		return audit(api, out)
	}
	return fmt.Errorf("%q is no command; use serve, routes, openapi or audit", name)
}

// audit fails when a route is open by oversight.
func audit(api *API, out io.Writer) error {
	list := api.Audit()
	if err := router.WriteAudit(out, list); err != nil {
		return err
	}
	var open []error
	for _, a := range list {
		if a.Open() {
			open = append(open, fmt.Errorf("%s %s (%s) is neither locked nor declared Public", a.Method, a.Path, a.Place))
		}
	}
	return errors.Join(open...)
}

// Serve builds and starts the API and serves it at a TCP address until ctx
// ends. Then it lets requests finish, for 15 seconds at most, and closes the
// API. It returns nil after such an end, and the reason otherwise.
//
// The server has limits: 5 seconds for the header of a request, 30 for all of
// it, 60 for the answer, 2 minutes for an idle connection, 64 KiB of header.
// Make an http.Server of your own for others; the API is its handler.
func Serve(ctx context.Context, api *API, addr string) (err error) {
	if err := api.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, api.Close()) }()
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	banner(os.Stderr, api, listener.Addr())
	server := &http.Server{
		Handler:           api,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
	return serve(ctx, server, listener)
}

func serve(ctx context.Context, server *http.Server, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	// The context that ended must not cut short what it asks for.
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	return server.Shutdown(grace)
}

// banner tells a person where to look.
func banner(w io.Writer, api *API, at net.Addr) {
	base := "http://" + browsable(at.String())
	title, version := api.Title()
	fmt.Fprintf(w, "%s %s listens at %s\n", title, version, base)
	if path := api.DocsPath(); path != "" {
		fmt.Fprintf(w, "documentation at %s%s\n", base, path)
	}
	fmt.Fprintln(w)
	_ = router.WriteRoutes(w, api.Audit())
	fmt.Fprintln(w)
}

// browsable replaces an address that means every interface by one that a
// browser can open.
func browsable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
