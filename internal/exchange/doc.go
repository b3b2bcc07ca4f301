// Package exchange hands a request and the header of its answer to guards that
// read fields and addresses and add to the answer.
//
//	di.Depends(func(ctx context.Context, in struct{ Exchange exchange.Exchange }) (di.None, error) {
//		in.Exchange.Header.Set("RateLimit", …)
//		…
//	})
//
// A router fills it by type, as it does *http.Request. The difference is a
// promise: who takes an Exchange does not look at the path values, so the router
// need not set them, and still reports wildcards that nothing reads.
//
// It also ends exchanges whose body nobody reads to its end.
package exchange
