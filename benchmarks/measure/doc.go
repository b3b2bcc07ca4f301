// Package measure times contenders against each other in one process.
//
// Other work on a machine makes single measurements worthless, but it can only
// make code slower. So every contender runs once in each round, in an order that
// changes, and its least time over all rounds counts; what is reported is the
// ratio of that to the baseline's. Allocations are exact.
package measure
