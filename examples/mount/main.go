// Mount shows an API in the program's own server, below a prefix of its ServeMux,
// next to another handler and behind middleware.
//
//	go run ./examples/mount
package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/mortise-go/mortise"
)

//docs:begin handler
func whoAsks(_ context.Context, r *http.Request) (string, error) {
	return r.Context().Value(callerKey{}).(string), nil
}

func newAPI() *mortise.API {
	api := mortise.New("Mount", "1.0.0")
	mortise.Get(api, "/caller", whoAsks, mortise.Public())
	return api
}

//docs:end handler

//docs:begin mux
func newHandler(api *mortise.API) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/", api.Under("/api")) // not with http.StripPrefix: the API wants the whole path
	mux.Handle("GET /old/", http.RedirectHandler("/api/docs", http.StatusMovedPermanently))
	return withCaller(mux)
}

//docs:end mux

//docs:begin middleware
type callerKey struct{}

func withCaller(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), callerKey{}, r.Header.Get("User-Agent"))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

//docs:end middleware

//docs:begin serve
func run(ctx context.Context, addr string) error {
	api := newAPI()
	if err := api.Start(ctx); err != nil { // builds, and makes what lives as long as the application
		return err
	}
	server := &http.Server{Addr: addr, Handler: newHandler(api), ReadHeaderTimeout: 5 * time.Second}
	server.RegisterOnShutdown(api.EndEvents) // streams have no end of their own
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() { stopped <- server.Shutdown(context.WithoutCancel(ctx)) })
	err := server.ListenAndServe()
	if errors.Is(err, http.ErrServerClosed) {
		err = <-stopped // the last requests are through
	}
	return errors.Join(err, api.Close())
}

//docs:end serve

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, "127.0.0.1:8080"); err != nil {
		slog.Error("mount", "error", err)
	}
}
