// Package ui serves pages on which people read and try out an API: Swagger UI, from the files in the program,
// without a content delivery network and under a Content-Security-Policy that allows no inline script or style.
//
//	mux.Handle("GET /openapi.json", document.Handler())
//	docs := ui.Handler(ui.Config{Title: "Blog"})
//	mux.Handle("GET /docs", docs)
//	mux.Handle("GET /docs/", docs)
//
// # Where it can be mounted
//
// All addresses in the page are relative, so the handler works under any prefix, behind [net/http.StripPrefix]
// and behind a proxy that removes a prefix. It needs its own path and everything below it.
// The document is expected beside the page, see [Config].
//
// # Signing in
//
// The dialog "Authorize" offers the schemes of the document. For the flows of OAuth 2.0 with a redirect,
// the redirect URI to register is the address of the page followed by /oauth2-redirect.html.
// Authorization codes are used with PKCE (RFC 7636). A token endpoint on another origin
// has to be listed in [Config.ConnectTo], and has to allow the origin of the page by CORS.
//
// # Security considerations
//
// The page ignores configuration in its address, so that a link cannot make it show another API.
// It keeps credentials in memory only: they are gone when the page is. It calls no other origin than those listed.
// Whether the pages should exist in production, and for whom, is for the program to decide: wrap the handler,
// or do not mount it.
package ui
