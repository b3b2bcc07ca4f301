// Package mortiseredis keeps the state of an API on a Redis or Valkey server, so
// that several processes share one set of limits, revoked tokens, sessions, used
// codes and tokens sent by mail.
//
//	client, err := mortiseredis.Open("redis://127.0.0.1:6379/0")
//	...
//	shared, err := mortiseredis.New(client, mortiseredis.Config{})
//	...
//	limiter, err := ratelimit.New(ratelimit.Config{Store: shared.Limits(), ...})
//	revocations, err := token.NewRevocations(issuer, token.RevocationConfig{Store: shared.Tokens()})
//
// Each call of a store is one round trip, and each is atomic: what has to look
// before it writes is a script, run by the server between all other commands. All
// keys of a script have one hash tag, so Redis Cluster serves them, too. Entries
// expire by themselves. Time is the server's, for limits and tries. For the rest the
// clocks of the processes have to agree: a token or a login of one that is ahead
// outlasts, by as much, what ends everything that an account has.
//
// It needs Redis 6.2 or Valkey 7.2, or newer.
//
// # Failure
//
// Whoever uses a store here gives each call 250 ms and answers 503 when it fails,
// except where the limit's configuration says otherwise. [Open] makes a client that
// gives up in time; [New] refuses one that does not. When the server comes back,
// the next call finds it.
//
// # Security considerations
//
// Keys are digests, so whoever reads them learns no token, account or address, and no
// name runs into another one. What they hold, and so the slow log, names the accounts
// of sessions with their data, and accounts and addresses to which mail was sent. The
// server holds no secret that opens anything by itself, but whoever may write to it
// may undo revocations: give it a password, TLS (the scheme rediss), and a user that
// may do no more than it has to. A server that evicts keys under memory pressure forgets
// revocations; set maxmemory-policy to noeviction. One without persistence forgets
// them when it restarts; where that matters set appendonly to yes, and appendfsync
// to always if not even the last second may be lost.
package mortiseredis
