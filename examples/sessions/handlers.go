package main

import (
	"context"
	"errors"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/reset"
	"github.com/mortise-go/mortise/security/session"
)

//docs:begin data

// Data is what a session keeps, besides whose it is.
type Data struct {
	Theme string `json:"theme"`
}

//docs:end data

// service is what the handlers share.
type service struct {
	accounts *accounts
	sessions *session.Sessions[Data]
	resets   *reset.Resets
}

//docs:begin login
func (s *service) login(ctx context.Context, in struct {
	Starter     *session.Starter[Data]
	Credentials struct {
		Email    string `json:"email" validate:"required,max=320"`
		Password string `json:"password" validate:"required,max=1024" format:"password"`
	} `body:"json"`
}) (mortise.None, error) {
	err := s.accounts.verify(ctx, in.Credentials.Email, in.Credentials.Password)
	event := security.Event{Kind: security.EventLogin, Outcome: security.Succeeded}
	if s.accounts.hash(in.Credentials.Email) != "" { // what nobody has may be a password in the wrong field
		event.Subject = in.Credentials.Email
	}
	if errors.Is(err, security.ErrInvalidCredentials) {
		event.Outcome = security.Refused
	} else if err != nil {
		event.Outcome = security.Failed
	}
	security.Report(ctx, event)
	if err != nil {
		return mortise.None{}, err
	}
	_, err = in.Starter.Start(ctx, in.Credentials.Email, Data{Theme: "light"})
	return mortise.None{}, err
}

//docs:end login

//docs:begin profile

// Profile is what somebody sees of themselves.
type Profile struct {
	Email    string         `json:"email"`
	Theme    string         `json:"theme"`
	Sessions []session.Info `json:"sessions"`
}

func (s *service) profile(ctx context.Context, current *session.Session[Data]) (Profile, error) {
	open, err := s.sessions.List(ctx, current.Subject)
	return Profile{current.Subject, current.Data.Theme, open}, err
}

func setTheme(ctx context.Context, in struct {
	Session *session.Session[Data]
	Theme   string `body:"json" validate:"oneof=light dark"`
}) (mortise.None, error) {
	in.Session.Data.Theme = in.Theme
	return mortise.None{}, in.Session.Save(ctx)
}

//docs:end profile

//docs:begin reset
type forgotten struct {
	Email string `json:"email" validate:"required,email,max=320"`
}

// forgot answers the same to everybody.
func (s *service) forgot(ctx context.Context, in struct {
	Request forgotten `body:"json"`
}) (string, error) {
	return "If there is such an account, a message is on its way.", s.resets.Request(ctx, in.Request.Email)
}

func (s *service) reset(ctx context.Context, in struct {
	Request struct {
		Token    string `json:"token" validate:"required,max=64"`
		Password string `json:"password" validate:"required,max=1024" format:"password"`
	} `body:"json"`
}) (mortise.None, error) {
	good := func(_ context.Context, t reset.Ticket) error { // asked before the token is used up
		return new(password.Policy).Check(in.Request.Password, t.Subject)
	}
	return mortise.None{}, s.resets.Redeem(ctx, in.Request.Token, func(ctx context.Context, t reset.Ticket) error {
		return s.accounts.setPassword(ctx, t.Subject, in.Request.Password)
	}, good)
}

//docs:end reset
