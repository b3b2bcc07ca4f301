package middleware

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mortise-go/mortise/internal/mistake"
	"github.com/mortise-go/mortise/problem"
)

// HealthConfig says what makes a process ready. The zero value is always ready,
// until it drains.
type HealthConfig struct {
	// Checks are asked whether requests can be served: "database", "queue".
	// They run at the same time. The names of those that fail are public, their
	// errors go to the log.
	Checks map[string]func(context.Context) error

	// Timeout is how long a check may take. Zero means 2 seconds.
	Timeout time.Duration

	// Fresh is how long an answer is given again before the checks are asked
	// anew, so that nobody can keep them busy. Zero means 1 second.
	Fresh time.Duration

	// LivePath and ReadyPath are where to ask. Empty means "/livez" and
	// "/readyz".
	LivePath, ReadyPath string

	// Logger is told when a check begins to fail. Nil means [slog.Default].
	Logger *slog.Logger
}

// Health tells an orchestrator whether the process lives and whether it should
// get requests. A Health may be used by many goroutines.
type Health struct {
	cfg   HealthConfig
	names []string

	mu       sync.Mutex
	draining bool
	running  chan struct{} // closed when the round is over; nil between rounds
	asked    time.Time     // the end of the last round
	failing  []string      // in the last round
	busy     map[string]bool
}

// NewHealth makes a Health. The error joins all mistakes of the configuration.
func NewHealth(cfg HealthConfig) (*Health, error) {
	h := &Health{cfg: cfg, names: slices.Sorted(maps.Keys(cfg.Checks)), busy: map[string]bool{}}
	def := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	def(&h.cfg.Timeout, 2*time.Second)
	def(&h.cfg.Fresh, time.Second)
	if h.cfg.LivePath == "" {
		h.cfg.LivePath = "/livez"
	}
	if h.cfg.ReadyPath == "" {
		h.cfg.ReadyPath = "/readyz"
	}
	if err := h.mistakes(); err != nil {
		return nil, err
	}
	return h, nil
}

func (h *Health) mistakes() error {
	var mistakes []error
	say := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	for _, name := range h.names {
		if name == "" || h.cfg.Checks[name] == nil {
			say("check %q has no name or no function", name)
		}
	}
	if h.cfg.Timeout < 0 || h.cfg.Fresh < 0 {
		say("timeout %v, fresh %v: want no negative durations", h.cfg.Timeout, h.cfg.Fresh)
	}
	if !strings.HasPrefix(h.cfg.LivePath, "/") || !strings.HasPrefix(h.cfg.ReadyPath, "/") || h.cfg.LivePath == h.cfg.ReadyPath {
		say("the paths %q and %q have to differ and to begin with a slash", h.cfg.LivePath, h.cfg.ReadyPath)
	}
	return mistake.Prefixed("health: ", mistakes...)
}

// Drain makes the process unready for good: an orchestrator sends no more
// requests, while those that arrive are still served. Call it when the process
// is told to end, wait until that has been noticed, and then shut the server
// down.
func (h *Health) Drain() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.draining = true
}

// Middleware answers GET and HEAD for the two paths and passes everything else
// on. It belongs outside of host lists, address lists and limits: probes come
// from inside, by address, and often.
//
// The answer is 200 {"status":"live"} or {"status":"ready"}, or 503, code
// draining or not-ready, the latter with the names of the failing checks. A
// process that serves at all is live.
func (h *Health) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		switch r.URL.Path {
		case h.cfg.LivePath:
			healthy(w, r, `{"status":"live"}`)
		case h.cfg.ReadyPath:
			if err := h.Ready(r.Context()); err != nil {
				refuse(w, r, problem.From(err))
				return
			}
			healthy(w, r, `{"status":"ready"}`)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func healthy(w http.ResponseWriter, r *http.Request, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodGet {
		_, _ = w.Write([]byte(body)) // the prober may be gone
	}
}

var errDraining = problem.New(http.StatusServiceUnavailable, "draining", "the process is about to end")

// Ready returns nil if requests can be served, and otherwise a
// *[problem.Problem] that says why not. Checks are not asked again while their
// last answer is fresh or their former call has not returned, which counts as a
// failure. The context bounds the waiting only.
func (h *Health) Ready(ctx context.Context) error {
	h.mu.Lock()
	if h.draining {
		h.mu.Unlock()
		return errDraining
	}
	if h.running == nil && (h.asked.IsZero() || time.Since(h.asked) >= h.cfg.Fresh) {
		h.running = make(chan struct{})
		go h.round(context.WithoutCancel(ctx), h.running)
	}
	wait := h.running
	h.mu.Unlock()
	if wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return h.verdict()
}

func (h *Health) verdict() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.failing) == 0 {
		return nil
	}
	return problem.New(http.StatusServiceUnavailable, "not-ready", "").With("failing", slices.Clone(h.failing))
}

// round asks all checks and notes which fail.
func (h *Health) round(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, h.cfg.Timeout)
	defer cancel()
	answers := make([]chan error, len(h.names))
	for i, name := range h.names {
		answers[i] = make(chan error, 1)
		h.ask(ctx, name, answers[i])
	}
	var failing []string
	for i, name := range h.names {
		if err := await(ctx, answers[i]); err != nil {
			failing = append(failing, name)
			h.tell(name, err)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failing, h.asked, h.running = failing, time.Now(), nil
	close(done)
}

func await(ctx context.Context, answer <-chan error) error {
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
	}
	select { // both may have been ready
	case err := <-answer:
		return err
	default:
		return ctx.Err()
	}
}

var errBusy = errors.New("the former call of the check has not returned")

// ask calls a check in a goroutine of its own, since it may ignore its context.
func (h *Health) ask(ctx context.Context, name string, answer chan<- error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy[name] {
		answer <- errBusy
		return
	}
	h.busy[name] = true
	go func() {
		err := guarded(ctx, h.cfg.Checks[name])
		h.mu.Lock()
		h.busy[name] = false
		h.mu.Unlock()
		answer <- err
	}()
}

func guarded(ctx context.Context, check func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the check panicked: %v", v)
		}
	}()
	return check(ctx)
}

// tell logs a check that failed, once until it succeeds again.
func (h *Health) tell(name string, err error) {
	h.mu.Lock()
	known := slices.Contains(h.failing, name)
	h.mu.Unlock()
	if !known {
		orDefault(h.cfg.Logger).Warn("health check fails", "check", name, "error", err)
	}
}
