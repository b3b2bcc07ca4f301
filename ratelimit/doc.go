// Package ratelimit limits how often something may happen.
//
//	api := mortise.New("Blog", "1.0.0")
//	mortise.Post(api, "/login", login, ratelimit.PerIP(5, time.Minute), mortise.Public())
//
// The sixth login from one address within a minute is answered
//
//	HTTP/1.1 429 Too Many Requests
//	Content-Type: application/problem+json
//	Retry-After: 12
//	RateLimit-Policy: "ip-5-per-1m";q=5;w=60
//	RateLimit: "ip-5-per-1m";r=0;t=12
//
//	{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded",
//	 "title":"Quota Exceeded","status":429,"code":"rate-limited",
//	 "detail":"too many requests; Retry-After says when to try again",
//	 "violated-policies":["ip-5-per-1m"]}
//
// and the document says so.
//
// # What a policy grants
//
// A [Policy] gives a subject a quota of units for each window. They come back one
// by one, evenly, instead of all at once when a window ends: 5 a minute is one
// every 12 seconds. What has not been used adds up to the burst, which is the
// quota unless the policy says otherwise.
//
//	Quota  Window  Burst   at once   then            in any one window, less than
//	5      minute  –       5         one every 12 s  10
//	5      minute  1       1         one every 12 s  6
//	100    hour    10      10        one every 36 s  110
//
// There is no edge of a window at which a client gets twice as much: this is the
// generic cell rate algorithm, computed in whole nanoseconds.
//
// A limiter may have several policies. They are decided together: a request that
// one of them refuses is charged to none.
//
// # Who is limited
//
//	[PerIP], [Limiter.ByIP]   each client address, or network of IPv6 addresses
//	[Per], [By]               each principal, of whatever type of your own
//	[ByCredential]            each API key or token
//	[Limiter.ByRequest]       whatever you find in a request
//	[Limiter.Shared]          all callers together
//
// These make dependencies for a route, a group or an API. The first and the last
// two run before anything is known about the caller, the others behind
// authentication and authorization; none of them after a body has been read. A
// limiter counts all routes that it guards together, unless [Config].PerRoute is
// set; two limiters count apart. [Limiter.Middleware] is the same for handlers of
// net/http, and [Limiter.Take] for everything else:
//
//	d, err := mails.Take(ctx, ratelimit.KeyOf("mail", user.Email))
//	if err != nil {
//		return err
//	}
//	if err := d.Err(); err != nil {
//		return err // as the answer to a request it is the 429
//	}
//
// # Header fields
//
// Successes and refusals carry RateLimit-Policy and RateLimit, as
// draft-ietf-httpapi-ratelimit-headers-10 has them. Their t is the time until
// there is one unit more. Several limiters on a route add to the same fields.
// Fields for older clients are added where [Config].Legacy asks for them, and none
// where [Config].OmitFields does.
//
// # Stores
//
// What has been used is kept in a [Store]. The default is a [Memory], bounded and
// without a lock that all share. It belongs to one process; a store that several
// share lives in a package of its own.
//
// # Security considerations
//
// A limit by address stops a client, not an attacker with many addresses. Limit
// what is guessed as well: logins by account, codes by user. A limit by a name
// that strangers can send lets strangers use up the quota of others, so choose
// what they can do without.
//
// Addresses are those of connections unless middleware resolves them behind
// trusted proxies; behind a proxy without it, all clients are one. No field such
// as X-Forwarded-For is looked at here. Of IPv6 addresses the first 64 bits
// count, since whoever has one address has 2^64; an IPv4 address wrapped in IPv6
// is the same client as itself.
//
// Keys are digests of parts that are written with their lengths, so nobody can
// choose a name that makes a key of someone else's. They hide credentials, which
// cannot be guessed, but not addresses, of which there are few enough to try all.
//
// A flood of subjects fills a Memory and no more than that. When it is full, those
// that have something left make room first; who is blocked is forgotten too early
// only where all that the store looks at, sixteen at a time, are blocked as well.
//
// A store that fails closes the limit: 503. Let [FailLocal] stand in for it where
// the limit shares out capacity, not where it protects a secret. A store that
// hangs holds up nobody for longer than the timeout, however many limits a request
// has to keep, and after five failures nobody at all for a second, until one request
// tries again.
package ratelimit
