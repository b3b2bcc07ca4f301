package blog

import (
	"context"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/ratelimit"
)

// slowdown is how long somebody waits who tries a password of an account for
// which many have been tried.
const slowdown = 2 * time.Second

// attempts limits how often passwords are tried, wherever they are taken.
//
// An address that has tried too often is refused. An account is not: whoever
// knows its name could keep its owner out. It becomes slow instead, for its owner
// too, whether or not there is such an account.
type attempts struct {
	addresses *mortise.Dependency
	accounts  *ratelimit.Limiter
}

func newAttempts() attempts {
	return attempts{
		addresses: ratelimit.PerIP(10, time.Minute),
		accounts:  ratelimit.MustNew(ratelimit.Config{Policies: []ratelimit.Policy{{Name: "account", Quota: 10, Window: 15 * time.Minute}}}),
	}
}

// wait returns at once, or later if the account is slow.
func (a attempts) wait(ctx context.Context, username string) error {
	d, err := a.accounts.Take(ctx, ratelimit.KeyOf("account", username))
	if err != nil || d.Allowed {
		return err
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(slowdown):
		return nil
	}
}
