package mortiseredis

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise/security/reset"
)

// putTicket stores a ticket, forgets the one that its owner had, and names it as
// the owner's. An owner is a purpose and a subject.
const putTicket = `
local base, id, ends, owner = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
local had = redis.call('GET', base .. 'owner:' .. owner)
if had and had ~= id then redis.call('DEL', base .. 'id:' .. had) end
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('PEXPIREAT', KEYS[1], ends)
redis.call('SET', base .. 'owner:' .. owner, id, 'PXAT', ends)
return 1`

const takeTicket = `
local ticket = redis.call('HGETALL', KEYS[1])
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner then
	redis.call('DEL', KEYS[1])
	local name = ARGV[1] .. 'owner:' .. owner
	if redis.call('GET', name) == ARGV[2] then redis.call('DEL', name) end
end
return ticket`

const voidTickets = `
local id = redis.call('GET', KEYS[1])
if id then redis.call('DEL', KEYS[1], ARGV[1] .. 'id:' .. id) end
return 1`

type resets struct {
	*Stores
	base            string
	put, take, void *redis.Script
}

// Resets returns the store of what was sent by mail. All tickets of a prefix stand
// on one server of a cluster.
func (s *Stores) Resets() reset.Store {
	return resets{s, s.prefix + "{" + s.prefix + "reset}:", redis.NewScript(putTicket), redis.NewScript(takeTicket), redis.NewScript(voidTickets)}
}

func (r resets) at(id reset.ID) string { return r.base + "id:" + hex.EncodeToString(id[:]) }

// owner names a purpose and a subject. The length keeps one from running into the
// other.
func owner(purpose, subject string) string {
	return digest(strconv.Itoa(len(purpose)) + ":" + purpose + subject)
}

// Put stores a ticket; see [reset.Store].
func (r resets) Put(ctx context.Context, id reset.ID, t reset.Ticket) error {
	return r.put.Run(ctx, r.client, []string{r.at(id)}, r.base, hex.EncodeToString(id[:]),
		t.Ends.UnixMilli(), "owner", owner(t.Purpose, t.Subject), "purpose", t.Purpose, "subject", t.Subject, "address", t.Address, "ends", stamp(t.Ends)).Err()
}

// Look returns a ticket; see [reset.Store].
func (r resets) Look(ctx context.Context, id reset.ID) (reset.Ticket, bool, error) {
	fields, err := r.client.HGetAll(ctx, r.at(id)).Result()
	if err != nil {
		return reset.Ticket{}, false, err
	}
	return readTicket(fields)
}

// Take takes a ticket; see [reset.Store].
func (r resets) Take(ctx context.Context, id reset.ID) (reset.Ticket, bool, error) {
	fields, err := r.take.Run(ctx, r.client, []string{r.at(id)}, r.base, hex.EncodeToString(id[:])).Slice()
	if err != nil {
		return reset.Ticket{}, false, err
	}
	return readTicket(pairs(fields))
}

// Void forgets the tickets of a subject; see [reset.Store].
func (r resets) Void(ctx context.Context, purpose, subject string) error {
	return r.void.Run(ctx, r.client, []string{r.base + "owner:" + owner(purpose, subject)}, r.base).Err()
}

func readTicket(fields map[string]string) (reset.Ticket, bool, error) {
	if len(fields) == 0 {
		return reset.Ticket{}, false, nil
	}
	ends, err := readStamp(fields["ends"], nil)
	if err != nil {
		return reset.Ticket{}, false, fmt.Errorf("redis: what was sent by mail: %w", err)
	}
	return reset.Ticket{Purpose: fields["purpose"], Subject: fields["subject"], Address: fields["address"], Ends: ends}, true, nil
}
