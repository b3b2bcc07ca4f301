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

// impatience is how long a limit waits for a store that another can stand in for.
// A login asks two of them, and then a store that nothing stands in for.
const impatience = 30 * time.Millisecond

// attempts limits how often passwords are tried, wherever they are taken.
//
// An address that has tried too often is refused. An account is not: whoever
// knows its name could keep its owner out. It becomes slow instead, for its owner
// too, whether or not there is such an account.
//
// Mails are limited by address of the client and by address of the mail.
type attempts struct {
	addresses, askers *mortise.Dependency
	accounts, mails   *ratelimit.Limiter
}

// newAttempts counts in the store that processes share. While that is gone each
// process counts by itself: to refuse every login would be what an attacker wants.
func newAttempts(s Stores) attempts {
	limit := func(name string, quota int, window time.Duration) *ratelimit.Limiter {
		return ratelimit.MustNew(ratelimit.Config{
			Policies: []ratelimit.Policy{{Name: name, Quota: quota, Window: window}},
			Store:    s.Limits, OnFailure: ratelimit.FailLocal, Timeout: impatience,
		})
	}
	return attempts{
		addresses: limit("ip-10-per-1m", 10, time.Minute).ByIP(),
		askers:    limit("ip-5-per-1h", 5, time.Hour).ByIP(),
		accounts:  limit("account", 10, 15*time.Minute),
		mails:     limit("mail", 5, time.Hour),
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
