package events

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mortise-go/mortise/security"
)

// A Config says where events are written. The zero value is ready to use.
type Config struct {
	// Logger is written to. Nil means slog.Default at the time of the event.
	Logger *slog.Logger

	// Clock returns the current time; nil means time.Now.
	Clock func() time.Time
}

// A Log is a [security.Observer] that writes a line for each event: at level Info
// for what succeeded, Warn for what was refused, Error for what failed. It is safe
// for concurrent use. [NewLog] makes it.
type Log struct {
	logger *slog.Logger
	clock  func() time.Time
	lost   atomic.Uint64
}

// NewLog returns a log.
func NewLog(c Config) *Log {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return &Log{logger: c.Logger, clock: c.Clock}
}

// Lost returns how many events could not be written.
func (l *Log) Lost() uint64 { return l.lost.Load() }

// Observe writes an event. Fields without a value are left out.
func (l *Log) Observe(ctx context.Context, e security.Event) {
	logger := l.logger
	if logger == nil {
		logger = slog.Default()
	}
	level := levelOf(e.Outcome)
	if !logger.Enabled(ctx, level) {
		return
	}
	record := slog.NewRecord(l.clock(), level, "security event", 0)
	record.AddAttrs(attributes(e)...)
	// The logger would hide that its handler failed.
	if err := logger.Handler().Handle(ctx, record); err != nil {
		l.lost.Add(1)
	}
}

func levelOf(o security.Outcome) slog.Level {
	switch o {
	case security.Succeeded:
		return slog.LevelInfo
	case security.Refused:
		return slog.LevelWarn
	}
	return slog.LevelError
}

func attributes(e security.Event) []slog.Attr {
	all := []slog.Attr{slog.String("kind", code(string(e.Kind))), slog.String("outcome", code(string(e.Outcome)))}
	add := func(name, value string) {
		if value != "" {
			all = append(all, slog.String(name, value))
		}
	}
	if e.Reason != "" {
		add("reason", code(e.Reason))
	}
	add("subject", printable(e.Subject))
	add("session", printable(e.Session))
	if e.Client.IsValid() {
		add("client", printable(e.Client.String()))
	}
	add("request_id", printable(e.RequestID))
	add("route", printable(e.Route))
	return all
}

const longest = 128

// code returns a text that is a code in kebab case, and "other" for everything
// else.
func code(text string) string {
	other := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }
	if text == "" || len(text) > longest/2 || strings.ContainsFunc(text, other) {
		return "other"
	}
	return text
}

// printable returns a text as printable ASCII characters, escaped as Go does and
// cut.
func printable(text string) string {
	long := len(text) > longest
	text = text[:min(len(text), longest)]
	quoted := strconv.QuoteToASCII(text)
	text = quoted[1 : len(quoted)-1]
	if len(text) > longest || long {
		text = text[:min(len(text), longest)] + "..."
	}
	return text
}
