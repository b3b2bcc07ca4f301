package mortiseredis

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/mortise-go/mortise/security/session"
)

// A session is a hash, whose field owner names the subject's index: a sorted set of
// the ids of its sessions by the millisecond in which each may be forgotten. Ids
// lead to keys that a script does not declare; they are on the same server.
//
// keepSession writes a session, with its index, which lasts as long as the session
// that lasts longest. It expects base, id, owner and keep.
const keepSession = `
redis.call('PEXPIREAT', base .. 'id:' .. id, keep)
if owner ~= '' then
	local index = base .. 'subject:' .. owner
	local t = redis.call('TIME')
	redis.call('ZREMRANGEBYSCORE', index, '-inf', t[1] * 1000 + math.floor(t[2] / 1000))
	redis.call('ZADD', index, keep, id)
	redis.call('PEXPIREAT', index, redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')[2])
end
`

// swapSession puts a session in the place of the version that the caller knows, or
// where none is. Times are digits of one length, which compare as text does.
const swapSession = `
local base, old, was, id, keep, ended = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local owner, started = ARGV[8], ARGV[14]
if was == '0' then
	if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
	local at = redis.call('GET', base .. 'ended:' .. ended)
	if at and string.sub(at, 1, 20) >= started then return 0 end
else
	local there = redis.call('HMGET', KEYS[1], 'version', 'owner')
	if there[1] ~= was then return 0 end
	if old ~= id then redis.call('DEL', KEYS[1]) end
	redis.call('ZREM', base .. 'subject:' .. there[2], old)
end
redis.call('HSET', KEYS[2], unpack(ARGV, 7))
` + keepSession + `return 1`

const touchSession = `
local base, id, seen, keep = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local owner = redis.call('HGET', KEYS[1], 'owner')
if not owner then return 0 end
redis.call('HSET', KEYS[1], 'seen', seen, 'keep', ARGV[5])
` + keepSession + `return 1`

const endSession = `
local owner = redis.call('HGET', KEYS[1], 'owner')
if not owner then return 0 end
redis.call('DEL', KEYS[1])
redis.call('ZREM', ARGV[1] .. 'subject:' .. owner, ARGV[2])
return 1`

// endSubject ends the sessions of an index, and remembers when.
const endSubject = `
local base, except, at, until_ = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local ended = 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
	if id ~= except then
		ended = ended + redis.call('DEL', base .. 'id:' .. id)
		redis.call('ZREM', KEYS[1], id)
	end
end
local was = redis.call('GET', KEYS[2])
if was then
	local before, keep = string.match(was, '^(%d+) (%d+)$')
	if before > at then at = before end
	until_ = math.max(until_, tonumber(keep))
end
local ends = string.format('%.0f', until_)
redis.call('SET', KEYS[2], at .. ' ' .. ends, 'PXAT', ends)
return ended`

// listSubject returns id, fields, id, fields, ...
const listSubject = `
local all = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
	local key = ARGV[1] .. 'id:' .. id
	if redis.call('EXISTS', key) == 1 then
		all[#all + 1] = id
		all[#all + 1] = redis.call('HGETALL', key)
	end
end
return all`

type sessions struct {
	*Stores
	base                                    string
	swap, touch, end, endSubject, ofSubject *redis.Script
}

// Sessions returns the store of sessions. To end all of a subject is one step, and
// so all sessions of a prefix stand on one server of a cluster.
func (s *Stores) Sessions() session.Store {
	return sessions{
		s, s.prefix + "{" + s.prefix + "session}:", redis.NewScript(swapSession), redis.NewScript(touchSession),
		redis.NewScript(endSession), redis.NewScript(endSubject), redis.NewScript(listSubject),
	}
}

func (s sessions) at(id session.ID) string { return s.base + "id:" + hex.EncodeToString(id[:]) }

// Load returns a session.
func (s sessions) Load(ctx context.Context, id session.ID) (session.Record, bool, error) {
	fields, err := s.client.HGetAll(ctx, s.at(id)).Result()
	if err != nil || len(fields) == 0 {
		return session.Record{}, false, err
	}
	r, err := readSession(fields)
	return r, err == nil, err
}

// Swap stores a session; see [session.Store].
func (s sessions) Swap(ctx context.Context, old session.ID, was uint64, id session.ID, next session.Record) (bool, error) {
	subject := digest(next.Subject)
	owner := ""
	if next.Subject != "" {
		owner = subject
	}
	return s.swap.Run(ctx, s.client, []string{s.at(old), s.at(id)},
		s.base, hex.EncodeToString(old[:]), was, hex.EncodeToString(id[:]), next.Keep.UnixMilli(), subject,
		"owner", owner, "version", next.Version, "subject", next.Subject, "started", stamp(next.Started),
		"seen", stamp(next.Seen), "ends", stamp(next.Ends), "keep", stamp(next.Keep), "data", next.Data).Bool()
}

// Touch notes that a session is in use; see [session.Store].
func (s sessions) Touch(ctx context.Context, id session.ID, seen, keep time.Time) error {
	return s.touch.Run(ctx, s.client, []string{s.at(id)}, s.base, hex.EncodeToString(id[:]), stamp(seen), keep.UnixMilli(), stamp(keep)).Err()
}

// End forgets a session; see [session.Store].
func (s sessions) End(ctx context.Context, id session.ID) (bool, error) {
	return s.end.Run(ctx, s.client, []string{s.at(id)}, s.base, hex.EncodeToString(id[:])).Bool()
}

// EndSubject forgets the sessions of a subject; see [session.Store].
func (s sessions) EndSubject(ctx context.Context, subject string, except session.ID, at, until time.Time) (int, error) {
	d := digest(subject)
	return s.endSubject.Run(ctx, s.client, []string{s.base + "subject:" + d, s.base + "ended:" + d},
		s.base, hex.EncodeToString(except[:]), stamp(at), until.UnixMilli()).Int()
}

// Subject returns the sessions of a subject; see [session.Store].
func (s sessions) Subject(ctx context.Context, subject string) (map[session.ID]session.Record, error) {
	list, err := s.ofSubject.Run(ctx, s.client, []string{s.base + "subject:" + digest(subject)}, s.base).Slice()
	if err != nil {
		return nil, err
	}
	all := map[session.ID]session.Record{}
	for i := 0; i+1 < len(list); i += 2 {
		var id session.ID
		name, _ := list[i].(string)
		if n, err := hex.Decode(id[:], []byte(name)); err != nil || n != len(id) {
			return nil, errors.New("redis: the index of a subject names no session")
		}
		if all[id], err = readSession(pairs(list[i+1])); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// pairs makes a map of the fields and values of a hash that a script returns.
func pairs(reply any) map[string]string {
	list, _ := reply.([]any)
	fields := make(map[string]string, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		name, _ := list[i].(string)
		fields[name], _ = list[i+1].(string)
	}
	return fields
}

func readSession(fields map[string]string) (session.Record, error) {
	version, err := strconv.ParseUint(fields["version"], 10, 64)
	r := session.Record{Version: version, Subject: fields["subject"], Data: []byte(fields["data"])}
	for name, t := range map[string]*time.Time{"started": &r.Started, "seen": &r.Seen, "ends": &r.Ends, "keep": &r.Keep} {
		*t, err = readStamp(fields[name], err)
	}
	if err != nil {
		return session.Record{}, fmt.Errorf("redis: a session: %w", err)
	}
	return r, nil
}

// stamp writes a time as nanoseconds with as many digits as every other.
func stamp(t time.Time) string { return fmt.Sprintf("%020d", max(t.UnixNano(), 0)) }

// readStamp reads what stamp wrote, unless there is an error already.
func readStamp(text string, err error) (time.Time, error) {
	n, wrong := strconv.ParseInt(text, 10, 64)
	return time.Unix(0, n), errors.Join(err, wrong)
}
