// Package blogtest asks the guide's API everything that can be asked over HTTP,
// wherever it is mounted.
//
//	blogtest.Run(t, func(t testing.TB, app *blog.Blog) string {
//		server := httptest.NewServer(app)
//		t.Cleanup(server.Close)
//		return server.URL
//	})
package blogtest
