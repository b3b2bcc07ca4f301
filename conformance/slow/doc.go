// Package slow lets programs that were made to exhaust servers try one: clients
// that send or read next to nothing, and one that asks as fast as it can.
//
// It has tests only.
package slow
