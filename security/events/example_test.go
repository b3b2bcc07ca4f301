package events_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/events"
)

func Example() {
	withoutTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	audit := events.NewLog(events.Config{Logger: slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))})

	login := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		security.Report(r.Context(), security.Event{Kind: security.EventLogin, Outcome: security.Refused, Subject: "ada"})
		_ = problem.Write(w, r, problem.Unauthorized("Invalid credentials"))
	})
	events.Middleware(audit)(login).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/login", nil))
	// Output:
	// level=WARN msg="security event" kind=login outcome=refused subject=ada client=192.0.2.1
	// level=WARN msg="security event" kind=refusal outcome=refused reason=authorisation-required client=192.0.2.1
}
