// Package adaptertest tells whether an adapter, by which a host router of
// another framework serves an API, changes what the API does.
//
//	func TestTheAdapterConforms(t *testing.T) {
//		adaptertest.Run(t, func(t testing.TB, api *router.Router) (http.Handler, string) {
//			host := otherframework.New()
//			otheradapter.Mount(host, api.Under("/api"))
//			return host, "/api"
//		})
//	}
//
// [Run] mounts an API of its own, serves the host on the loopback interface and
// speaks HTTP with it, byte by byte where that matters. Each [Case] has a name,
// which is the rule, and a reason, which is what goes wrong without it. An
// adapter passes when no case finds a difference from the API on net/http alone.
//
// Hosts go wrong in a few ways that these cases are made of: they route on a
// decoded path, or decode values twice or never; they let the last parameter
// swallow slashes; they clean paths, or do not; they answer 404, 405, OPTIONS
// and errors by themselves; they buffer bodies or read them too early; they lose
// the context, the pattern or the address below which they serve.
//
// # Security considerations
//
// A host that matches a request to another route than the API does, and an API
// that believes it, is a lock that can be walked around. The cases therefore ask
// for the guarded route by all spellings that have ever confused a router, and
// for every answer before a byte of the body was sent. They do not test what a
// host adds of its own, such as its middleware.
package adaptertest
