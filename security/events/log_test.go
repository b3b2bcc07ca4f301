package events_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/events"
)

func newLog(b *bytes.Buffer) *events.Log {
	options := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	return events.NewLog(events.Config{Logger: slog.New(slog.NewTextHandler(b, options))})
}

func TestAnEventIsOneLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		event security.Event
		line  string
	}{
		{"something succeeded", security.Event{Kind: security.EventLogin, Outcome: security.Succeeded, Subject: "ada", Session: "6e1f", Client: netip.MustParseAddr("203.0.113.9"), RequestID: "r1", Route: "POST /login"},
			`level=INFO msg="security event" kind=login outcome=succeeded subject=ada session=6e1f client=203.0.113.9 request_id=r1 route="POST /login"`},
		{"something was refused", security.Event{Kind: security.EventSecondFactor, Outcome: security.Refused, Reason: "invalid-credentials"},
			`level=WARN msg="security event" kind=second-factor outcome=refused reason=invalid-credentials`},
		{"something failed", security.Event{Kind: "backup", Outcome: security.Failed}, `level=ERROR msg="security event" kind=backup outcome=failed`},
		{"the reason is a sentence", security.Event{Kind: security.EventLogin, Outcome: security.Refused, Reason: "password hunter2 is wrong"}, `level=WARN msg="security event" kind=login outcome=refused reason=other`},
		{"nothing is said", security.Event{}, `level=ERROR msg="security event" kind=other outcome=other`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			newLog(&b).Observe(t.Context(), tt.event)
			if got := strings.TrimSuffix(b.String(), "\n"); got != tt.line {
				t.Errorf("the line is\n%s\nwant\n%s", got, tt.line)
			}
		})
	}
}

func TestARouteIsKnownOutsideOfTheMiddleware(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /posts/{id}", func(http.ResponseWriter, *http.Request) {})
	r := httptest.NewRequest(http.MethodGet, "/posts/7", nil)
	events.Middleware(newLog(&bytes.Buffer{}))(mux).ServeHTTP(httptest.NewRecorder(), r)
	if r.Pattern != "GET /posts/{id}" {
		t.Errorf("the pattern is %q", r.Pattern)
	}
}

// plain is a handler that escapes nothing.
type plain struct {
	slog.Handler
	to  *strings.Builder
	err error
}

func (p plain) Enabled(context.Context, slog.Level) bool { return true }

func (p plain) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool { p.to.WriteString(a.Value.String()); return true })
	return p.err
}

// A207: whatever the handler does, what clients choose ends no line and drives no
// terminal.
func FuzzLog(f *testing.F) {
	f.Add("ada\nkind=login outcome=succeeded", "id")
	f.Add("\x1b[2J\x1b]0;title\a", "\r")
	f.Add("a\u202eb\u2028c\x00\xff", strings.Repeat("é", 300))
	f.Add(`"quoted" \ `, "")
	f.Fuzz(func(t *testing.T, subject, rest string) {
		var b strings.Builder
		l := events.NewLog(events.Config{Logger: slog.New(plain{to: &b})})
		l.Observe(t.Context(), security.Event{
			Kind: security.EventKind(rest), Outcome: security.Outcome(rest), Reason: rest, Subject: subject, Session: rest, RequestID: rest, Route: rest,
		})
		for _, r := range b.String() {
			if r < ' ' || r > '~' {
				t.Fatalf("%q holds %q", b.String(), r)
			}
		}
		if b.Len() > 5*140 {
			t.Errorf("%d characters were written", b.Len())
		}
	})
}

func TestEventsThatCannotBeWrittenAreCounted(t *testing.T) {
	t.Parallel()
	l := events.NewLog(events.Config{Logger: slog.New(plain{to: &strings.Builder{}, err: errors.New("the disk is full")})})
	for range 3 {
		l.Observe(t.Context(), security.Event{})
	}
	if l.Lost() != 3 {
		t.Errorf("Lost() = %d, want 3", l.Lost())
	}
}

func TestRefusalsAreReportedWithWhoAsked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		err        error
	}{
		{"a wrong token", "level=WARN msg=\"security event\" kind=refusal outcome=refused reason=token-expired client=192.0.2.1 request_id=r7", security.ExpiredToken()},
		{"two tokens", "reason=bad-request", security.ErrMultipleCredentials},
		{"a missing role", "reason=forbidden", security.RoleRequired("admin")},
		{"a quota", "reason=rate-limited", problem.New(429, "rate-limited", "")},
		{"a status alone", "reason=forbidden", &problem.Problem{Status: 403}},
		{"a store", "level=ERROR msg=\"security event\" kind=refusal outcome=failed reason=service-unavailable", problem.ServiceUnavailable(time.Second)},
		{"a bad request", "", problem.BadRequest("no")},
		{"a page that is not there", "", problem.NotFound("")},
		{"a mistake of the program", "", errors.New("oops")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			h := middleware.Chain(middleware.RequestID, events.Middleware(newLog(&b)))(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = problem.Write(w, r, problem.From(tt.err))
			}))
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("X-Request-Id", "r7")
			h.ServeHTTP(httptest.NewRecorder(), r)
			if got := b.String(); !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("the line is %q, want %q in it", got, tt.want)
			}
		})
	}
}

func TestNobodyIsToldWithoutAnObserver(t *testing.T) {
	t.Parallel()
	security.Report(t.Context(), security.Event{Kind: security.EventLogin})
	security.Report(security.WithObserver(t.Context(), nil), security.Event{Kind: security.EventLogin})
	defer func() {
		if recover() == nil {
			t.Error("a middleware without an observer was made")
		}
	}()
	events.Middleware(nil)
}
