package mortiseredis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise/security/token"
)

// revoke merges a mark with the one that is there. A mark is two numbers, the
// second that it no longer covers, or + for none, and its end in milliseconds. It
// returns 1 if there was none.
const revoke = `
local before, untilTime = ARGV[1], tonumber(ARGV[2])
local old = redis.call('GET', KEYS[1])
if old then
	local b, u = string.match(old, '^(%S+) (%d+)$')
	if b == '+' or before ~= '+' and tonumber(b) > tonumber(before) then before = b end
	untilTime = math.max(untilTime, tonumber(u))
end
local ends = string.format('%.0f', untilTime)
redis.call('SET', KEYS[1], before .. ' ' .. ends, 'PXAT', ends)
return old and 0 or 1`

// swap puts a family in the place of the version that the caller knows.
const swap = `
local version = redis.call('HGET', KEYS[1], 'version') or '0'
if version ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'current', ARGV[3], 'previous', ARGV[4], 'rotated', ARGV[5], 'ends', ARGV[6])
redis.call('PEXPIREAT', KEYS[1], ARGV[7])
return 1`

// Tokens remembers revoked tokens and the families of refresh tokens. [Stores.Tokens]
// makes it.
type Tokens struct {
	*Stores
	revoke, swap *redis.Script
}

var (
	_ token.Store       = (*Tokens)(nil)
	_ token.FamilyStore = (*Tokens)(nil)
)

// Tokens returns the store of revoked tokens, which is one of families as well.
func (s *Stores) Tokens() *Tokens {
	return &Tokens{s, redis.NewScript(revoke), redis.NewScript(swap)}
}

// Revoke remembers a mark; see [token.Store].
func (t *Tokens) Revoke(ctx context.Context, m token.Mark) (first bool, err error) {
	return t.revoke.Run(ctx, t.client, []string{t.key("revoked", m.ID[:])}, before(m.Before), m.Until.UnixMilli()).Bool()
}

const always = "+"

func before(second int64) string {
	if second == token.Always {
		return always
	}
	return strconv.FormatInt(second, 10)
}

// Revoked asks for all IDs of a stamp in one round trip; see [token.Store].
func (t *Tokens) Revoked(ctx context.Context, s token.Stamp) (bool, error) {
	replies, err := t.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, id := range []token.ID{s.Token, s.Session, s.Subject} {
			if !id.IsZero() {
				p.Get(ctx, t.key("revoked", id[:]))
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, err
	}
	for _, reply := range replies {
		covered, err := covers(reply.(*redis.StringCmd), s.Issued)
		if err != nil || covered {
			return covered, err
		}
	}
	return false, nil
}

func covers(reply *redis.StringCmd, issued time.Time) (bool, error) {
	text, err := reply.Result()
	switch {
	case errors.Is(err, redis.Nil):
		return false, nil
	case err != nil:
		return false, err
	}
	second, _, _ := strings.Cut(text, " ")
	if second == always {
		return true, nil
	}
	n, err := strconv.ParseInt(second, 10, 64)
	if err != nil {
		return false, fmt.Errorf("redis: a mark of a revoked token begins with no number: %w", err)
	}
	return token.Mark{Before: n}.Covers(issued), nil
}

// Family returns a family; see [token.FamilyStore].
func (t *Tokens) Family(ctx context.Context, id token.ID) (token.Family, error) {
	fields, err := t.client.HGetAll(ctx, t.key("family", id[:])).Result()
	if err != nil || len(fields) == 0 {
		return token.Family{}, err
	}
	version, versionErr := strconv.ParseUint(fields["version"], 10, 64)
	rotated, rotatedErr := strconv.ParseInt(fields["rotated"], 10, 64)
	ends, endsErr := strconv.ParseInt(fields["ends"], 10, 64)
	if err := errors.Join(versionErr, rotatedErr, endsErr); err != nil {
		return token.Family{}, fmt.Errorf("redis: a family of refresh tokens: %w", err)
	}
	f := token.Family{Version: version, Current: fields["current"], Previous: fields["previous"], Ends: time.Unix(0, ends)}
	if rotated != never {
		f.Rotated = time.Unix(0, rotated)
	}
	return f, nil
}

// never stands for the zero time, whose nanoseconds have no number.
const never = 0

// SwapFamily stores a family; see [token.FamilyStore].
func (t *Tokens) SwapFamily(ctx context.Context, id token.ID, was uint64, next token.Family) (bool, error) {
	rotated := int64(never)
	if !next.Rotated.IsZero() {
		rotated = next.Rotated.UnixNano()
	}
	return t.swap.Run(ctx, t.client, []string{t.key("family", id[:])}, was,
		next.Version, next.Current, next.Previous, rotated, next.Ends.UnixNano(), next.Ends.UnixMilli()).Bool()
}
