package middleware

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/mortise-go/mortise/internal/clientaddr"
)

// AccessLogConfig says what [AccessLog] writes, and where. The zero value
// writes every request to [slog.Default] at level Info.
type AccessLogConfig struct {
	// Logger is written to. Nil means slog.Default at the time of the request.
	Logger *slog.Logger

	// Level is the level of the lines. Nil means [slog.LevelInfo].
	Level slog.Leveler

	// Redact names further query parameters whose values are secret. Letter
	// case, and everything but letters and digits, do not matter.
	Redact []string

	// Skip leaves requests out, such as those of health checks. Nil means none.
	Skip func(*http.Request) bool
}

// AccessLog writes one line for each request when it is done:
//
//	msg="request" request_id=… method=GET route="GET /posts/{id}" target="/posts/7?token=REDACTED"
//	status=200 bytes=512 duration=1.2ms client=203.0.113.9
//
// route is the pattern that matched, so that lines can be counted by it; client
// is "unknown" when the address cannot be determined; a panic shows as status
// 500, and as 0 when nothing was answered. Duration ends with the handler.
//
// Headers and bodies are never written. Of the query, the values of parameters
// that usually hold secrets are not: those with token, secret, password,
// passwd, passphrase, passcode, apikey, accesskey, privatekey, signature,
// credential, assertion, session, jwt, otp, mfa or codeverifier in their name, and
// key, code, sig, auth, authorization, pin, sid, pwd, pass, state, nonce and
// SAMLResponse; of the codes also those for devices, users, authorization,
// verification, recovery and backup. Nor are values that hold such a parameter, as
// addresses of other pages may, or cannot be decoded. What may be a control
// character is percent-encoded, and the target ends after 1024 bytes.
func AccessLog(cfg AccessLogConfig) func(http.Handler) http.Handler {
	l := &accessLog{logger: cfg.Logger, level: cfg.Level, skip: cfg.Skip, secrets: newSecrets(cfg.Redact)}
	if l.level == nil {
		l.level = slog.LevelInfo
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { l.serve(w, r, next) })
	}
}

type accessLog struct {
	logger  *slog.Logger
	level   slog.Leveler
	skip    func(*http.Request) bool
	secrets secrets
}

func (l *accessLog) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	logger := orDefault(l.logger)
	if !logger.Enabled(r.Context(), l.level.Level()) || l.skip != nil && l.skip(r) {
		next.ServeHTTP(w, r)
		return
	}
	start := time.Now()
	on, e, begun := enter(w, r)
	r, v := e.attach(r)
	whole := false
	// A handler may change the URL, as http.StripPrefix does to its copy.
	method, target := r.Method, l.secrets.target(r.URL)
	defer func() {
		if whole && begun {
			e.end()
		}
		l.write(logger, entry{e, v, method, target, time.Since(start), whole})
	}()
	next.ServeHTTP(on, r)
	whole = true
}

// An entry is what a line is made of.
type entry struct {
	*exchange
	visit    *visit
	method   string
	target   string
	duration time.Duration
	whole    bool // the handler returned
}

func (l *accessLog) write(logger *slog.Logger, e entry) {
	logger.LogAttrs(e.visit, l.level.Level(), "request",
		slog.String("request_id", e.visit.id),
		slog.String("method", printable(e.method, longestMethod)),
		slog.String("route", e.visit.request.Pattern),
		slog.String("target", e.target),
		slog.Int("status", e.code()),
		slog.Int64("bytes", e.bytes),
		slog.Duration("duration", e.duration),
		slog.String("client", e.client()))
}

// longestMethod is more than any method has; a client may send one that fills
// the whole header.
const longestMethod = 32

// code is the status that the client sees. After a panic, [Recover] is about to
// answer outside of here.
func (e entry) code() int {
	switch {
	case e.status != 0:
		return e.status
	case e.hijacked:
		return 0
	case !e.whole:
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

func (e entry) client() string {
	addr, ok := clientaddr.Of(e.visit.request)
	if !ok {
		return "unknown"
	}
	return addr.String()
}

// printable escapes what could mean something to a terminal or to a reader of
// lines, and everything that is not ASCII, and shortens.
func printable(text string, limit int) string {
	plain := len(text) <= limit
	for i := range len(text) {
		plain = plain && text[i] > ' ' && text[i] < 0x7f
	}
	if plain {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		if b.Len() >= limit {
			b.WriteString("…")
			break
		}
		if c := text[i]; c > ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			const digits = "0123456789ABCDEF"
			b.WriteString("%" + digits[c>>4:c>>4+1] + digits[c&15:c&15+1])
		}
	}
	return b.String()
}
