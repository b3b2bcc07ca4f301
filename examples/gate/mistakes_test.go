package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/ratelimit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A setting is one that the program does not start with.
type setting struct {
	name string
	make func() error
}

func settings() []setting {
	return []setting{
		{"flags", func() error {
			c, err := parse(flag.NewFlagSet("gate", flag.ContinueOnError), []string{"-hosts", "https://api.example.com", "-proxies", "10.0.0.1/8"})
			if err == nil {
				_, _, err = newAPI(c)
			}
			return err
		}},
		{"policies", func() error {
			_, err := ratelimit.New(ratelimit.Config{Policies: []ratelimit.Policy{
				{Name: "search", Quota: 0, Window: time.Minute},
				{Name: "export", Quota: 10, Window: 500 * time.Millisecond},
			}})
			return err
		}},
		{"policies-of-one-name", func() error {
			_, err := ratelimit.New(ratelimit.Config{Policies: []ratelimit.Policy{
				{Name: "a", Quota: 1, Window: time.Minute},
				{Name: "a", Quota: 10, Window: time.Hour},
			}})
			return err
		}},
		{"quota-of-a-route", func() error { ratelimit.PerIP(0, time.Minute); return nil }},
		{"proxies", func() error {
			_, err := middleware.ClientAddr(middleware.ClientAddrConfig{ForwardedProto: true})
			_, err2 := middleware.ClientAddr(middleware.ClientAddrConfig{TrustedProxies: []string{"10.0.0.7"}, Header: "X-Real-IP"})
			_, err3 := middleware.ClientAddr(middleware.ClientAddrConfig{TrustedProxies: []string{"0.0.0.0/0"}})
			return errors.Join(err, err2, err3)
		}},
		{"list", func() error { middleware.AllowIPs("10.0.0.300"); return nil }},
		{"empty-list", func() error { middleware.DenyIPs(); return nil }},
		{"headers", func() error {
			_, err := middleware.SecurityHeaders(middleware.SecurityHeadersConfig{Set: map[string]string{
				"Strict-Transport-Security": "includeSubDomains",
				"Server":                    "Mortise",
			}})
			return err
		}},
		{"cors", func() error {
			_, err := middleware.CORS(middleware.CORSConfig{
				Origins:        []string{"*", "https://app.example.com/", "https://*.github.io"},
				Credentials:    true,
				Methods:        []string{"patch"},
				RequestHeaders: []string{"Cookie"},
			})
			return err
		}},
		{"cross-origin", func() error {
			_, err := middleware.CrossOrigin(middleware.CrossOriginConfig{TrustedOrigins: []string{"https://*.example.com"}})
			return err
		}},
		{"numbers", func() error {
			return errors.Join(
				panicked(func() { middleware.Shed(0, time.Second) }),
				panicked(func() { middleware.Timeout(0) }),
				panicked(func() { middleware.BodyLimit(0) }))
		}},
		{"probes", func() error {
			_, err := middleware.NewHealth(middleware.HealthConfig{LivePath: "/health", ReadyPath: "/health"})
			return err
		}},
		{"nothing", func() error {
			api := mortise.New("Prices", "1.0.0")
			api.Use(nil)
			return api.Build()
		}},
	}
}

func panicked(f func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	f()
	return nil
}

func TestMistakesAreToldWhenTheProgramStarts(t *testing.T) {
	t.Parallel()
	for _, s := range settings() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			var err error
			if p := panicked(func() { err = s.make() }); p != nil {
				err = p
			}
			if err == nil {
				t.Fatal("there is no mistake")
			}
			got := regexp.MustCompile(`\w+\.go:\d+`).ReplaceAllString(err.Error(), "x.go:0") + "\n"
			file := filepath.Join("testdata", "mistakes", s.name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(file); err != nil || string(want) != got {
				t.Errorf("the mistake is\n%s\nand %s says\n%s (%v)", got, file, want, err)
			}
		})
	}
}
