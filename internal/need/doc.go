// Package need lets a test say what it needs from the machine: a program, a
// running server, a folder of test vectors.
//
// Where the need is not met the test skips, saying what is missing and how to
// get it. Under MORTISE_FULL=1, which make test sets, it fails instead, so that
// a full run never passes because something was absent. Test vectors are the
// one exception: they are the data of others, are not part of the repository,
// and their absence is always a skip.
//
//	func TestDocsPage(t *testing.T) {
//		chromium := need.Tool(t, "chromium", "chromium-browser")
//		...
//	}
//
// The package is for tests only.
package need
