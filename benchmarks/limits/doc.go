// Package limits puts the rate limiters of others and ours, each with the store
// in memory that it comes with, in front of one handler. All of them count client
// addresses and grant ten million requests a second, so that nobody is refused.
//
// Each is written as its documentation shows; where a library has no key for the
// address alone it is given one.
package limits
