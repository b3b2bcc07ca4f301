package adaptertest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// secret is what errors and panics hold and clients must not see.
const secret = "the-password-of-the-database"

// limit is how many bytes a body of POST /limited may have.
const limit = 64

// A desk is where the handlers of an API report to the case.
type desk struct {
	entered chan struct{} // a handler runs
	ended   chan error    // its context has ended
	heard   chan string   // what it has read so far
	closed  chan struct{} // nobody waits any more
	once    sync.Once
}

func newDesk() *desk {
	return &desk{
		entered: make(chan struct{}, 64),
		ended:   make(chan error, 64),
		heard:   make(chan string, 64),
		closed:  make(chan struct{}),
	}
}

func (d *desk) close() { d.once.Do(func() { close(d.closed) }) }

// received waits for what a handler reports.
func received[T any](c <-chan T) (v T, ok bool) {
	select {
	case v = <-c:
		return v, true
	case <-time.After(patience):
		return v, false
	}
}

// reader is whoever holds a token.
type reader struct{ name string }

func authenticate(_ context.Context, token security.BearerToken) (*reader, error) {
	if token != "good" {
		return nil, security.InvalidToken()
	}
	return &reader{"ada"}, nil
}

// api has one route for each thing that a host may get wrong.
func (d *desk) api() *router.Router {
	api := router.New("Conformance", "1", router.Logger(slog.New(slog.DiscardHandler)))
	api.Provide(security.Bearer(security.SchemeConfig{}), di.Depends(authenticate))
	for _, line := range []string{
		"GET /users/{id}", "GET /users/me", "POST /users/{id}", "GET /files/{path...}",
		"GET /exact/{$}", "GET /tree/", "GET /a%2Fb", "GET /users/{id}/posts/{post}",
	} {
		method, path, _ := strings.Cut(line, " ")
		api.Handle(method, path, di.Depends(pattern))
	}
	api.Handle("QUERY", "/users/{id}", di.Depends(pattern), router.Hidden()) // OpenAPI 3.1 has no QUERY
	api.Handle("GET", "/values/{value}", di.Depends(value))
	api.Handle("GET", "/seen/{first}/{second}", di.Depends(seen))
	api.Handle("GET", "/fields", di.Depends(fields))
	api.Handle("GET", "/query", di.Depends(query))
	api.Handle("GET", "/large", di.Depends(large))
	api.Handle("GET", "/redirect", di.Depends(redirect))
	api.Handle("POST", "/created", di.Depends(create))
	api.Handle("POST", "/limited", di.Depends(echo), router.MaxBody(limit))
	api.Handle("GET", "/locked", di.Depends(locked))
	api.Handle("GET", "/locked/{name}", di.Depends(lockedName))
	api.Handle("POST", "/locked", di.Depends(lockedBody))
	api.Handle("GET", "/fail", di.Depends(fail))
	api.Handle("GET", "/panic", di.Depends(panicking))
	api.Handle("GET", "/abort", di.Depends(abort))
	api.Handle("GET", "/wait", di.Depends(d.wait))
	api.Handle("POST", "/listen", di.Depends(d.listen))
	api.Handle("GET", "/speak", di.Depends(d.speak))
	return api
}

func pattern(_ context.Context, r *http.Request) (string, error) { return r.Pattern, nil }

func value(_ context.Context, in struct {
	Value string `path:"value"`
}) (string, error) {
	return in.Value, nil
}

// seen is for code that knows net/http only.
func seen(_ context.Context, r *http.Request) (string, error) {
	return r.PathValue("first") + "," + r.PathValue("second"), nil
}

func fields(_ context.Context, r *http.Request) (string, error) {
	return strings.Join(r.Header.Values("X-Tag"), "|"), nil
}

func query(_ context.Context, r *http.Request) (string, error) { return r.URL.RawQuery, nil }

func large(context.Context, di.None) (string, error) { return strings.Repeat("x", 100<<10), nil }

func redirect(_ context.Context, prefix router.Prefix) (router.Redirect, error) {
	return router.Redirect{To: string(prefix) + "/query?a=b"}, nil
}

// created is an answer of all parts.
type created struct {
	Status   int            `status:"201"`
	Location string         `header:"Location"`
	Link     []string       `header:"Link"`
	Cookies  []*http.Cookie `cookie:"session"`
	Body     string         `body:"json"`
}

func create(_ context.Context, prefix router.Prefix) (created, error) {
	return created{
		Location: string(prefix) + "/users/7",
		Link:     []string{"</a>", "</b>"},
		Cookies:  []*http.Cookie{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}},
		Body:     "created",
	}, nil
}

func echo(_ context.Context, in struct {
	Text string `body:"json"`
}) (string, error) {
	return in.Text, nil
}

func locked(_ context.Context, r *reader) (string, error) { return r.name, nil }

func lockedName(_ context.Context, in struct {
	Name   string `path:"name"`
	Reader *reader
}) (string, error) {
	return in.Reader.name, nil
}

func lockedBody(_ context.Context, in struct {
	Reader *reader
	Body   struct {
		Number int `json:"number" validate:"min=1"`
	} `body:"json"`
}) (string, error) {
	return in.Reader.name, nil
}

func fail(context.Context, di.None) (string, error) { return "", errors.New(secret) }

func panicking(context.Context, di.None) (string, error) { panic(secret) }

func abort(context.Context, di.None) (string, error) { panic(http.ErrAbortHandler) }

// wait waits for the end of its context.
func (d *desk) wait(ctx context.Context, _ di.None) (string, error) {
	d.entered <- struct{}{}
	select {
	case <-ctx.Done():
		d.ended <- ctx.Err()
	case <-d.closed:
	}
	return "", ctx.Err()
}

// speak sends a piece, and the next one when nobody waits any more.
func (d *desk) speak(ctx context.Context, _ di.None) (router.Stream, error) {
	return func(w io.Writer) error {
		if _, err := io.WriteString(w, "first"); err != nil {
			return err
		}
		w.(http.Flusher).Flush()
		select {
		case <-ctx.Done():
			d.ended <- ctx.Err()
		case <-d.closed:
		}
		return ctx.Err()
	}, nil
}

// listen reports the body piece by piece, and the trailer after it.
func (d *desk) listen(_ context.Context, r *http.Request) (string, error) {
	piece := make([]byte, 1<<10)
	for {
		n, err := r.Body.Read(piece)
		if n > 0 {
			d.heard <- string(piece[:n])
		}
		if err == io.EOF {
			return r.Trailer.Get("X-Sum"), nil
		}
		if err != nil {
			return "", err
		}
	}
}
