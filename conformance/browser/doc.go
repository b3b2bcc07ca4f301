// Package browser drives a headless Chromium from a test and watches what the
// page does behind the user's back.
//
//	page := browser.Open(t, server.URL+"/docs")
//	page.Click("button.authorize")
//	page.Type("input", "secret")
//	if got := page.Text("#status"); got != "200" {
//		t.Errorf("status %s, want 200", got)
//	}
//
// Each [Open] starts a browser of its own with an empty profile, so that tests
// share nothing and run in parallel. When the test ends it fails if the page
//
//   - broke its Content-Security-Policy,
//   - asked for anything from another origin than the one it was opened at,
//   - threw an exception, rejected a promise unhandled or called console.error.
//
// The methods of [Page] wait for what they need and end the test when it does not
// come. Selectors are those of CSS.
package browser
