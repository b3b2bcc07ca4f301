// Testing shows an API whose test replaces what is slow, far away or secret.
// The interesting half is main_test.go.
//
//	go test ./examples/testing
package main

import (
	"context"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

//docs:begin api

// User is whoever is calling.
type User struct{ Name string }

// HasRole reports whether the user has the role.
func (u *User) HasRole(role string) bool { return u.Name == "root" && role == "admin" }

// Clock tells the time.
type Clock func() time.Time

// Mailer sends mail through a service on the network.
type Mailer interface {
	Send(ctx context.Context, to, text string) error
}

type greeting struct {
	Text string `json:"text"`
}

func greet(ctx context.Context, in struct {
	User   *User
	Clock  Clock
	Mailer Mailer
}) (greeting, error) {
	text := "Good morning, " + in.User.Name
	if in.Clock().Hour() >= 12 {
		text = "Good day, " + in.User.Name
	}
	return greeting{text}, in.Mailer.Send(ctx, in.User.Name, text)
}

func newAPI() *mortise.API {
	api := mortise.New("Testing", "1.0.0")
	api.Provide(mortise.Depends(currentUser), mortise.Depends(newClock, di.Application), mortise.Depends(newMailer, di.Application))
	mortise.Post(api, "/greetings", greet)
	mortise.Post(api, "/mornings", greet, mortise.RequireRole[*User]("admin"))
	return api
}

//docs:end api

func currentUser(_ context.Context, token security.BearerToken) (*User, error) {
	return nil, security.InvalidToken() // the users are somewhere else
}

func newClock(context.Context, mortise.None) (Clock, error) { return time.Now, nil }

func newMailer(context.Context, mortise.None) (Mailer, error) { return service{}, nil }

type service struct{}

func (service) Send(context.Context, string, string) error {
	return problem.ServiceUnavailable(time.Minute)
}

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
