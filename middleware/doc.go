// Package middleware guards HTTP handlers before anybody looks at what they do:
// who calls, from where, over what, and what they may see of a failure.
//
//	handler := middleware.Chain(
//		middleware.Recover(nil),
//		middleware.RequestID,
//		middleware.AccessLog(middleware.AccessLogConfig{}),
//		middleware.Must(middleware.SecurityHeaders(middleware.SecurityHeadersConfig{})),
//	)(api)
//
// All of it is plain net/http, func(http.Handler) http.Handler, and works with
// any handler and any router. Refusals are RFC 9457 problems, unless
// [problem.RenderAs] or an API around chose another shape. What has something
// to configure is configured by a struct that is checked whole, when the program
// starts, and returned as an error or made a panic by [Must]; what has one number
// takes it, and panics if it makes no sense.
//
// # Order
//
// The first of a [Chain] is the outermost. The order in which they belong:
//
//	[Recover]             so that the others are covered too
//	[RequestID]           so that every line of the log can name the request
//	[AccessLog]           so that refusals are logged
//	[SecurityHeaders]     so that refusals have them
//	[Health.Middleware]   probes come by address, from inside, and often
//	[Shed]                before anything that costs
//	[HostAllowlist]       before anybody uses the host
//	[ClientAddr]          before anybody uses the address
//	[HTTPSOnly]           after ClientAddr, which knows what proxies say of TLS
//	[OnlyIPs]             after ClientAddr
//	[CORS]                before authentication, which preflights cannot pass
//	[CrossOrigin]         after CORS, which answers preflights
//	(rate limits)         by address
//	[Timeout]             around the work
//	[BodyLimit]           around who reads
//	(routes)              match, authentication, second factor, roles, quota, body
//
// What a route asks of its clients belongs to the route, where it is documented:
// [AllowIPs] and [DenyIPs] are dependencies that say so, and [ClientIP] gives a
// handler the address.
//
// # Response writers
//
// [Recover], [RequestID], [AccessLog], [SecurityHeaders] and [Timeout] share one
// wrapper of the response writer for a request, made by the outermost of them.
// It is an [http.Flusher] and an [http.Hijacker], reads files without copying,
// and unwraps for [http.ResponseController]. The wrappers of others do no harm
// if they have an Unwrap method; without one, what stands outside of them does
// not know what happens inside, such as the address of the client.
//
// # Security considerations
//
// Trust no header by default: [ClientAddr] reads none until proxies are named,
// and then from the right. X-Forwarded-Host and X-HTTP-Method-Override are never
// read.
//
// None of this is authentication. An address can be shared, a page of another
// origin can send requests that it cannot read ([CORS]), and a program can send
// whatever it likes ([CrossOrigin] is about browsers).
//
// Nothing is decided by a prefix of the path or by the name of a browser. To
// treat two routes differently, wrap their handlers, or give the routes
// dependencies.
//
// Requests that net/http refuses itself, with 400 or 431, never come here; their
// answers are bare. Limits on time belong to [http.Server] first: without
// ReadHeaderTimeout, ReadTimeout and IdleTimeout, a slow client holds its
// connection for as long as it wants.
package middleware
