package mortiseredis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Open returns a client for the server that a URL names, such as
// redis://user:password@host:6379/0, rediss:// for TLS, or unix:///path. It
// connects with the first command, not before.
//
// It is go-redis's client with settings for calls that a request waits for: it
// obeys deadlines, dials and waits for 200 ms at most, and leaves it to the caller
// to try again. Options of the URL, such as ?pool_size=50, come before these.
//
// The error does not repeat the URL, which has a password.
func Open(url string) (*redis.Client, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("mortiseredis: the URL is not one of Redis; it looks like redis://user:password@host:6379/0")
	}
	prompt(options)
	return redis.NewClient(options), nil
}

// patience is how long a dial, a read, a write and a wait for a connection may
// take. The stores' callers wait for 250 ms.
const patience = 200 * time.Millisecond

func prompt(o *redis.Options) {
	o.ContextTimeoutEnabled = true
	o.MaxRetries = -1
	o.DialerRetries = 1
	if o.DialTimeout == 0 {
		o.DialTimeout = patience
	}
	if o.ReadTimeout == 0 {
		o.ReadTimeout = patience
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = patience
	}
	if o.PoolTimeout == 0 {
		o.PoolTimeout = patience
	}
}

// A Config says where on the server the stores are.
type Config struct {
	// Prefix begins every key; empty means "mortise:". Programs that share a server
	// and not their users have different ones. It has no braces.
	Prefix string
}

// Stores are the stores on one server. [New] makes them. They are safe for
// concurrent use.
type Stores struct {
	client redis.UniversalClient
	prefix string
}

// New returns the stores that a client reaches: that of [Open], or one of your own
// for a cluster or sentinels. It makes no call. It is an error if the client
// ignores deadlines, because its ContextTimeoutEnabled is not set.
func New(client redis.UniversalClient, c Config) (*Stores, error) {
	switch {
	case client == nil:
		return nil, errors.New("mortiseredis.New: the client is nil; make one with Open")
	case !obeysDeadlines(client):
		return nil, errors.New("mortiseredis.New: the client ignores deadlines, so a server that hangs would hang every request; set ContextTimeoutEnabled in its options, or make it with Open")
	case strings.ContainsAny(c.Prefix, "{}"):
		return nil, fmt.Errorf("Config.Prefix is %q; braces would put all keys of a cluster on one server", c.Prefix)
	case c.Prefix == "":
		c.Prefix = "mortise:"
	}
	return &Stores{client, c.Prefix}, nil
}

func obeysDeadlines(client redis.UniversalClient) bool {
	switch client := client.(type) {
	case *redis.Client:
		return client.Options().ContextTimeoutEnabled
	case *redis.ClusterClient:
		return client.Options().ContextTimeoutEnabled
	case *redis.Ring:
		return client.Options().ContextTimeoutEnabled
	}
	return true // a client of somebody's own
}

// Ready reports whether the server answers and accepts the client's password: a
// check for a readiness endpoint. The error names the server and its database, and
// no password.
func (s *Stores) Ready(ctx context.Context) error {
	if err := s.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis: %s: %w", s.place(), err)
	}
	return nil
}

// place says where the stores are.
func (s *Stores) place() string {
	if client, ok := s.client.(*redis.Client); ok {
		return fmt.Sprintf("%s, database %d", client.Options().Addr, client.Options().DB)
	}
	return "the cluster"
}

// key names an entry by what it is and a digest.
func (s *Stores) key(kind string, digest []byte) string {
	return s.prefix + kind + ":" + hex.EncodeToString(digest)
}

// tagged is a key that stands on one server of a cluster with all others of its
// digest.
func (s *Stores) tagged(kind, digest, part string) string {
	return s.prefix + kind + ":{" + digest + "}:" + part
}

// digest names what has a name of any length without telling it.
func digest(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}
