package problem_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/problem"
)

// payment is an error type of a user's own, without an import of problem.
type payment struct{ status int }

func (p payment) Error() string       { return "card 4111 declined" }
func (p payment) StatusCode() int     { return p.status }
func (p payment) Code() string        { return "card-declined" }
func (p payment) Detail() string      { return "the card was declined" }
func (p payment) Header() http.Header { return http.Header{"x-trace": {"7"}} }

// upstream has a status and nothing else, as errors of client libraries do.
type upstream int

func (u upstream) Error() string   { return "GET https://internal.example/secret: status" }
func (u upstream) StatusCode() int { return int(u) }

func (u upstream) Unwrap() error { return problem.Conflict("inner") }

// A plain error says nothing (L13).
func TestFrom(t *testing.T) {
	t.Parallel()
	gone := problem.Gone("it was here")
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"a plain error", errors.New("pq: password=hunter2"), `{"title":"Internal Server Error","status":500,"code":"internal-error"}`},
		{"a problem", gone, `{"title":"Gone","status":410,"detail":"it was here","code":"gone"}`},
		{"a wrapped problem", fmt.Errorf("secret: %w", gone), `{"title":"Gone","status":410,"detail":"it was here","code":"gone"}`},
		{"a joined problem", errors.Join(errors.New("secret"), gone), `{"title":"Gone","status":410,"detail":"it was here","code":"gone"}`},
		{"a nil problem in an interface", (*problem.Problem)(nil), `{"title":"Internal Server Error","status":500,"code":"internal-error"}`},
		{"a problem with a cause that has a status", problem.NotFound("").Because(payment{402}), `{"title":"Not Found","status":404,"code":"not-found"}`},
		{"an error that answers for itself", fmt.Errorf("pay: %w", payment{402}), `{"title":"Payment Required","status":402,"detail":"the card was declined","code":"card-declined"}`},
		{"one with only a status", upstream(404), `{"title":"Not Found","status":404,"code":"not-found"}`},
		{"the outer one counts", fmt.Errorf("x: %w", upstream(502)), `{"title":"Bad Gateway","status":502,"code":"bad-gateway"}`},
		{"a status that is no error's", payment{200}, `{"title":"Internal Server Error","status":500,"code":"internal-error"}`},
		{"a status out of range", payment{600}, `{"title":"Internal Server Error","status":500,"code":"internal-error"}`},
		{"a body over the limit", fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 1024}),
			`{"title":"Content Too Large","status":413,"detail":"the body may have at most 1024 bytes","code":"content-too-large"}`},
		{"a deadline", fmt.Errorf("query secret: %w", context.DeadlineExceeded), `{"title":"Service Unavailable","status":503,"code":"service-unavailable"}`},
		{"a cancelled request", context.Canceled, `{"title":"Service Unavailable","status":503,"code":"service-unavailable"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := problem.From(tt.err)
			got, err := json.Marshal(p)
			if err != nil || string(got) != tt.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, tt.want)
			}
			if same, ok := errors.AsType[*problem.Problem](tt.err); ok && same != nil && same.StatusCode() == p.StatusCode() {
				return // a problem is returned as it is, without what wraps it
			}
			if !strings.Contains(p.Error(), tt.err.Error()) {
				t.Errorf("the log reads %q, without the cause %q", p.Error(), tt.err)
			}
		})
	}
	if problem.From(nil) != nil {
		t.Error("From(nil) is not nil")
	}
	if problem.From(gone) != gone {
		t.Error("a problem is not returned as it is")
	}
	if got := problem.From(payment{402}).Header(); got["x-trace"][0] != "7" {
		t.Errorf("Header() = %v, want that of the error", got)
	}
}
