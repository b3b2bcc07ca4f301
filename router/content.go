package router

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/mortise-go/mortise/openapi"
)

// A content is an output that is sent piece by piece, while resources are still
// open. Pointers to such outputs implement it.
type content interface {
	// defaultType is the media type where the declaration names none.
	defaultType() string
	// send sends it all. What it returns before the first byte becomes an answer
	// of its own.
	send(t *transmission) error
	// close is called once for each output that a handler gave, sent or not.
	close() error
	// describe adds to the success of an operation.
	describe(op *openapi.Operation, success *openapi.Response)
}

var (
	contentType = reflect.TypeFor[content]()
	readerType  = reflect.TypeFor[io.Reader]()
)

// isPiecewise recognises outputs that are a content, or readers.
func isPiecewise(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(contentType) || t.Implements(readerType)
}

// contentOf is the content that body, a pointer to an output, points to.
func contentOf(body any) content {
	if c, ok := body.(content); ok {
		return c
	}
	return &readerContent{reflect.ValueOf(body).Elem()}
}

// contentType is the media type of the success.
func (a *answer) contentType() string {
	switch {
	case a.mediaType != "":
		return a.mediaType
	case a.piecewise:
		return contentOf(reflect.New(a.content).Interface()).defaultType()
	}
	return typeJSON
}

const (
	typeJSON  = "application/json"
	typeBytes = "application/octet-stream"
)

// isMediaType recognises one media type, RFC 9110 section 8.3.1.
func isMediaType(text string) bool {
	mediaType, _, err := mime.ParseMediaType(text)
	kind, subtype, found := strings.Cut(mediaType, "/")
	return err == nil && found && isToken(kind) && isToken(subtype) && kind != "*" && subtype != "*"
}

// StreamConfig adjusts answers that are sent piece by piece. The zero value of a
// field means its default.
type StreamConfig struct {
	// Heartbeat is how long an [Events] may be silent before a comment is sent,
	// which keeps proxies from closing the connection and finds out whether the
	// client is still there. The default is 15 seconds.
	Heartbeat time.Duration
	// WriteTimeout is how long a single write may take until the client counts as
	// gone. It replaces the server's WriteTimeout, which is for the whole answer.
	// The default is 30 seconds.
	WriteTimeout time.Duration
}

// Streams adjusts answers that are sent piece by piece: [Events], [Lines],
// [Stream], [File] and readers. Fits anywhere; the innermost counts.
func Streams(config StreamConfig) Option {
	return &option{"Streams", anywhere, func(s *settings) {
		if s.streams = config; config.Heartbeat < 0 || config.WriteTimeout < 0 {
			s.wrong = errors.New("a negative duration; give positive ones, or 0 for the default")
		}
	}}
}

func (c StreamConfig) heartbeat() time.Duration    { return orDefault(c.Heartbeat, 15*time.Second) }
func (c StreamConfig) writeTimeout() time.Duration { return orDefault(c.WriteTimeout, 30*time.Second) }

func orDefault[T int | int64 | time.Duration](v, standard T) T {
	if v == 0 {
		return standard
	}
	return v
}

// A transmission sends a content. Its header goes with the first byte, so that
// what fails before can still be answered properly.
type transmission struct {
	session *session
	ctx     context.Context //nolint:containedctx // it ends with the transmission
	cancel  context.CancelCauseFunc
	shared  *sharedValues
	control *http.ResponseController
	timeout time.Duration
}

// transmit sends the content of the answer, or its header alone.
func (s *session) transmit(ctx context.Context, cancel context.CancelCauseFunc, shared *sharedValues) error {
	t := &transmission{
		session: s,
		ctx:     ctx,
		cancel:  cancel,
		shared:  shared,
		control: http.NewResponseController(s.w),
		timeout: s.route.settings.streams.writeTimeout(),
	}
	_, conditional := s.answer.pieces.(*File)
	if bodyless(s.status) || s.r.Method == http.MethodHead && !conditional {
		t.commit()
		return nil
	}
	t.extend()
	if err := s.answer.pieces.send(t); err != nil {
		return err
	}
	t.commit() // nothing to send is an answer too
	if errors.Is(context.Cause(ctx), errEnded) {
		return nil
	}
	return ctx.Err()
}

// extend lifts the time limits that the server has for whole exchanges. Not every
// writer knows of them.
//
// A body that is read beside the answer is nobody's but the handler's: net/http no
// longer finds out whether the rest of it is well framed, RFC 9112 section 7.1, and
// would take what follows a broken chunk for the next request. So there is none.
func (t *transmission) extend() {
	if t.session.route.readsPiecewise {
		_ = t.control.EnableFullDuplex()
		if t.session.r.ProtoMajor == 1 {
			t.header().Set("Connection", "close")
		}
		return
	}
	_ = t.control.SetReadDeadline(time.Time{})
}

// header is the header of the answer, before it is sent.
func (t *transmission) header() http.Header { return t.session.w.Header() }

// commit sends the header, once.
func (t *transmission) commit() {
	if t.session.committed {
		return
	}
	s := t.session
	s.committed = true
	h := s.putHeader(t.shared)
	if h["Content-Type"] == nil && !bodyless(s.status) {
		h["Content-Type"] = s.route.contentType
	}
	s.w.WriteHeader(s.status)
}

// Write sends a piece. A client that does not take it in time is gone, and the
// handler's context ends.
func (t *transmission) Write(p []byte) (int, error) {
	t.commit()
	_ = t.control.SetWriteDeadline(time.Now().Add(t.timeout))
	n, err := t.session.w.Write(p)
	if err != nil {
		t.cancel(err)
	}
	return n, err
}

// Flush makes sure that the client gets what has been written.
func (t *transmission) Flush() { _ = t.FlushError() }

// FlushError is Flush for [http.ResponseController].
func (t *transmission) FlushError() error {
	t.commit()
	_ = t.control.SetWriteDeadline(time.Now().Add(t.timeout))
	err := t.control.Flush()
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	if err != nil {
		t.cancel(err)
	}
	return err
}

// closeContent closes what the handler gave. It is called once for each request,
// also when the handler failed or was not reached.
func (s *session) closeContent() error {
	if s.answer.pieces == nil || s.closed {
		return nil
	}
	s.closed = true
	if err := s.answer.pieces.close(); err != nil {
		return fmt.Errorf("closing %v: %w", s.answer.content, err)
	}
	return nil
}
