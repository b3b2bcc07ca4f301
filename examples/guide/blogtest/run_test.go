package blogtest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/examples/guide/blogtest"
)

func TestTheBlogServesByItself(t *testing.T) {
	t.Parallel()
	blogtest.Run(t, func(t testing.TB, app *blog.Blog) string { return serve(t, app) })
}

func TestTheBlogServesBelowAPrefix(t *testing.T) {
	t.Parallel()
	blogtest.Run(t, func(t testing.TB, app *blog.Blog) string {
		mux := http.NewServeMux()
		mux.Handle("/below/blog/", app.API.Under("/below/blog"))
		return serve(t, mux) + "/below/blog"
	})
}

func serve(t testing.TB, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}
