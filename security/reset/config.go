package reset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"
)

// The purposes that most programs have.
const (
	// PasswordReset is for a new password.
	PasswordReset = "password-reset"
	// EmailConfirmation is for an address that somebody claims to have.
	EmailConfirmation = "email-confirmation"
)

const (
	defaultLifetime = time.Hour
	maxLifetime     = 7 * 24 * time.Hour
	maxText         = 1 << 10 // octets of a subject or an address
)

// An Ender ends everything that an account has open. *session.Sessions is one; see
// also [EnderFunc].
type Ender interface {
	EndSubject(ctx context.Context, subject string) error
}

// EnderFunc makes an [Ender] of a function, such as one that calls RevokeSubject of
// package token.
type EnderFunc func(ctx context.Context, subject string) error

// EndSubject calls f.
func (f EnderFunc) EndSubject(ctx context.Context, subject string) error { return f(ctx, subject) }

// A Config says what tokens are for and how they reach people. Store, Find and Send
// are required, and Enders for a [PasswordReset].
type Config struct {
	// Purpose is what the tokens are for; empty means [PasswordReset]. It is part of
	// each token: two purposes may share a store.
	Purpose string

	// Store keeps what was sent. Required.
	Store Store

	// Find returns the subject who has an address, "" if nobody has it. It is called in
	// the background. Compare addresses exactly, or without regard to case in ASCII:
	// beyond it, what is one address in lower case may be two that differ in who reads
	// their mail. Required.
	Find func(ctx context.Context, address string) (subject string, err error)

	// Send sends a message. It is called in the background and has 30 s. Required.
	Send func(ctx context.Context, m Message) error

	// Link is the page to which people come with their token, an absolute https URL
	// without a fragment. Empty means that messages have no link.
	Link string

	// Lifetime is how long a token is good, at most 7 days. 0 means 1 h.
	Lifetime time.Duration

	// Enders end the sessions, refresh tokens and whatever else an account has when a
	// token of it is redeemed.
	Enders []Ender

	// Allow is asked whether a token for the address may be requested; its error is the
	// answer, such as a 429. It must not look whether there is such an account. Nil
	// allows everything.
	Allow func(ctx context.Context, address string) error

	// Logger is told what fails in the background; nil means slog.Default().
	Logger *slog.Logger

	// Clock returns the current time; nil means time.Now.
	Clock func() time.Time
}

func (c Config) withDefaults() Config {
	if c.Purpose == "" {
		c.Purpose = PasswordReset
	}
	if c.Lifetime == 0 {
		c.Lifetime = defaultLifetime
	}
	if c.Allow == nil {
		c.Allow = func(context.Context, string) error { return nil }
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return c
}

// check returns everything that is wrong with a config without zero values.
func (c Config) check() error {
	var mistakes []error
	wrong := func(format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("reset: Config."+format, args...))
	}
	if c.Store == nil {
		wrong("Store is nil; give one, such as reset.NewMemory(nil)")
	}
	if c.Find == nil {
		wrong("Find is nil, so that nobody has an address; give a function that looks it up")
	}
	if c.Send == nil {
		wrong("Send is nil, so that nobody would get a token; give a function that sends mail")
	}
	if c.Lifetime < time.Second || c.Lifetime > maxLifetime {
		wrong("Lifetime is %v; want 1s to %v", c.Lifetime, maxLifetime)
	}
	if len(c.Purpose) > 64 {
		wrong("Purpose has %d octets; want a short name such as %q", len(c.Purpose), PasswordReset)
	}
	if c.Purpose == PasswordReset && len(c.Enders) == 0 {
		wrong("Enders is empty, so that whoever knows the old password stays logged in; give the sessions, and what revokes tokens")
	}
	if u, err := url.Parse(c.Link); c.Link != "" && (err != nil || !secure(u) || u.Host == "" || u.Fragment != "" || u.User != nil) {
		wrong("Link is no absolute https URL without a fragment; it looks like https://app.example.com/reset")
	}
	return errors.Join(mistakes...)
}

// secure reports whether nobody on the way can read what a page is given.
func secure(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && u.Hostname() == "localhost"
}
