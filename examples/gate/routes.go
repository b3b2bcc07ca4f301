package main

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

//docs:begin routes
func routes(c config) *mortise.API {
	api := mortise.New("Prices", "1.0.0", router.Strict(), router.Logger(c.log))
	api.Provide(
		mortise.Depends(partner, security.APIKeyHeader("X-API-Key", security.SchemeConfig{})),
		mortise.Depends(currentUser),
	)
	news := newLetters(c)
	mortise.Post(api, "/news", news.subscribe, mortise.Public(), ratelimit.PerIP(5, time.Minute),
		router.Status(202), router.Problems(503))
	mortise.Get(api, "/prices/{item}", price, perPartner(c.store))
	mortise.Put(api, "/prices", upload, perUser(c.store))
	mortise.Get(api, "/status", status, mortise.Public(), office())
	return api
}

//docs:end routes

// Partner is a program of somebody else, which comes with a key.
type Partner struct{ ID string }

// partner knows two keys. Those of a program are random, see security/apikey.
func partner(_ context.Context, key security.APIKey) (*Partner, error) {
	switch string(key) {
	case "k-north", "k-south":
		return &Partner{string(key[2:])}, nil
	}
	return nil, security.InvalidAPIKey()
}

// User is a person, who comes with a token.
type User struct{ Name string }

func currentUser(_ context.Context, token security.BearerToken) (*User, error) {
	switch string(token) {
	case "t-ada", "t-bob":
		return &User{string(token[2:])}, nil
	}
	return nil, security.InvalidToken()
}

//docs:begin partner

// perPartner grants each partner one request a minute, three of them at once. While
// the store is gone each process counts by itself.
func perPartner(store ratelimit.Store) *mortise.Dependency {
	return ratelimit.By(ratelimit.MustNew(ratelimit.Config{
		Policies:  []ratelimit.Policy{{Name: "partner", Quota: 60, Window: time.Hour, Burst: 3}},
		Store:     store,
		OnFailure: ratelimit.FailLocal,
	}), func(p *Partner) string { return p.ID })
}

//docs:end partner

//docs:begin user

// perUser grants each user ten lists an hour and a million bytes a day, of which
// a hundred thousand at once.
func perUser(store ratelimit.Store) *mortise.Dependency {
	return ratelimit.By(ratelimit.MustNew(ratelimit.Config{
		Policies: []ratelimit.Policy{
			{Name: "lists", Quota: 10, Window: time.Hour},
			{
				Name: "bytes", Quota: 1_000_000, Window: 24 * time.Hour, Burst: 100_000, Unit: "content-bytes",
				Cost: func(r *http.Request) int64 { return r.ContentLength }, // -1, unknown, counts as the burst
			},
		},
		Store: store,
	}), func(u *User) string { return u.Name })
}

//docs:end user

//docs:begin office

// office lets in a network and this machine.
func office() *mortise.Dependency { return middleware.AllowIPs("10.0.0.0/8", "127.0.0.1", "::1") }

func status(_ context.Context, client netip.Addr) (string, error) {
	return "hello, " + client.String(), nil
}

//docs:end office

// Price is what an item costs.
type Price struct {
	Item  string `json:"item" validate:"required,max=100"`
	Cents int    `json:"cents" validate:"min=0"`
}

func price(_ context.Context, in struct {
	Item string `path:"item"`
}) (Price, error) {
	if in.Item != "tea" {
		return Price{}, problem.NotFound("there is no such item")
	}
	return Price{"tea", 250}, nil
}

func upload(_ context.Context, in struct {
	Prices []Price `body:"json"`
}) (int, error) {
	return len(in.Prices), nil
}

//docs:begin mail
type letters struct {
	mails *ratelimit.Limiter
	mailer
}

func newLetters(c config) letters {
	return letters{mailer: c.mail, mails: ratelimit.MustNew(ratelimit.Config{
		Policies: []ratelimit.Policy{{Name: "mail", Quota: 3, Window: time.Hour, Burst: 1}},
		Store:    c.store,
	})}
}

// subscribe sends a mail to whomever the body names, so it is they who are counted.
func (l letters) subscribe(ctx context.Context, in struct {
	Header router.ResponseHeader
	To     struct {
		Email string `json:"email" validate:"required,email,max=320"`
	} `body:"json"`
}) (mortise.None, error) {
	d, err := l.mails.Take(ctx, ratelimit.KeyOf("mail", strings.ToLower(in.To.Email)))
	if err != nil {
		return mortise.None{}, err // nobody can count: 503
	}
	d.SetHeader(in.Header.Header)
	if err := d.Err(); err != nil {
		return mortise.None{}, err // 429
	}
	return mortise.None{}, l.send(ctx, in.To.Email)
}

//docs:end mail
