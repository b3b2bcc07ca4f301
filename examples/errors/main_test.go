package main

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/mortisetest"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
)

func TestErrorsTellClientsWhatTheyMayKnow(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, method, target string
		status               int
		want                 string
		fastapi              string
	}{
		{"a problem", "GET", "/accounts/bob/balance", 404,
			`{"title":"Not Found","status":404,"detail":"there is no such account","code":"not-found"}`,
			`{"detail":"there is no such account"}`},
		{"a type of the program's own", "POST", "/payments?amount=150", 409,
			`{"title":"Conflict","status":409,"detail":"the balance is too low","code":"overdrawn"}`,
			`{"detail":"the balance is too low"}`},
		{"a mistake of the client", "POST", "/payments?amount=0", 422,
			`"errors":[{"place":"query.amount","code":"min","detail":"must be at least 1"}]`,
			`{"loc":["query","amount"],"msg":"must be at least 1","type":"min"}`},
		{"something else", "GET", "/report", 500, `"code":"internal-error"`, `{"detail":"Internal Server Error"}`},
	} {
		for shape, want := range map[string]string{"RFC 9457": tc.want, "FastAPI": tc.fastapi} {
			var log bytes.Buffer
			opts := []mortise.Option{router.Logger(slog.New(slog.NewTextHandler(&log, nil)))}
			if shape == "FastAPI" {
				opts = append(opts, router.RenderErrors(problem.FastAPI{}))
			}
			w := httptest.NewRecorder()
			newAPI(opts...).ServeHTTP(w, httptest.NewRequest(tc.method, tc.target, nil))
			if w.Code != tc.status || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s as %s: %d %s, want %d and %s", tc.name, shape, w.Code, w.Body, tc.status, want)
			}
			if strings.Contains(w.Body.String(), "10.1.2.3") {
				t.Errorf("%s as %s tells the client of our network: %s", tc.name, shape, w.Body)
			}
			if id := w.Header().Get("X-Request-Id"); tc.status == 500 && (id == "" || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "10.1.2.3")) {
				t.Errorf("%s as %s: the log says %s, want the cause and the id %q", tc.name, shape, &log, id)
			}
		}
	}
}

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
