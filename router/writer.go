package router

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/openapi"
)

// A writer writes the output of one frame.
type writer struct {
	*answer
	out    reflect.Value // the output
	body   any           // a pointer to what is encoded
	pieces content       // what is sent piece by piece instead; nil mostly
	code   *int          // the status of this request
	fields []reflect.Value
	jars   []reflect.Value
}

// newWriter points a writer at the output of a frame, a *Out.
func newWriter(a *answer, out any) writer {
	w := writer{answer: a, out: reflect.ValueOf(out).Elem(), body: out}
	if a.body != nil {
		w.body = w.out.FieldByIndex(a.body).Addr().Interface()
	}
	if a.piecewise {
		w.pieces = contentOf(w.body)
	}
	if a.code != nil {
		w.code = w.out.FieldByIndex(a.code).Addr().Interface().(*int)
	}
	for _, h := range a.headers {
		w.fields = append(w.fields, w.out.FieldByIndex(h.index))
	}
	for _, c := range a.cookies {
		w.jars = append(w.jars, w.out.FieldByIndex(c.index))
	}
	return w
}

// prepare encodes the output before anything is closed, so that what cannot be
// written fails the request while nothing has been sent.
func (s *session) prepare() error {
	s.status = s.answer.status
	if s.answer.redirect {
		if err := s.checkRedirect(); err != nil {
			return err
		}
	}
	if c := s.answer.code; c != nil && *c != 0 {
		s.status = *c
		if s.status < 200 || s.status > 599 {
			return fmt.Errorf("%v set the status %d, which is none", s.route.answer.out, s.status)
		}
	}
	if len(s.answer.headers)+len(s.answer.cookies) > 0 {
		if err := s.stageHeader(); err != nil {
			return err
		}
	}
	if s.answer.content != nil && !s.answer.piecewise && !bodyless(s.status) {
		s.buf = codec.GetBuffer()
		if err := s.encode(); err != nil {
			return err
		}
	}
	if !s.route.conditional {
		return nil
	}
	return s.condition()
}

// condition gives the answer its entity tag, and looks at what the client asks of
// it.
func (s *session) condition() error {
	if s.route.settings.etag.on {
		s.addETag()
	}
	return s.evaluate()
}

// encode writes the content into the buffer.
func (s *session) encode() error {
	if c := s.answer.codec; c != nil && s.chosen == 0 {
		return c.Encode(s.buf, s.answer.body)
	}
	if s.chosen > 0 {
		return s.encodeAs(&s.route.encoders[s.chosen-1])
	}
	return s.encodePlain()
}

// encodePlain copies a text or bytes.
func (s *session) encodePlain() (err error) {
	v := reflect.ValueOf(s.answer.body).Elem()
	if v.Kind() == reflect.String {
		_, err = s.buf.WriteString(v.String())
		return err
	}
	_, err = s.buf.Write(v.Bytes())
	return err
}

func (s *session) checkRedirect() (err error) {
	r := s.answer.body.(*Redirect)
	*r, err = r.checked()
	return err
}

// stageHeader collects the header fields of an envelope.
func (s *session) stageHeader() error {
	s.staged = http.Header{}
	for i, h := range s.answer.headers {
		if err := addHeader(s.staged, h.name, s.answer.fields[i]); err != nil {
			return err
		}
	}
	for i, c := range s.answer.cookies {
		switch v := s.answer.jars[i].Interface().(type) {
		case *http.Cookie:
			if err := addCookie(s.staged, c.name, v); err != nil {
				return err
			}
		case []*http.Cookie:
			for _, cookie := range v {
				if err := addCookie(s.staged, c.name, cookie); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// addCookie adds a Set-Cookie line. The field's name serves a cookie that has
// none; nil adds nothing.
func addCookie(h http.Header, name string, c *http.Cookie) error {
	if c == nil {
		return nil
	}
	if c.Name == "" {
		named := *c
		named.Name = name
		c = &named
	}
	if err := c.Valid(); err != nil {
		return fmt.Errorf("the cookie %q is not valid: %w", c.Name, err)
	}
	h.Add("Set-Cookie", c.String())
	return nil
}

// Header values that all answers share. Their capacity is their length, so
// that an Add by somebody else copies them.
func sharedValue(v string) []string { return []string{v}[:1:1] }

type sharedValues struct {
	noStore []string
	events  context.Context // ends when streams of events shall
}

// newSharedValues is called once per router.
func newSharedValues(r *Router) *sharedValues {
	return &sharedValues{noStore: sharedValue("no-store"), events: r.events}
}

// putHeader writes the fields of the header that have been prepared.
func (s *session) putHeader(shared *sharedValues) http.Header {
	h := s.w.Header()
	for name, lines := range s.staged {
		if single(name) {
			h[name] = nil // the handler knows better than what stands around it
		}
		h[name] = append(h[name], lines...)
	}
	if s.route.vary != nil {
		s.keepPrivate(h, shared)
	}
	if len(s.route.encoders) > 0 {
		h.Add("Vary", "Accept")
	}
	return h
}

// send writes what has been prepared.
func (s *session) send(shared *sharedValues) {
	h := s.putHeader(shared)
	if s.buf == nil {
		s.w.WriteHeader(s.status)
		return
	}
	if h["Content-Type"] == nil {
		h["Content-Type"] = s.mediaType()
	}
	// net/http counts what fits its buffer, of 2 KiB, by itself. Beyond that, for
	// HEAD, and where the answer is flushed, it has to be told.
	if head := s.r.Method == http.MethodHead; head || s.buf.Len() > 2<<10 || s.tasks != nil {
		h["Content-Length"] = []string{strconv.Itoa(s.buf.Len())}
		if head {
			s.w.WriteHeader(s.status)
			return
		}
	}
	if s.status != http.StatusOK {
		s.w.WriteHeader(s.status)
	}
	_, _ = s.w.Write(s.buf.Bytes()) //nolint:gosec // JSON has its content type; the client may be gone, and nobody is left to tell
}

// mediaType is the Content-Type of the form that was chosen.
func (s *session) mediaType() []string {
	if s.chosen > 0 {
		return s.route.encoders[s.chosen-1].header
	}
	return s.route.contentType
}

// keepPrivate keeps answers that depend on a credential out of the caches of
// others, RFC 9111 section 5.2.2.5, unless the handler has said how they may be
// kept.
func (s *session) keepPrivate(h http.Header, shared *sharedValues) {
	if h["Cache-Control"] == nil {
		h["Cache-Control"] = shared.noStore
	}
	if h["Vary"] == nil {
		h["Vary"] = s.route.vary
		return
	}
	h.Add("Vary", s.route.vary[0])
}

// varyOf names the request fields that hold the credentials of an operation:
// one shared Vary value, or nil when it asks for none.
func varyOf(op *openapi.Operation) []string {
	if len(op.Security) == 0 {
		return nil
	}
	var fields []string
	add := func(name string) {
		if !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
	}
	for _, r := range op.Security {
		for _, c := range r {
			switch {
			case c.Scheme.Type != "apiKey":
				add("Authorization")
			case c.Scheme.In == "header":
				add(http.CanonicalHeaderKey(c.Scheme.ParamName))
			case c.Scheme.In == "cookie":
				add("Cookie")
			}
		}
	}
	if fields == nil { // a key in the query, which is part of the cache's key anyway
		add("Authorization")
	}
	return sharedValue(strings.Join(fields, ", "))
}
