package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mortise-go/mortise/problem"
)

// server is one address of an authorization server.
type server struct {
	Connection
	url  string
	name string // what it is, for messages
	http *http.Client

	logged atomic.Int64 // when a failure was logged last, in nanoseconds since 1970
}

func (c Connection) server(name, address string) *server {
	if u, err := url.Parse(address); err == nil && u.Scheme == "http" {
		c.log().Warn("an authorization server is asked without TLS", slog.String("url", address))
	}
	return &server{Connection: c, url: address, name: name, http: c.client()}
}

// answer is what a server said.
type answer struct {
	status int
	body   []byte
}

// fail returns the error of an answer that came in time and is of no use.
func (s *server) fail(ctx context.Context, err error) error {
	err = s.failure(err)
	s.complain(ctx, err)
	s.tell(Event{Kind: Failed, Server: s.url, Err: err})
	return err
}

// form is what an answer may be like.
type form struct {
	limit    int64
	types    []string // media types
	statuses []int    // all others are failures
}

// ask sends a request and reads the answer. Whatever is not of the form is a
// failure, which is logged and told.
func (s *server) ask(ctx context.Context, method string, header http.Header, body string, f form) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout())
	defer cancel()
	begun := time.Now()
	a, err := s.exchange(ctx, method, header, body, f)
	took := time.Since(begun)
	if err != nil {
		err = s.failure(err)
		s.complain(ctx, err)
		s.tell(Event{Kind: Failed, Server: s.url, Took: took, Err: err})
		return answer{}, err
	}
	s.tell(Event{Kind: Fetched, Server: s.url, Took: took})
	return a, nil
}

// complain logs a failure, once a second at most: a server that is down fails every
// request.
func (s *server) complain(ctx context.Context, err error) {
	now, last := time.Now().UnixNano(), s.logged.Load()
	if now-last >= int64(time.Second) && s.logged.CompareAndSwap(last, now) {
		s.log().LogAttrs(ctx, slog.LevelError, "the authorization server failed", slog.String("error", err.Error()))
	}
}

// failure names the server in an error. The client of net/http repeats the URL and
// nothing else of the request.
func (s *server) failure(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return fmt.Errorf("%s at %s: %w", s.name, s.url, err)
}

func (s *server) exchange(ctx context.Context, method string, header http.Header, body string, f form) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.url, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body == "" {
		r.Body, r.ContentLength = nil, 0
	}
	r.Header = header.Clone()
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	r.Header.Set("Accept", f.types[0])
	r.Header.Set("Accept-Encoding", "identity") // what is packed has no limit
	w, err := s.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = w.Body.Close() }()
	return f.read(w)
}

// read returns an answer that has the form.
func (f form) read(w *http.Response) (answer, error) {
	if !slices.Contains(f.statuses, w.StatusCode) {
		return answer{}, fmt.Errorf("the status is %d%s", w.StatusCode, redirection(w.StatusCode))
	}
	body, err := f.readBody(w)
	if err != nil && w.StatusCode == http.StatusOK {
		return answer{}, err
	}
	return answer{w.StatusCode, body}, nil
}

func redirection(status int) string {
	if status/100 == 3 {
		return ", a redirect, which is not followed; configure the URL that it leads to"
	}
	return ""
}

func (f form) readBody(w *http.Response) ([]byte, error) {
	if coding := w.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, fmt.Errorf("the answer is packed with %.20q, which nobody asked for", coding)
	}
	media, _, err := mime.ParseMediaType(w.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(f.types, media) {
		return nil, fmt.Errorf("the answer is %.60q; want %s", w.Header.Get("Content-Type"), strings.Join(f.types, " or "))
	}
	if w.ContentLength > f.limit {
		return nil, fmt.Errorf("the answer has %d octets, and may have %d", w.ContentLength, f.limit)
	}
	body, err := io.ReadAll(io.LimitReader(w.Body, f.limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(body)) > f.limit:
		return nil, fmt.Errorf("the answer has more than %d octets", f.limit)
	}
	return body, nil
}

// unavailable is the 503 of a request that nobody can judge just now.
func unavailable(after time.Duration, err error) error {
	return problem.ServiceUnavailable(max(after, time.Second)).Because(err)
}
