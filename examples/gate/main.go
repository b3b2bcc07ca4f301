// Gate shows what stands before the handlers of an API in production: limits,
// addresses, headers, hosts, pages of other origins, sizes, times and probes.
//
//	go run ./examples/gate -plain
//
// Without -plain it serves only what came over TLS, to a proxy that -proxies names.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/ratelimit"
)

// A config is what differs between a machine for development and the one that
// serves.
type config struct {
	addr     string
	hosts    []string        // by which clients call the API
	proxies  []string        // addresses and networks of the proxies in front
	plain    bool            // serve what came without TLS, too
	inFlight int             // requests at a time
	timeout  time.Duration   // for one request
	store    ratelimit.Store // of limits; nil is the memory of this process
	mail     mailer
	log      *slog.Logger
}

// A mailer sends mail, and knows whether it can.
type mailer struct {
	send  func(ctx context.Context, to string) error
	ready func(ctx context.Context) error
}

func parse(flags *flag.FlagSet, args []string) (config, error) {
	c := config{inFlight: 200, timeout: 10 * time.Second, mail: printer(), log: slog.Default()}
	flags.StringVar(&c.addr, "addr", "127.0.0.1:8080", "`address` to listen at")
	flags.BoolVar(&c.plain, "plain", false, "serve what came over plain HTTP, too")
	hosts := flags.String("hosts", "127.0.0.1,localhost", "`hosts` by which clients call the API, separated by commas")
	proxies := flags.String("proxies", "", "`networks` of the proxies in front, separated by commas")
	err := flags.Parse(args)
	c.hosts, c.proxies = list(*hosts), list(*proxies)
	return c, err
}

func list(flag string) []string {
	return strings.FieldsFunc(flag, func(r rune) bool { return r == ',' })
}

// printer stands for a server of mail.
func printer() mailer {
	return mailer{
		send:  func(_ context.Context, to string) error { slog.Info("mail", "to", to); return nil },
		ready: func(context.Context) error { return nil },
	}
}

//docs:begin main
func main() {
	c, err := parse(flag.CommandLine, os.Args[1:])
	if err == nil {
		err = run(c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(c config) error {
	api, health, err := newAPI(c)
	if err != nil {
		return err
	}
	mortise.Run(api, c.addr, mortise.Health(health, 5*time.Second))
	return nil
}

//docs:end main

func newAPI(c config) (*mortise.API, *middleware.Health, error) {
	api := routes(c)
	//docs:begin health
	health, err := middleware.NewHealth(middleware.HealthConfig{
		Checks: map[string]func(context.Context) error{"mail": c.mail.ready},
		Logger: c.log,
	})
	//docs:end health
	return api, health, errors.Join(err, gate(api, c))
}

// gate puts around the API what every request passes, the outermost first.
func gate(api *mortise.API, c config) error {
	//docs:begin headers
	headers := middleware.Must(middleware.SecurityHeaders(middleware.SecurityHeadersConfig{Set: map[string]string{
		"Strict-Transport-Security": "max-age=31536000", // not for subdomains, which are others'
	}}))
	//docs:end headers
	//docs:begin hosts
	hosts, err1 := middleware.HostAllowlist(c.hosts...)
	onlyTLS := middleware.HTTPSOnly
	if c.plain {
		onlyTLS = middleware.Chain() // lets everything pass
	}
	//docs:end hosts
	//docs:begin addresses
	addresses, err2 := middleware.ClientAddr(middleware.ClientAddrConfig{
		TrustedProxies: c.proxies,
		ForwardedProto: len(c.proxies) > 0, // they overwrite X-Forwarded-Proto
	})
	//docs:end addresses
	//docs:begin browsers
	cors := middleware.Must(middleware.CORS(middleware.CORSConfig{
		Origins:         []string{"https://app.example.com"},
		MethodsFor:      api.Methods,
		RequestHeaders:  []string{"Authorization", "Content-Type", "X-API-Key"},
		ResponseHeaders: []string{"RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"},
		MaxAge:          time.Hour,
	}))
	crossOrigin := middleware.Must(middleware.CrossOrigin(middleware.CrossOriginConfig{
		TrustedOrigins: []string{"https://app.example.com"}, // it may not only read
	}))
	//docs:end browsers
	//docs:begin everybody
	everybody := ratelimit.MustNew(ratelimit.Config{
		Policies: []ratelimit.Policy{{Name: "client", Quota: 600, Window: time.Minute}},
	})
	//docs:end everybody
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	//docs:begin use
	api.Use(
		middleware.Recover(c.log),
		middleware.RequestID,
		middleware.AccessLog(middleware.AccessLogConfig{Logger: c.log}),
		headers,
		middleware.Shed(c.inFlight, time.Second),
		hosts,
		addresses,
		onlyTLS,
		cors,
		crossOrigin,
		everybody.Middleware(nil), // by address
		middleware.Timeout(c.timeout),
		middleware.BodyLimit(64<<10),
	)
	//docs:end use
	return nil
}
