package mortiseredis

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise/security/totp"
)

// try counts a try in a list of the times of all within the window, and returns 0,
// or the microseconds until there is room.
const try = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local tries, window = tonumber(ARGV[1]), tonumber(ARGV[2])
while true do
	local oldest = redis.call('LINDEX', KEYS[1], 0)
	if not oldest or tonumber(oldest) > now - window then break end
	redis.call('LPOP', KEYS[1])
end
local n = redis.call('LLEN', KEYS[1])
if n >= tries then
	local leaves = redis.call('LINDEX', KEYS[1], n - tries)
	return math.max(tonumber(leaves) + window - now, 1)
end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
return 0`

// use moves the last step on, and takes the latest try back.
const use = `
local last = redis.call('GET', KEYS[1])
if last and tonumber(last) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('RPOP', KEYS[2])
return 1`

// Codes remembers used one-time codes, failed tries and recovery codes.
// [Stores.Codes] makes it.
type Codes struct {
	*Stores
	try, use *redis.Script
}

var (
	_ totp.Store         = (*Codes)(nil)
	_ totp.RecoveryStore = (*Codes)(nil)
)

// Codes returns the store of the second factor. Recovery codes stand here for as
// long as accounts live, on a server that may lose them: keep them in the database
// of the accounts where there is one.
func (s *Stores) Codes() *Codes { return &Codes{s, redis.NewScript(try), redis.NewScript(use)} }

func (c *Codes) keys(account string) (step, tries, recovery string) {
	d := digest(account)
	return c.tagged("code", d, "step"), c.tagged("code", d, "tries"), c.tagged("code", d, "recovery")
}

// Try counts a try; see [totp.Store].
func (c *Codes) Try(ctx context.Context, account string, tries int, window time.Duration) (time.Duration, error) {
	_, list, _ := c.keys(account)
	wait, err := c.try.Run(ctx, c.client, []string{list}, tries, window.Microseconds()).Int64()
	return time.Duration(wait) * time.Microsecond, err
}

// Use uses a step; see [totp.Store].
func (c *Codes) Use(ctx context.Context, account string, step int64, keep time.Duration) (bool, error) {
	last, tries, _ := c.keys(account)
	return c.use.Run(ctx, c.client, []string{last, tries}, step, max(keep.Milliseconds(), 1)).Bool()
}

// SetRecovery replaces the digests of recovery codes; see [totp.RecoveryStore].
func (c *Codes) SetRecovery(ctx context.Context, account string, digests []string) error {
	_, _, set := c.keys(account)
	_, err := c.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, set)
		if len(digests) > 0 {
			p.SAdd(ctx, set, digests)
		}
		return nil
	})
	return err
}

// TakeRecovery removes the digest of a recovery code; see [totp.RecoveryStore].
func (c *Codes) TakeRecovery(ctx context.Context, account, digest string) (bool, error) {
	_, _, set := c.keys(account)
	removed, err := c.client.SRem(ctx, set, digest).Result()
	return removed == 1, err
}
