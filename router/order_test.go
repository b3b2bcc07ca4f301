package router_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// note is the own of somebody.
type note struct{ Owner, Text string }

func (n *note) OwnedBy(a *account) bool { return n.Owner == a.Name }

func findNote(_ context.Context, in struct {
	ID int `path:"id"`
}) (*note, error) {
	switch in.ID {
	case 1:
		return &note{"ada", "of ada"}, nil
	case 2:
		return &note{"bob", "of bob"}, nil
	}
	return nil, problem.NotFound("post not found")
}

// notes is a handler or a dependency that notes that it ran.
func notes[In any](j *journal, what string) func(context.Context, In) (none, error) {
	return func(context.Context, In) (none, error) { j.note(what); return none{}, nil }
}

// bodyOf notes when it is read.
type bodyOf struct {
	journal *journal
	text    string
}

func (b *bodyOf) Read(p []byte) (int, error) {
	if b.text == "" {
		return 0, io.EOF
	}
	b.journal.note("body")
	n := copy(p, b.text)
	b.text = b.text[n:]
	return n, nil
}

func (*bodyOf) Close() error { return nil }

// TestEverythingRunsInTheOrderOfL9 declares the stages of a request in the
// opposite order.
func TestEverythingRunsInTheOrderOfL9(t *testing.T) { // A93
	t.Parallel()
	var j journal
	api := mortise.New("Order", "1", quiet())
	stage := func(at di.Stage) *mortise.Dependency {
		return mortise.Depends(notes[none](&j, at.String()), di.At(at))
	}
	api.Provide(
		mortise.Depends(func(_ context.Context, token security.BearerToken) (*claims, error) {
			j.note("authentication")
			return readClaims(t.Context(), token)
		}, di.At(di.Authentication)),
		mortise.Depends(func(_ context.Context, c *claims) (*account, error) {
			j.note("account")
			return findAccount(t.Context(), c)
		}),
		mortise.Depends(func(_ context.Context, in struct {
			Page int `query:"page"`
		}) (keyOf, error) {
			j.note("needed by the handler")
			return "", nil
		}),
	)
	mortise.Put(api, "/notes/{id}", func(_ context.Context, in struct {
		Note *note
		Key  keyOf
		Body order `body:"json"`
	}) (encodable, error) {
		j.note("handler")
		return encodable{&j}, nil
	},
		mortise.Depends(notes[struct{ Body *account }](&j, "required, of no stage")),
		mortise.RequireOwner[*account](func(ctx context.Context, in struct {
			ID int `path:"id"`
		}) (*note, error) {
			j.note("ownership")
			return findNote(ctx, in)
		}),
		stage(di.Quota),
		mortise.Depends(func(_ context.Context, a *account) (*account, error) { j.note("role"); return a, nil }, di.At(di.Authorization)),
		mortise.Security(func(_ context.Context, in struct {
			Required security.Scopes
			Claims   *claims
		}) (none, error) {
			j.note("scopes")
			return none{}, nil
		}, "posts:write"),
		stage(di.SecondFactor),
		stage(di.Revocation),
		stage(di.Admission),
		mortise.Depends(closing(&j)),
	)
	built(t, api)
	r := newRequest("PUT /notes/1?page=1", "", as("ada"), "Content-Type: application/json")
	r.Body, r.ContentLength = &bodyOf{&j, `{"item":"a"}`}, 12
	send(t, api, r).is(200)
	j.expect(t, "admission", "authentication", "revocation", "second factor", "scopes", "account", "role", "quota", "ownership",
		"required, of no stage", "body", "open", "needed by the handler", "handler", "encode", "close: <nil>")
}

// lockedNotes is an API whose only route has every kind of lock, parameters and
// a body.
func lockedNotes(t testing.TB, opts ...router.Option) *mortise.API {
	api := newGuarded(opts...)
	mortise.Put(api, "/notes/{id}", func(_ context.Context, in struct {
		Note  *note
		Page  int   `query:"page" default:"1"`
		Order order `body:"json"`
	}) (string, error) {
		return in.Note.Text, nil
	}, mortise.Security(checkScopes, "posts:write"), mortise.RequireRole[*account]("admin"), mortise.RequireOwner[*account](findNote))
	return built(t, api)
}

func TestTheFirstLockThatHoldsAnswersAndTheBodyIsNotRead(t *testing.T) { // A175, A201
	t.Parallel()
	api := lockedNotes(t, router.MaxBody(16))
	for _, tt := range []struct {
		name, line string
		fields     []string
		length     int64
		status     int
	}{
		{"no credential", "PUT /notes/x?page=x", nil, 10, 401},
		{"no credential comes before a body that is too large", "PUT /notes/1", nil, 1 << 40, 401},
		{"no credential comes before a body of another kind", "PUT /notes/1", []string{"Content-Type: text/plain"}, 10, 401},
		{"no credential comes before a query that cannot be read", "PUT /notes/1?%zz", nil, 10, 401},
		{"a bad credential", "PUT /notes/x?page=x", []string{as("mallory")}, 10, 401},
		{"two credentials", "PUT /notes/x", []string{as("ada"), as("ada")}, 10, 400}, // A52
		{"a missing scope comes before parameters", "PUT /notes/x?page=x", []string{as("bob")}, 10, 403},
		{"a guard's own parameter is a mistake when the guard runs", "PUT /notes/x?page=x", []string{as("ada")}, 10, 422},
		{"somebody else's comes before the other parameters", "PUT /notes/2?page=x", []string{as("ada")}, 1 << 40, 403},
		{"what is not there comes before the other parameters", "PUT /notes/3?page=x", []string{as("ada")}, 1 << 40, 404},
		{"a body that is too large comes last", "PUT /notes/1?page=1", []string{as("ada")}, 1 << 40, 413},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRequest(tt.line, "", tt.fields...)
			r.Body, r.ContentLength = unreadBody{t}, tt.length
			if r.Header.Get("Content-Type") == "" {
				r.Header.Set("Content-Type", "application/json")
			}
			send(t, api, r).is(tt.status)
		})
	}
	do(t, api, "PUT /notes/1", `{"item":"a"}`, as("ada")).is(200).says(`"of ada"`)
}

// A client that waits for 100 Continue before it sends a body is answered at once,
// and told to go on only when somebody wants the body.
func TestNobodyIsAskedForABodyThatIsNotWanted(t *testing.T) { // A201
	t.Parallel()
	server := serves(t, lockedNotes(t))
	for _, tt := range []struct {
		name, path string
		fields     []string
		status     int
	}{
		{"no credential", "/notes/1", nil, 401},
		{"a bad credential", "/notes/1", []string{as("mallory")}, 401},
		{"two credentials", "/notes/1", []string{as("ada"), as("ada")}, 400},
		{"a missing scope", "/notes/1", []string{as("bob")}, 403},
		{"somebody else's", "/notes/2", []string{as("ada")}, 403},
		{"what is not there", "/notes/3", []string{as("ada")}, 404},
		{"one's own", "/notes/1", []string{as("ada")}, 100},
	} {
		for _, framing := range []string{"Content-Length: 14", "Transfer-Encoding: chunked"} {
			t.Run(tt.name+", "+framing, func(t *testing.T) {
				t.Parallel()
				head := append([]string{"PUT " + tt.path + " HTTP/1.1", "Host: a", "Content-Type: application/json", "Expect: 100-continue", framing}, tt.fields...)
				first := firstAnswer(t, server.URL, strings.Join(head, "\r\n")+"\r\n\r\n")
				if first.StatusCode != tt.status || first.Close != (tt.status != 100) {
					t.Errorf("answered %s, closing %t; want %d, and no connection on which a body may follow", first.Status, first.Close, tt.status)
				}
			})
		}
	}
}

// firstAnswer sends raw bytes and returns the header of what comes back first.
func firstAnswer(t *testing.T, url, request string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer
}

func TestAnOwnersParameterIsToldWithNothingElse(t *testing.T) {
	t.Parallel()
	do(t, lockedNotes(t), "PUT /notes/x?page=x", `{}`, as("ada")).is(422).places("path.id type")
}

func TestAMistakeOfAGuardIsNoTestForWhatExists(t *testing.T) {
	t.Parallel()
	api := lockedNotes(t)
	known, unknown := do(t, api, "PUT /notes/1", ""), do(t, api, "PUT /notes/3", "")
	if known.status != 401 || unknown.status != 401 || known.body != unknown.body {
		t.Errorf("without a credential: %s and %s, want the same", known.body, unknown.body)
	}
}
