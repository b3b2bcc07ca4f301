package router_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	sessions "github.com/mortise-go/mortise/security/session"
	"github.com/mortise-go/mortise/security/totp"
)

// notingSessions notes when a session is looked for.
type notingSessions struct {
	*sessions.Memory
	journal *journal
}

func (s notingSessions) Load(ctx context.Context, id sessions.ID) (sessions.Record, bool, error) {
	s.journal.note("session")
	return s.Memory.Load(ctx, id)
}

// notingCodes notes when a code is used up.
type notingCodes struct {
	*totp.MemoryStore
	journal *journal
}

func (s notingCodes) Use(ctx context.Context, account string, step int64, keep time.Duration) (bool, error) {
	s.journal.note("second factor")
	return s.MemoryStore.Use(ctx, account, step, keep)
}

type (
	basket  struct{}
	logins  = sessions.Session[basket]
	deskJob struct {
		api     *mortise.API
		journal journal
		codes   *totp.Verifier
		secret  totp.Secret
	}
)

// newDeskJob is an API whose one locked operation has all that there is: a
// session, a code, a resource, a body, a stream and work in the background.
func newDeskJob(t *testing.T) *deskJob {
	t.Helper()
	d := &deskJob{api: mortise.New("Desk", "1", quiet()), secret: totp.NewSecret()}
	j := &d.journal
	locks, err := sessions.New[basket](sessions.Config{Store: notingSessions{sessions.NewMemory(sessions.MemoryConfig{}), j}})
	if err != nil {
		t.Fatal(err)
	}
	if d.codes, err = totp.New(totp.Config{Issuer: "Desk", Store: notingCodes{&totp.MemoryStore{}, j}}); err != nil {
		t.Fatal(err)
	}
	m := tracing{j}
	d.api.Use(m.Outer, m.Inner)
	d.api.Provide(locks.Dependency(), locks.Starter())
	mortise.Post(d.api, "/login", func(ctx context.Context, in struct{ Starter *sessions.Starter[basket] }) (none, error) {
		_, err := in.Starter.Start(ctx, "ada", basket{})
		return none{}, err
	}, mortise.Public())
	mortise.Post(d.api, "/", d.work,
		totp.Require(d.codes, func(context.Context, *logins) (totp.Account, error) {
			return totp.Account{ID: "1", Secret: d.secret}, nil
		}),
		mortise.Depends(notes[none](j, "admission"), di.At(di.Admission), di.Named("admission")),
		mortise.Depends(func(context.Context, none) (di.Resource[*link1], error) {
			j.note("resource")
			return di.Resource[*link1]{Value: &link1{}, Close: func(error) error { j.note("close"); return nil }}, nil
		}, di.Named("resource")))
	built(t, d.api)
	return d
}

func (d *deskJob) work(_ context.Context, in struct {
	Body  greeting `body:"json"`
	Later router.Background
}) (router.Stream, error) {
	d.journal.note("handler")
	in.Later.Add(chore(&d.journal, "background"))
	return func(w io.Writer) error {
		d.journal.note("stream")
		_, err := io.WriteString(w, "done")
		return err
	}, nil
}

// listed are the names of what the audit lists for the operation, in the words of
// the journal, and where the body comes: behind the last guard.
func (d *deskJob) listed() []string {
	var all []string
	guards := true
	for _, l := range d.api.Audit()[1].Chain {
		if guards && (l.Stage == "dependency" || l.Stage == "handler") {
			all, guards = append(all, "body"), false
		}
		switch {
		case strings.HasPrefix(l.Name, "scheme "): // runs, and has nobody to tell
		case l.Stage == "authentication":
			all = append(all, "session")
		case l.Stage == "second factor", l.Stage == "handler":
			all = append(all, l.Stage)
		default:
			all = append(all, l.Name)
		}
	}
	return all
}

// ask sends the operation with a cookie and a code, and returns what happened
// until all work was done.
func (d *deskJob) ask(t *testing.T, status int, cookie, site string) []string {
	t.Helper()
	code, err := d.codes.Code(d.secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r := newRequest("POST /", "", "Content-Type: application/json", "Cookie: "+cookie, "Sec-Fetch-Site: "+site, "X-TOTP-Code: "+code)
	r.Body, r.ContentLength = io.NopCloser(&bodyOf{&d.journal, `{"message":"x"}`}), -1
	send(t, d.api, r).is(status)
	if err := d.api.Close(); err != nil { // waits for the background
		t.Fatal(err)
	}
	d.journal.mu.Lock()
	defer d.journal.mu.Unlock()
	happened := slices.Compact(d.journal.entries)
	d.journal.entries = nil
	return happened
}

// What the audit lists runs in that order; the body is read behind all guards, and
// the answer, the clean-up and the background follow the handler.
func TestAPipelineWithEverythingRunsAsItIsListed(t *testing.T) { // A93
	t.Parallel()
	d := newDeskJob(t)
	login := do(t, d.api, "POST /login", "").is(204)
	cookie, _, _ := strings.Cut(login.header.Get("Set-Cookie"), ";")
	d.journal.expect(t, "Outer", "Inner")

	// A page of another site gets no further than the session, and reads nothing.
	elsewhere := d.ask(t, 403, cookie, "cross-site")
	for _, late := range []string{"second factor", "resource", "body", "handler", "background"} {
		if slices.Contains(elsewhere, late) {
			t.Errorf("for another site happened: %q", elsewhere)
		}
	}

	want := append(d.listed(), "stream", "close", "background")
	if got := d.ask(t, 200, cookie, "same-origin"); !slices.Equal(got, want) {
		t.Errorf("happened: %q, want what is listed: %q", got, want)
	}
	var text bytes.Buffer
	if err := router.WriteAudit(&text, d.api.Audit()[1:]); err != nil {
		t.Fatal(err)
	}
	golden(t, "pipeline-with-everything", text.String())
}
