package router

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/bind"
	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/internal/exchange"
	"github.com/mortise-go/mortise/internal/mistake"
	"github.com/mortise-go/mortise/internal/rules"
	"github.com/mortise-go/mortise/problem"
)

// A body is a type that JSON bodies are decoded into.
type body struct {
	codec    *codec.Codec
	checker  *rules.Checker // nil when there is nothing to check
	optional bool           // a pointer: no body is nil
	wants    string         // what null is not; empty where null is a value
}

// body compiles a field tagged body:"json".
func (s *source) body(f di.Field, kind string) (di.Input, error) {
	switch {
	case kind == "json" || kind == "":
	case kind == "jsonl":
		return s.lines(f)
	case kind == "multipart":
		return s.parts(f)
	case strings.Contains(kind, "/"):
		return s.raw(f, kind)
	default:
		return nil, fmt.Errorf("field %s has body:%q, which is not a kind of body\n    write body:\"json\", \"jsonl\", \"multipart\" or a media type; fields of a form have tags of their own, such as form:\"name\"", fieldName(f), kind)
	}
	if err := otherwise(f); err != nil {
		return nil, err
	}
	b, err := s.compiledBody(f, f.Type)
	if err != nil {
		return nil, err
	}
	return &bodyInput{b, fieldName(f), f.Type, f.Tag}, nil
}

// compiledBody is newBody, once for each type.
func (s *source) compiledBody(f di.Field, t reflect.Type) (*body, error) {
	known, ok := s.builder.bodies[t]
	if !ok {
		known.value, known.err = s.builder.newBody(t)
		s.builder.bodies[t] = known
	}
	if known.err != nil {
		return nil, mistake.Prefixed("field "+fieldName(f)+": ", known.err)
	}
	return known.value, nil
}

func (b *builder) newBody(t reflect.Type) (*body, error) {
	if o, ok := reflect.TypeAssert[bind.Optional](reflect.New(t)); ok {
		of := reflect.TypeOf(o.OptionalElem())
		return nil, fmt.Errorf("an Optional is for parameters, credentials and members of a body\n    use *%v, which is nil when there is no body", of.Elem())
	}
	c := codec.For(t)
	whole := b.rules
	whole.Whole = true // what the document says of elements holds for them
	checker, invalid := rules.Compile(t, whole)
	if err := errors.Join(unwritten(c.CheckDecode()), invalid); err != nil {
		return nil, err
	}
	if checker.Empty() {
		checker = nil
	}
	return &body{codec: c, checker: checker, optional: t.Kind() == reflect.Pointer, wants: wants(t)}, nil
}

// unwritten names the types that have no JSON form as people do, without the
// package.
func unwritten(err error) error {
	var each []error
	for _, e := range mistake.All(err) {
		if t, ok := errors.AsType[*codec.TypeError](e); ok {
			e = mistake.Reworded(strings.TrimPrefix(t.Type.Name()+t.Path+": ", ": ")+t.Reason, e)
			if t.Path == "" {
				e = mistake.Reworded(t.Reason, e)
			}
		}
		each = append(each, e)
	}
	return errors.Join(each...)
}

// wants says what a body has to be instead of null. A Go value cannot tell null
// from the zero value, so that null would pass for an object whose members are
// all optional, which is not what the document says.
func wants(t reflect.Type) string {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface || decodesNull(t) {
		return ""
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "an array"
	}
	return "a value"
}

// decodesNull reports whether the type decodes JSON by itself, null included.
func decodesNull(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	_, streaming := p.MethodByName("UnmarshalJSONFrom")
	return streaming || p.Implements(reflect.TypeFor[json.Unmarshaler]())
}

// bodyInput is a field that a body is decoded into.
type bodyInput struct {
	*body
	field string
	typ   reflect.Type
	tag   reflect.StructTag
}

// Late keeps the body unread until all guards have passed.
func (*bodyInput) Late() {}

func (in *bodyInput) Binder(of, ptr any) di.Binder {
	return &bodyBinder{in.body, of.(*session), ptr}
}

type bodyBinder struct {
	*body
	session *session
	ptr     any
}

// invalidBody lists what is wrong with a body that could be read.
type invalidBody []problem.Invalid

func (e invalidBody) Error() string { return problem.Unprocessable(e...).Error() }

// Bind reads, decodes and checks the body.
func (b *bodyBinder) Bind() error {
	s := b.session
	buf := codec.GetBuffer()
	defer buf.Free()
	if err := s.readBody(buf); err != nil {
		return err
	}
	if buf.Len() == 0 {
		if b.optional {
			return nil
		}
		return invalidBody{{Place: "body", Code: "required", Detail: "is required"}}
	}
	other, err := s.decoder()
	switch {
	case err != nil:
		return err
	case other != nil:
		return b.decodeAs(other, bytes.NewReader(buf.Bytes()))
	}
	return b.decode(buf.Bytes(), b.ptr, wholeBody, b.session.strictMembers())
}

// A position is where a JSON text stands: the whole body, a line, a part.
type position struct {
	place  string // as people write it, such as "body"
	silent bool   // pointers would point into something that is not JSON as a whole
}

var wholeBody = position{place: "body"}

func (s *session) strictMembers() codec.Options {
	return codec.Options{RejectUnknown: s.route.settings.api.rejectUnknown, RejectNull: true}
}

// decode decodes and checks a JSON text.
func (b *body) decode(data []byte, ptr any, at position, o codec.Options) error {
	if b.wants != "" && string(bytes.Trim(data, " \t\r\n")) == "null" {
		return invalidBody{{Place: at.place, Code: "required", Detail: "expected " + b.wants + ", got null"}}
	}
	if err := b.codec.Decode(data, ptr, o); err != nil {
		return undecodable(err, at)
	}
	return b.check(ptr, at)
}

// check checks what has been decoded.
func (b *body) check(ptr any, at position) error {
	if b.checker == nil {
		return nil
	}
	violations := b.checker.Check(ptr)
	if len(violations) == 0 {
		return nil
	}
	list := make(invalidBody, len(violations))
	for i, v := range violations {
		list[i] = problem.Invalid{Place: at.placed(v.Path.String()), Pointer: at.pointed(v.Path.Pointer()), Code: v.Rule, Detail: v.Detail}
	}
	return list
}

// undecodable tells what JSON is not, from what it should hold.
func undecodable(err error, at position) error {
	faults, ok := errors.AsType[codec.Errors](err)
	if !ok {
		return err
	}
	list := make(invalidBody, len(faults))
	for i, f := range faults {
		list[i] = problem.Invalid{Place: at.placed(f.Path), Pointer: at.pointed(f.Pointer), Code: f.Code, Detail: f.Detail}
	}
	if faults.Kind() == codec.Syntax {
		p := problem.BadRequest("the body is not valid JSON")
		p.Errors = list
		return p
	}
	return list
}

// placed is the path of a value within the text, as people write it.
func (at position) placed(path string) string {
	switch {
	case path == "":
		return at.place
	case path[0] == '[':
		return at.place + path
	}
	return at.place + "." + path
}

func (at position) pointed(pointer string) string {
	if at.silent {
		return ""
	}
	return pointer
}

// otherwise refuses the types of other kinds of bodies.
func otherwise(f di.Field) error {
	var kind string
	switch reflect.New(f.Type).Interface().(type) {
	case receiver:
		kind = "jsonl"
	case *Parts:
		kind = "multipart"
	case *io.Reader:
		kind = "application/pdf"
	default:
		return nil
	}
	return fmt.Errorf("field %s is a %v, which is not read from JSON\n    write a tag such as body:%q", fieldName(f), f.Type, kind)
}

// readBody reads the whole body. One of exactly the limit is accepted.
func (s *session) readBody(buf *codec.Buffer) error {
	s.bodyRead = true
	limit := s.route.settings.maxBody
	n := s.r.ContentLength
	if n > limit {
		return s.tooLarge(limit)
	}
	if n == 0 || s.r.Body == nil || s.r.Body == http.NoBody {
		return nil
	}
	s.startReading()
	if n > 0 {
		// A client may announce more than it sends; room is made as it comes.
		buf.Grow(int(min(n, 64<<10)) + 1)
	}
	read, err := buf.ReadFrom(io.LimitReader(s.r.Body, min(limit, math.MaxInt64-1)+1))
	switch {
	case err != nil:
		return unreadable(s.w, s.r, err)
	case read > limit:
		return s.tooLarge(limit)
	}
	return nil
}

// tooLarge answers a body over the limit. What is left of it is not read, so
// the connection cannot serve another request.
func (s *session) tooLarge(limit int64) error { return tooMuch(s.w, s.r, "the body", limit) }

// tooMuch is a 413 for a body, a part or a line.
func tooMuch(w http.ResponseWriter, r *http.Request, what string, limit int64) error {
	exchange.HangUp(w, r)
	return problem.ContentTooLarge(fmt.Sprintf("%s is larger than %d bytes", what, limit))
}

// startReading gives the client the time that the route has for a body. Writers that
// know of no deadlines keep to those of the server.
func (s *session) startReading() {
	if d := s.route.settings.readTimeout; d > 0 {
		_ = http.NewResponseController(s.w).SetReadDeadline(time.Now().Add(d))
	}
}

// unreadable is the answer to a body that broke off, that did not come in time, or
// that is not framed as RFC 9112 section 7 says.
func unreadable(w http.ResponseWriter, r *http.Request, err error) error {
	if _, limited := errors.AsType[*http.MaxBytesError](err); limited {
		return err // a middleware's own limit; it becomes a 413
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		exchange.HangUp(w, r) // RFC 9110 section 15.5.9
		return problem.New(http.StatusRequestTimeout, "", "the body did not come in time").Because(err)
	}
	return problem.BadRequest("the body could not be read").Because(err)
}

// checkContentType answers 415 to a body of another kind, or in a coding, none
// of which is undone here: RFC 9110 section 15.5.16. want are the media types that
// would do.
func checkContentType(h http.Header, fits func(mediaType string) bool, want ...string) error {
	if lines := h["Content-Encoding"]; lines != nil && !slices.Equal(lines, []string{"identity"}) {
		return problem.UnsupportedMediaType("the body must not be encoded").WithHeader("Accept-Encoding", "identity")
	}
	lines := h["Content-Type"]
	if len(lines) == 1 && lines[0] == want[0] {
		return nil
	}
	if len(lines) != 1 {
		return unsupported(want)
	}
	mediaType, params, err := mime.ParseMediaType(lines[0])
	if err != nil || !fits(mediaType) {
		return unsupported(want)
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return unsupported(want)
	}
	return nil
}

func unsupported(want []string) error {
	return problem.UnsupportedMediaType("the body must be "+strings.Join(want, " or "), want...)
}

func isJSON(mediaType string) bool {
	return mediaType == typeJSON || strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}
