package mortise

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/router"
)

// Run is the main function of a program that is an API. It does what the first
// argument behind the flags says:
//
//	serve     serves the API until the process is interrupted (the default)
//	routes    prints the routes and their locks
//	openapi   prints the OpenAPI document; -version 3.0, 3.1 or 3.2 chooses
//	          one, and -yaml writes YAML
//	audit     prints what runs for each route, and fails if one is neither
//	          locked nor public
//
// The options are for serving. A second signal ends the process at once.
//
// Run exits the process with status 1 after an error, which it prints. Use
// [RunContext] where something is left to do at the end, and [Serve] for a
// server without commands.
func Run(api *API, addr string, opts ...ServeOption) {
	if err := RunContext(context.Background(), api, addr, opts...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// RunContext is [Run] for a main function that goes on: it returns when the
// command is done, ctx ends or the process is told to end, with the error if
// there is one.
func RunContext(ctx context.Context, api *API, addr string, opts ...ServeOption) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // so that a second signal is not ours
	return command(ctx, api, addr, arguments(), os.Stdout, opts...)
}

// arguments are those that the flag package has left, if it was used.
func arguments() []string {
	if flag.Parsed() {
		return flag.Args()
	}
	return os.Args[1:]
}

func command(ctx context.Context, api *API, addr string, args []string, out io.Writer, opts ...ServeOption) error {
	if err := api.Build(); err != nil {
		return err
	}
	name := "serve"
	if len(args) > 0 {
		name = args[0]
	}
	switch name {
	case "serve":
		return Serve(ctx, api, addr, opts...)
	case "routes":
		return router.WriteRoutes(out, api.Audit())
	case "openapi":
		return document(api, args[1:], out)
	case "audit":
		return audit(api, out)
	}
	return fmt.Errorf("%q is no command; use serve, routes, openapi or audit", name)
}

// document prints the document in the format that the arguments ask for.
func document(api *API, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("openapi", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it
	version := flags.String("version", "", "")
	yaml := flags.Bool("yaml", false, "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return fmt.Errorf("openapi %s: use openapi [-version 3.0|3.1|3.2] [-yaml]", strings.Join(args, " "))
	}
	format := openapi.Format{YAML: *yaml}
	switch *version {
	case "":
	case "3.0":
		format.Version = openapi.Version30
	case "3.1":
		format.Version = openapi.Version31
	case "3.2":
		format.Version = openapi.Version32
	default:
		return fmt.Errorf("openapi -version %s: the versions are 3.0, 3.1 and 3.2", *version)
	}
	text, err := api.Document().Encode(format)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
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

// banner tells a person where to look.
func banner(w io.Writer, api *API, scheme string, at net.Addr) {
	base := scheme + "://" + browsable(at.String())
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
