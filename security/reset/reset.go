package reset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/mortise-go/mortise/internal/deadline"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

const (
	workers  = 4
	queue    = 1 << 10
	sendTime = 30 * time.Second
)

var (
	// ErrUsed is the cause of the 401 for a token that is not there: it was used, has
	// expired, was voided, or never was.
	ErrUsed = errors.New("the token was used, has expired, was voided or never was")

	errFull   = errors.New("too many messages wait to be sent")
	errClosed = errors.New("the resets are closed")
)

// Resets send tokens and redeem them. [New] makes them. They are safe for
// concurrent use.
type Resets struct {
	config Config
	gate   deadline.Gate
	jobs   chan job
	wait   sync.WaitGroup

	mu     sync.RWMutex
	closed bool
}

// A job is a request that was accepted.
type job struct {
	ctx     context.Context //nolint:containedctx // what is known of the request, for the log
	address string
}

// New returns resets, or everything that is wrong with the config. Close them in
// the end.
func New(c Config) (*Resets, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	r := &Resets{config: c, gate: deadline.GateFor[*Memory](deadline.Limit, c.Store), jobs: make(chan job, queue)}
	for range workers {
		r.wait.Go(func() {
			for j := range r.jobs {
				r.work(j)
			}
		})
	}
	return r, nil
}

// Request asks for a token to be sent to an address. It returns at once, and the
// same for an address that nobody has. Answer 202 with a sentence that is true for
// everybody: "If there is such an account, a message is on its way."
//
// The error is that of [Config.Allow], or a 503 when too many messages wait to be
// sent.
func (r *Resets) Request(ctx context.Context, address string) error {
	if err := r.config.Allow(ctx, address); err != nil {
		return err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed {
		return unavailable(errClosed)
	}
	select {
	case r.jobs <- job{context.WithoutCancel(ctx), address}:
		return nil
	default:
		return unavailable(errFull)
	}
}

// Close sends what waits to be sent and returns when that is done, or when ctx is.
// Requests are refused from now on. It may be called more than once.
func (r *Resets) Close(ctx context.Context) error {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		close(r.jobs)
	}
	r.mu.Unlock()
	done := make(chan struct{})
	go func() { r.wait.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// work does what was asked for, and tells whoever watches how it ended.
func (r *Resets) work(j job) {
	ctx, cancel := context.WithTimeout(j.ctx, sendTime)
	defer cancel()
	e := security.Event{Kind: security.EventResetRequested, Outcome: security.Succeeded}
	subject, err := r.send(ctx, j.address)
	e.Subject = subject
	switch {
	case err != nil:
		e.Outcome, e.Reason = security.Failed, "not-sent"
		r.log().LogAttrs(ctx, slog.LevelError, "a message was not sent", slog.String("purpose", r.config.Purpose), slog.String("error", err.Error()))
	case subject == "":
		e.Outcome, e.Reason = security.Refused, "unknown-account"
	}
	security.Report(ctx, e)
}

func (r *Resets) send(ctx context.Context, address string) (subject string, err error) {
	token := newToken()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		// Whoever sends mail may quote it in an error, and errors are logged.
		if err != nil {
			err = errors.New(strings.ReplaceAll(err.Error(), string(token), redacted))
		}
	}()
	if address == "" || len(address) > maxText {
		return "", nil
	}
	subject, err = r.config.Find(ctx, address)
	if err != nil || subject == "" {
		return "", err
	}
	if len(subject) > maxText {
		return "", fmt.Errorf("the subject has %d octets, more than %d", len(subject), maxText)
	}
	ends := r.config.Clock().Add(r.config.Lifetime)
	id, _ := r.idOf(string(token))
	_, err = call(ctx, r, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, r.config.Store.Put(ctx, id, Ticket{r.config.Purpose, subject, address, ends})
	})
	if err != nil {
		return subject, err
	}
	return subject, r.config.Send(ctx, Message{r.config.Purpose, address, subject, token, ends, r.config.Link})
}

type taken struct {
	Ticket
	found bool
}

// Redeem lets change have its effect if the token is good: it sets the new password
// of the ticket's subject, or confirms its address. The token is used up then,
// whatever change returns.
//
// So checks are asked before, such as whether the new password holds the name of its
// account. An error of theirs is the answer, and the token is as good as it was.
//
// Everything that the subject has open ends before the change, and again after it:
// a crash in between leaves nothing behind, and neither does a login that was under
// way.
//
// The error is a 401 token-invalid for a token that is not good, whatever the
// reason; that of a check or of change; or a 503, after which the token may still
// be good. A request that goes away stops nothing.
func (r *Resets) Redeem(ctx context.Context, token string, change func(ctx context.Context, t Ticket) error, checks ...func(ctx context.Context, t Ticket) error) error {
	ctx = context.WithoutCancel(ctx)
	t, err := r.redeem(ctx, token, change, checks)
	e := security.Event{Kind: security.EventResetRedeemed, Outcome: security.Succeeded, Subject: t.Subject}
	if err != nil {
		p := problem.From(err)
		e.Outcome, e.Reason = security.Refused, p.Code
		if p.StatusCode() >= 500 {
			e.Outcome = security.Failed
		}
	}
	security.Report(ctx, e)
	return err
}

func (r *Resets) redeem(ctx context.Context, token string, change func(ctx context.Context, t Ticket) error, checks []func(ctx context.Context, t Ticket) error) (Ticket, error) {
	id, ok := r.idOf(token)
	if !ok {
		return Ticket{}, refused()
	}
	ticket, err := r.look(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	for _, check := range checks {
		if err := check(ctx, ticket); err != nil {
			return ticket, err
		}
	}
	if len(checks) > 0 { // they may have taken a while, and whoever is too late ends nothing
		if _, err := r.look(ctx, id); err != nil {
			return ticket, err
		}
	}
	if err := r.end(ctx, ticket.Subject); err != nil {
		return ticket, err
	}
	t, err := call(ctx, r, func(ctx context.Context) (t taken, err error) {
		t.Ticket, t.found, err = r.config.Store.Take(ctx, id)
		return t, err
	})
	if err != nil || !t.found {
		return t.Ticket, orRefused(err)
	}
	if err := change(ctx, t.Ticket); err != nil {
		return t.Ticket, err
	}
	return t.Ticket, r.end(ctx, t.Subject)
}

// look returns the ticket of a token, which stays good.
func (r *Resets) look(ctx context.Context, id ID) (Ticket, error) {
	t, err := call(ctx, r, func(ctx context.Context) (t taken, err error) {
		t.Ticket, t.found, err = r.config.Store.Look(ctx, id)
		return t, err
	})
	if err != nil || !t.found || t.Purpose != r.config.Purpose {
		return Ticket{}, orRefused(err)
	}
	return t.Ticket, nil
}

// end ends what the subject has open, all of it even if some fails.
func (r *Resets) end(ctx context.Context, subject string) error {
	var failed []error
	for _, e := range r.config.Enders {
		if err := e.EndSubject(ctx, subject); err != nil {
			failed = append(failed, err)
		}
	}
	if err := errors.Join(failed...); err != nil {
		return unavailable(err)
	}
	return nil
}

// Void makes all tokens of a subject worthless, such as when its address changes.
// The error is a 503.
func (r *Resets) Void(ctx context.Context, subject string) error {
	_, err := call(context.WithoutCancel(ctx), r, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, r.config.Store.Void(ctx, r.config.Purpose, subject)
	})
	return err
}

// call calls the store within its bounds. The error is a 503.
func call[V any](ctx context.Context, r *Resets, f func(context.Context) (V, error)) (V, error) {
	v, err := deadline.Call(ctx, r.gate, f)
	if err != nil {
		return v, unavailable(fmt.Errorf("the reset store failed: %w", err))
	}
	return v, nil
}

func unavailable(err error) error { return problem.ServiceUnavailable(time.Second).Because(err) }

// refused is one answer for every reason.
func refused() error {
	return security.InvalidToken().WithDetail("Invalid or expired token").Because(ErrUsed)
}

func orRefused(err error) error {
	if err != nil {
		return err
	}
	return refused()
}

func (r *Resets) log() *slog.Logger {
	if r.config.Logger == nil {
		return slog.Default()
	}
	return r.config.Logger
}
