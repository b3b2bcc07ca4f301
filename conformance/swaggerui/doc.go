// Package swaggerui uses a page of Swagger UI as a person does: it looks for
// padlocks, opens operations, authorises and tries them out.
//
//	ui := swaggerui.Open(t, server.URL+"/docs")
//	profile := ui.Operation("GET", "/profile")
//	if profile.Lock() != swaggerui.Unlocked {
//		t.Error("the profile shows no open padlock")
//	}
//	ui.AuthorizeWith("bearer", token)
//	if status := profile.Try(); status != 200 {
//		t.Errorf("status %d, want 200", status)
//	}
//
// The page is watched as package browser watches every page: a violation of its
// policy or a request to another origin fails the test.
package swaggerui
