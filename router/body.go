package router

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/bind"
	"github.com/mortise-go/mortise/internal/codec"
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
	if kind != "json" && kind != "" {
		return nil, fmt.Errorf("field %s has body:%q, which is not a kind of body\n    write body:\"json\"; fields of a form have tags of their own, such as form:\"name\"", fieldName(f), kind)
	}
	known, ok := s.builder.bodies[f.Type]
	if !ok {
		known.value, known.err = s.builder.newBody(f.Type)
		s.builder.bodies[f.Type] = known
	}
	if known.err != nil {
		return nil, prefixed("field "+fieldName(f)+": ", known.err)
	}
	return &bodyInput{known.value, fieldName(f), f.Type, f.Tag}, nil
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
	if err == nil {
		return nil
	}
	var each []error
	for _, e := range unjoined(err) {
		if t, ok := errors.AsType[*codec.TypeError](e); ok {
			e = &reworded{strings.TrimPrefix(t.Type.Name()+t.Path+": ", ": ") + t.Reason, e}
			if t.Path == "" {
				e = &reworded{t.Reason, e}
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
	if err := checkContentType(s.r.Header, "application/json", isJSON); err != nil {
		return err
	}
	return b.decode(buf.Bytes())
}

func (b *bodyBinder) decode(data []byte) error {
	if b.wants != "" && string(bytes.Trim(data, " \t\r\n")) == "null" {
		return invalidBody{{Place: "body", Code: "required", Detail: "expected " + b.wants + ", got null"}}
	}
	err := b.codec.Decode(data, b.ptr, codec.Options{RejectUnknown: b.session.route.settings.api.rejectUnknown, RejectNull: true})
	if err != nil {
		return undecodable(err)
	}
	if b.checker == nil {
		return nil
	}
	violations := b.checker.Check(b.ptr)
	if len(violations) == 0 {
		return nil
	}
	list := make(invalidBody, len(violations))
	for i, v := range violations {
		list[i] = problem.Invalid{Place: placed(v.Path.String()), Pointer: v.Path.Pointer(), Code: v.Rule, Detail: v.Detail}
	}
	return list
}

// undecodable tells what JSON is not, from what it should hold.
func undecodable(err error) error {
	faults, ok := errors.AsType[codec.Errors](err)
	if !ok {
		return err
	}
	list := make(invalidBody, len(faults))
	for i, f := range faults {
		list[i] = problem.Invalid{Place: placed(f.Path), Pointer: f.Pointer, Code: f.Code, Detail: f.Detail}
	}
	if faults.Kind() == codec.Syntax {
		p := problem.BadRequest("the body is not valid JSON")
		p.Errors = list
		return p
	}
	return list
}

// placed is the path of a value within the body, as people write it.
func placed(path string) string {
	switch {
	case path == "":
		return "body"
	case path[0] == '[':
		return "body" + path
	}
	return "body." + path
}

// readBody reads the whole body. One of exactly the limit is accepted.
func (s *session) readBody(buf *codec.Buffer) error {
	limit := s.route.settings.maxBody
	n := s.r.ContentLength
	if n > limit {
		return s.tooLarge(limit)
	}
	if n == 0 || s.r.Body == nil || s.r.Body == http.NoBody {
		return nil
	}
	if n > 0 {
		// A client may announce more than it sends; room is made as it comes.
		buf.Grow(int(min(n, 64<<10)) + 1)
	}
	read, err := buf.ReadFrom(io.LimitReader(s.r.Body, limit+1))
	switch {
	case err != nil:
		return unreadable(err)
	case read > limit:
		return s.tooLarge(limit)
	}
	return nil
}

// tooLarge answers a body over the limit. What is left of it is not read, so
// the connection cannot serve another request.
func (s *session) tooLarge(limit int64) error {
	s.w.Header().Set("Connection", "close")
	return problem.ContentTooLarge(fmt.Sprintf("the body is larger than %d bytes", limit))
}

// unreadable is the answer to a body that broke off, or is not framed as
// RFC 9112 section 7 says.
func unreadable(err error) error {
	if _, limited := errors.AsType[*http.MaxBytesError](err); limited {
		return err // a middleware's own limit; it becomes a 413
	}
	return problem.BadRequest("the body could not be read").Because(err)
}

// checkContentType answers 415 to a body of another kind, or in a coding, none
// of which is undone here: RFC 9110 section 15.5.16.
func checkContentType(h http.Header, want string, fits func(mediaType string) bool) error {
	if lines := h["Content-Encoding"]; lines != nil && !slices.Equal(lines, []string{"identity"}) {
		return problem.UnsupportedMediaType("the body must not be encoded").WithHeader("Accept-Encoding", "identity")
	}
	lines := h["Content-Type"]
	if len(lines) == 1 && lines[0] == want {
		return nil
	}
	refusal := problem.UnsupportedMediaType("the body must be "+want, want)
	if len(lines) != 1 {
		return refusal
	}
	mediaType, params, err := mime.ParseMediaType(lines[0])
	if err != nil || !fits(mediaType) {
		return refusal
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return refusal
	}
	return nil
}

func isJSON(mediaType string) bool {
	return mediaType == "application/json" || strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}

func isForm(mediaType string) bool { return mediaType == "application/x-www-form-urlencoded" }

// loadForm reads a form once for all its fields.
func (s *session) loadForm() error {
	if !s.formRead {
		s.formRead = true
		s.formErr = s.readForm()
	}
	return s.formErr
}

func (s *session) readForm() error {
	buf := codec.GetBuffer()
	defer buf.Free()
	if err := s.readBody(buf); err != nil {
		return err
	}
	if buf.Len() == 0 {
		return nil
	}
	if err := checkContentType(s.r.Header, "application/x-www-form-urlencoded", isForm); err != nil {
		return err
	}
	if err := s.params.LoadForm(buf.Bytes()); err != nil {
		return err
	}
	return nil
}
