// Package mortiseecho mounts an API on Echo, version 5.
//
//	e := echo.New()
//	e.Use(middleware.RequestLogger())
//	e.GET("/health", health)
//	if err := mortiseecho.Mount(e, "/api", api); err != nil {
//		log.Fatal(err)
//	}
//
// Echo runs its middleware, then the API does what it does on net/http: it
// matches the whole path again, by its own patterns, and answers. Echo knows
// each route of the API by method, path and operation id, so that they are in
// its list and in c.Path(); what it has matched decides nothing. A lock is
// therefore bound to the operation that the API has matched, values are decoded
// once, a parameter holds no slash, and 404, 405, OPTIONS and HEAD below the
// prefix are the API's. No error of the API reaches Echo's HTTPErrorHandler.
//
// Mount and MountGroup report what is wrong with the API, and routes of Echo's
// own that would take requests from it.
//
// # Values of Echo's middleware
//
// What middleware puts into the context of the request arrives in the ctx of
// handlers and dependencies. What it keeps in the echo.Context is given to them
// by type:
//
//	api.Provide(mortiseecho.Value[*Tenant]("tenant")) // c.Set("tenant", t)
//	api.Provide(mortiseecho.Context())                // the *echo.Context itself
//
// [FromContext] finds it where only the ctx is at hand.
//
// # Compression
//
// Echo's Gzip middleware compresses what is compressed already. The API does that
// with its document and its pages, so let the Skipper of GzipConfig leave out
// /openapi.json and whatever lies below /docs, or use Gzip for other routes only.
//
// # Security considerations
//
//   - Middleware of Echo that authenticates is invisible: the document and the
//     audit do not show it, and it sees the path that Echo has matched. Use the
//     schemes of package security, which lock the operation that runs.
//   - Echo routes by the path as it was sent. A request whose prefix is escaped
//     or unclean, such as "/%61pi/users" or "//api/users", is Echo's own 404.
//   - Routes that Echo's own Router gets without Echo.AddRoute are not seen, and
//     neither is what is added after Echo.OnAddRoute has been replaced.
//   - An echo.Context serves one request and then another one. Do not keep it.
package mortiseecho
