package mortise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/di"
)

type pulse struct {
	Beats int `json:"beats"`
}

func heartbeat(context.Context, None) (pulse, error) { return pulse{1}, nil }

func small() *API {
	api := New("Small", "1.2.3")
	Get(api, "/beat", heartbeat, Public())
	return api
}

func TestCommandsPrintWhatTheyPromise(t *testing.T) {
	t.Parallel()
	open := small()
	Get(open, "/oversight", heartbeat)
	for _, tc := range []struct {
		name string
		api  *API
		args []string
		want string
		err  string
	}{
		{"routes", small(), []string{"routes"}, "GET  /beat  public", ""},
		{"audit", small(), []string{"audit"}, "heartbeat", ""},
		{"audit finds what is open by oversight", open, []string{"audit"}, "/oversight", "is neither locked nor declared Public"},
		{"openapi", small(), []string{"openapi"}, `"title":"Small"`, ""},
		{"openapi for older tools", small(), []string{"openapi", "-version", "3.0"}, `"openapi":"3.0.3"`, ""},
		{"openapi as YAML", small(), []string{"openapi", "-yaml"}, `openapi: "3.1.0"`, ""},
		{"openapi 3.2 as YAML", small(), []string{"openapi", "-yaml", "-version=3.2"}, `openapi: "3.2.0"`, ""},
		{"openapi of a version that there is not", small(), []string{"openapi", "-version", "2.0"}, "", "the versions are 3.0, 3.1 and 3.2"},
		{"openapi with something else", small(), []string{"openapi", "-json"}, "", "use openapi [-version 3.0|3.1|3.2] [-yaml]"},
		{"a word that is no command", small(), []string{"sing"}, "", "use serve, routes, openapi or audit"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := command(t.Context(), tc.api, "", tc.args, &out)
			if text := squeeze(out.String()); !strings.Contains(text, squeeze(tc.want)) {
				t.Errorf("printed %q, want %q in it", text, tc.want)
			}
			if (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("error %v, want %q", err, tc.err)
			}
		})
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestCommandsRefuseAnAPIWithMistakes(t *testing.T) {
	t.Parallel()
	api := New("Broken", "1")
	Get(api, "/x/{id}", func(context.Context, struct {
		ID int `path:"uid"`
	}) (None, error) {
		return None{}, nil
	})
	err := command(t.Context(), api, "127.0.0.1:0", nil, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "run_internal_test.go") && !strings.Contains(err.Error(), "GET /x/{id}") {
		t.Errorf("served an API with mistakes: %v", err)
	}
}

func TestTheServeCommandTakesTheOptions(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := false
	err := command(ctx, small(), "127.0.0.1:0", []string{"serve"}, io.Discard,
		OnListen(func(net.Addr) { stop() }),
		OnShutdown(func(context.Context) error { ended = true; return nil }))
	if err != nil || !ended {
		t.Errorf("serve returned %v, the hook was called: %t", err, ended)
	}
}

// A204
func TestServeLetsRequestsFinishAndClosesTheAPI(t *testing.T) {
	t.Parallel()
	addr := freeAddress(t)
	entered, closed := make(chan struct{}), false
	api := New("Slow", "1")
	api.Provide(Depends(func(context.Context, None) (di.Resource[*pulse], error) {
		return di.Resource[*pulse]{Value: &pulse{7}, Close: func(error) error { closed = true; return nil }}, nil
	}, di.Application))
	Get(api, "/slow", func(_ context.Context, p *pulse) (*pulse, error) {
		close(entered)
		time.Sleep(200 * time.Millisecond)
		if closed {
			return nil, errors.New("closed under a request")
		}
		return p, nil
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, api, addr) }()

	type result struct {
		beats int
		err   error
	}
	got := make(chan result, 1)
	go func() {
		beats, err := beatsOf("http://" + addr + "/slow")
		got <- result{beats, err}
	}()
	<-entered
	stop()
	if r := <-got; r.err != nil || r.beats != 7 {
		t.Errorf("the request that was under way got %v", r)
	}
	if err := <-ended; err != nil || !closed {
		t.Errorf("Serve returned %v, closed %v", err, closed)
	}
}

// beatsOf asks until the server is up.
func beatsOf(url string) (int, error) {
	var res *http.Response
	err := errors.New("not asked yet")
	for i := 0; i < 100 && err != nil; i++ {
		time.Sleep(20 * time.Millisecond)
		res, err = http.Get(url)
	}
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	var p pulse
	err = json.NewDecoder(res.Body).Decode(&p)
	return p.Beats, err
}

func TestServeSaysWhyItCannot(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := Serve(t.Context(), small(), l.Addr().String()); err == nil {
		t.Error("served at an address in use")
	}
	failing := small()
	failing.Provide(Depends(func(context.Context, None) (*pulse, error) { return nil, errors.New("no heart") }, di.Application))
	Get(failing, "/needs", func(_ context.Context, p *pulse) (*pulse, error) { return p, nil })
	if err := Serve(t.Context(), failing, "127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "no heart") {
		t.Errorf("started without its values: %v", err)
	}
}

func TestBannerNamesAnAddressThatABrowserCanOpen(t *testing.T) {
	t.Parallel()
	api := small()
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	banner(&out, api, "http", &net.TCPAddr{IP: net.IPv6unspecified, Port: 8080})
	for _, want := range []string{"Small 1.2.3", "http://localhost:8080/docs", "/beat", "public"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the banner lacks %q: %s", want, out.String())
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
