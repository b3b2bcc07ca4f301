package ratelimit

import "context"

// A Store keeps how much of its limits each subject has used. An implementation
//
//   - is safe for concurrent use, and takes claims on one subject one after the
//     other, from however many processes they come;
//   - grants all of the claims or none: when all of them fit, each adds its cost
//     times its interval to the debt of the subject with that limit, and when one
//     does not, none does;
//   - sets the debt of every claim to what it was before, in both cases;
//   - lets time pass by a clock of its own that is the same for all, and treats a
//     debt that is larger than the tolerance, as after a clock has jumped back, as
//     the tolerance;
//   - may forget a debt when it has passed away, and not before;
//   - keeps apart what one subject owes to different limits; no two claims of a
//     call are on the same one;
//   - keeps neither the slice nor ctx. It gives up when ctx is done.
//
// An error means that nobody knows whether the claims were charged. What then
// happens to the request is up to the limiter, see [Failure]; so are deadlines.
type Store interface {
	Take(ctx context.Context, subject Key, claims []Claim) (granted bool, err error)
}
