package router_test

import (
	"context"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

func rawAPI(t testing.TB, opts ...router.Option) *mortise.API {
	api := mortise.New("Raw", "1", append(opts, quiet())...)
	mortise.Post(api, "/reader", func(_ context.Context, in struct {
		Body io.Reader `body:"image/png,image/jpeg" doc:"A picture."`
	}) (int, error) {
		b, err := io.ReadAll(in.Body)
		return len(b), err
	})
	mortise.Post(api, "/bytes", func(_ context.Context, in struct {
		Body []byte `body:"*/*"`
	}) (int, error) {
		return len(in.Body), nil
	})
	mortise.Post(api, "/text", func(_ context.Context, in struct {
		Body string `body:"text/*" required:"false"`
	}) (string, error) {
		return in.Body, nil
	}, router.ContentType("text/plain"))
	return built(t, api)
}

func TestBodiesAreTakenAsTheyAre(t *testing.T) { // A182
	t.Parallel()
	api := rawAPI(t)
	for _, tt := range []struct {
		name, path, body, field string
		status                  int
		says                    string
	}{
		{"a picture", "/reader", png, "Content-Type: image/png", 200, "8"},
		{"another picture", "/reader", "x", "Content-Type: Image/JPEG; q=1", 200, "1"},
		{"no picture", "/reader", "x", "Content-Type: text/plain", 415, ""},
		{"no type", "/reader", "x", "Content-Type:", 415, ""},
		{"an empty picture", "/reader", "", "Content-Type: image/png", 200, "0"},
		{"nothing", "/reader", "", "Content-Type:", 422, ""},
		{"anything", "/bytes", "abc", "Content-Type: application/x-own", 200, "3"},
		{"anything without a type", "/bytes", "abc", "Content-Type:", 415, ""},
		{"text", "/text", "abc", "Content-Type: text/x-own; charset=iso-8859-1", 200, "abc"},
		{"no text", "/text", "", "Content-Type:", 200, ""},
		{"no text at all", "/text", "abc", "Content-Type: image/png", 415, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := do(t, api, "POST "+tt.path, tt.body, tt.field).is(tt.status)
			if tt.status == 200 {
				a.says(tt.says)
			}
		})
	}
	do(t, api, "POST /reader", "x", "Content-Type: text/plain").is(415).has("Accept", "image/png, image/jpeg")
	do(t, api, "POST /bytes", "x", "Content-Type: a/b", "Content-Encoding: gzip").is(415).has("Accept-Encoding", "identity") // A183
}

func TestRawBodiesHaveTheLimitOfBodies(t *testing.T) {
	t.Parallel()
	api := rawAPI(t, router.MaxBody(4))
	for _, path := range []string{"/reader", "/bytes"} {
		for _, known := range []bool{true, false} {
			for body, status := range map[string]int{"1234": 200, "12345": 413, strings.Repeat("x", 1000): 413} {
				r := newRequest("POST "+path, body, "Content-Type: image/png")
				if !known {
					r.ContentLength = -1
				}
				send(t, api, r).is(status)
			}
		}
	}
	endless := rawAPI(t, router.MaxBody(math.MaxInt64))
	do(t, endless, "POST /reader", "12345", "Content-Type: image/png").is(200).says("5")
	do(t, endless, "POST /bytes", "12345", "Content-Type: image/png").is(200).says("5")
}

func TestARawBodyThatBreaksOffIsABadRequest(t *testing.T) {
	t.Parallel()
	r := newRequest("POST /reader", "x", "Content-Type: image/png")
	r.Body = io.NopCloser(readerFunc(func([]byte) (int, error) { return 0, errors.New("reset by peer") }))
	send(t, rawAPI(t), r).is(400)
}

func TestRawBodiesAreReadBehindTheGuards(t *testing.T) { // A201
	t.Parallel()
	api := mortise.New("Guarded", "1")
	mortise.Post(api, "/", func(_ context.Context, in struct {
		Body io.Reader `body:"image/png"`
		Page int       `query:"page"`
	}) (none, error) {
		return none{}, nil
	}, mortise.Security(takesToken))
	built(t, api)
	for _, fields := range [][]string{{"Content-Type: image/png"}, {"Content-Type: image/png", as("ada")}} {
		r := newRequest("POST /?page=x", "", fields...)
		r.Body, r.ContentLength = unreadBody{t}, -1
		if status := send(t, api, r).status; status != 401 && status != 422 {
			t.Errorf("answered %d", status)
		}
	}
}

func TestRawBodiesAreDocumented(t *testing.T) {
	t.Parallel()
	body := member(documented(t, rawAPI(t), "POST /reader"), "requestBody")
	want := `{"content":{"image/jpeg":{"schema":{"format":"binary","type":"string"}},"image/png":{"schema":{"format":"binary","type":"string"}}},"description":"A picture.","required":true}`
	if got := text(body); got != want {
		t.Errorf("documented as %s", got)
	}
	if got := text(member(documented(t, rawAPI(t), "POST /text"), "requestBody")); got != `{"content":{"text/*":{"schema":{"type":"string"}}}}` {
		t.Errorf("documented as %s", got)
	}
}
