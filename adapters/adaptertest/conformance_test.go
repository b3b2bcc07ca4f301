package adaptertest_test

import (
	"net/http"
	"testing"

	"github.com/mortise-go/mortise/adapters/adaptertest"
	"github.com/mortise-go/mortise/router"
)

// bare is the API without any host.
func bare(_ testing.TB, api *router.Router) (http.Handler, string) { return api, "" }

// counted is a ResponseWriter as middleware wraps it.
type counted struct {
	http.ResponseWriter
	status, bytes int
}

func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *counted) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Write(b []byte) (int, error) {
	c.bytes += len(b)
	return c.ResponseWriter.Write(b)
}

func counting(_ testing.TB, api *router.Router) (http.Handler, string) {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(&counted{ResponseWriter: w}, r.WithContext(r.Context()))
	}), ""
}

func TestTheAPIAloneConforms(t *testing.T) { // A52, A68, A69, A70, A191
	t.Parallel()
	adaptertest.Run(t, bare)
}

//docs:begin kit

// underMux is the API beside other routes of a ServeMux.
func underMux(t testing.TB, api *router.Router) (http.Handler, string) {
	mux := http.NewServeMux()
	mux.Handle("/api/v1/", api.Under("/api/v1"))
	mux.HandleFunc("/{$}", func(http.ResponseWriter, *http.Request) { t.Error("the host's own route was reached") })
	return mux, "/api/v1"
}

func TestAServeMuxConforms(t *testing.T) { // M19, M20, A52, A68, A69, A70, A191
	t.Parallel()
	adaptertest.Run(t, underMux)
}

//docs:end kit

func TestMiddlewareThatWrapsTheWriterConforms(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, counting)
}
