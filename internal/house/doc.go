// Package house knows the rules of this repository well enough to test them:
// which package may import which, that every exported name explains itself, that
// the code shown in the pages is code that runs, and what a test run skipped.
//
// The rules themselves stand in this package's tests; the first to read is the
// policy in floors_test.go. The package is for tests and for the commands below
// it, never for the product.
package house
