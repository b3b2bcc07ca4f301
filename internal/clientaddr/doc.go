// Package clientaddr finds out who sent a request, and remembers it in the
// request's context.
//
//	addr, ok := clientaddr.Of(r)
//	if !ok {
//		// nobody can tell: refuse, or count it with all others of the kind
//	}
//
// [Of] returns what a [Resolver] found, or the peer of the connection where no
// resolver ran. Addresses are always plain: an IPv4 address is never wrapped in
// IPv6 and there is no zone, so that they compare equal when they are.
//
// # Security considerations
//
// A header says what its sender wants it to say. A Resolver reads one header,
// and only from proxies that it was told to trust; it walks the entries from
// the right, where the nearest proxy wrote, and stops at the first address that
// is not a trusted proxy's. What stands to the left of it is hearsay. An entry
// on the way that is no address makes the client undeterminable, which is
// remembered too: [Of] then does not fall back to the peer, since that is the
// proxy, which may well be on a list of those who may pass.
package clientaddr
