package mortiseredis

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise/ratelimit"
)

// take charges the claims of one subject, all or none. The subject is a hash: a
// field for each limit, which holds a debt in nanoseconds and the server's time in
// microseconds when it was that much. Numbers are doubles in Lua; debts of up to
// 104 days are exact.
//
// After the server's clock has been set back, debts count from the new time on.
const take = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local fields, prices, bounds = {}, {}, {}
for i = 1, #ARGV, 3 do
	fields[#fields + 1] = ARGV[i]
	prices[#prices + 1] = tonumber(ARGV[i + 1])
	bounds[#bounds + 1] = tonumber(ARGV[i + 2])
end
local stored = redis.call('HMGET', KEYS[1], unpack(fields))
local granted, ahead = 1, false
local answer, debts = {1}, {}
for i = 1, #fields do
	local debt = 0
	if stored[i] then
		local owed, at = string.match(stored[i], '^(%d+) (%d+)$')
		local passed = now - tonumber(at)
		if passed < 0 then passed, ahead = 0, true end
		debt = math.min(math.max(tonumber(owed) - passed * 1000, 0), bounds[i])
	end
	debts[i] = debt
	answer[i + 1] = debt
	if debt + prices[i] > bounds[i] then granted = 0 end
end
answer[1] = granted
if granted == 0 and not ahead then return answer end
local longest, write = 0, {}
for i = 1, #fields do
	local debt = debts[i] + prices[i] * granted
	if debt > 0 then
		write[#write + 1] = fields[i]
		write[#write + 1] = string.format('%.0f %.0f', debt, now)
		longest = math.max(longest, debt)
	end
end
if #write > 0 then
	redis.call('HSET', KEYS[1], unpack(write))
	local ms = math.ceil(longest / 1000000) + 1
	redis.call('PEXPIRE', KEYS[1], math.max(ms, redis.call('PTTL', KEYS[1])))
end
return answer`

type limits struct {
	*Stores
	take *redis.Script
}

// Limits returns the store of rate limits. A call costs one round trip and one key,
// however many policies a request has to meet.
func (s *Stores) Limits() ratelimit.Store { return limits{s, redis.NewScript(take)} }

// Take charges all claims or none.
func (l limits) Take(ctx context.Context, subject ratelimit.Key, claims []ratelimit.Claim) (bool, error) {
	args := make([]any, 0, 3*len(claims))
	for i := range claims {
		c := &claims[i]
		price := c.Limit.Interval * time.Duration(c.Cost)
		args = append(args, c.Limit.ID[:], int64(price), int64(c.Limit.Tolerance))
	}
	answer, err := l.take.Run(ctx, l.client, []string{l.key("limit", subject[:])}, args...).Int64Slice()
	switch {
	case err != nil:
		return false, err
	case len(answer) != 1+len(claims):
		return false, fmt.Errorf("redis: %d numbers answer %d claims", len(answer), len(claims))
	}
	for i := range claims {
		claims[i].Debt = time.Duration(answer[1+i])
	}
	return answer[0] == 1, nil
}
