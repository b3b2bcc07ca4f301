package router

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/internal/mistake"
)

// An answer is how the output of a handler becomes a response, compiled once.
type answer struct {
	out       reflect.Type
	status    int
	body      []int // the field of an envelope; nil for the whole output
	content   reflect.Type
	mediaType string       // what the declaration says; empty for the default
	codec     *codec.Codec // nil when there is no JSON
	piecewise bool         // the content is sent piece by piece
	plain     bool         // the content is sent as it is
	code      []int        // the status field
	headers   []headerField
	cookies   []cookieField
	redirect  bool
}

type headerField struct {
	name  string
	index []int
	typ   reflect.Type
	tag   reflect.StructTag
}

type cookieField struct {
	name  string
	index []int
}

var noneType = reflect.TypeFor[di.None]()

// answer is compileAnswer, once for each type, status and media type.
func (b *builder) answer(out reflect.Type, own own) (*answer, error) {
	key := answerKey{out, own.status, own.contentType}
	known, ok := b.answers[key]
	if !ok {
		known.value, known.err = compileAnswer(key)
		b.answers[key] = known
	}
	return known.value, known.err
}

// compileAnswer reads the type of an output. The key has the status and the media
// type that the route declares, if it does.
func compileAnswer(key answerKey) (*answer, error) {
	a := &answer{out: key.out, status: key.status, mediaType: key.mediaType, redirect: key.out == redirectType}
	if isNone(a.out) {
		a.defaultStatus(http.StatusNoContent)
		return a, nil
	}
	if err := a.envelope(); err != nil {
		return nil, err
	}
	if a.body == nil && !a.isEnvelope() {
		a.content = a.out
	}
	if a.content == nil || isNone(a.content) {
		a.content = nil
		a.defaultStatus(http.StatusNoContent)
		return a, nil
	}
	a.defaultStatus(http.StatusOK)
	if bodyless(a.status) {
		return nil, fmt.Errorf("the status %d has no body, but the output is %v\n    return None, or choose another status", a.status, a.content)
	}
	if err := a.encoding(); err != nil {
		return nil, err
	}
	return a, nil
}

// encoding decides how the content is written.
func (a *answer) encoding() error {
	switch {
	case a.content == reflect.TypeFor[error]():
		return errors.New("the output is error, and what goes wrong is returned beside the output\n    return None, or a type that says what is sent")
	case isPiecewise(a.content):
		a.piecewise = true
		return nil
	case a.mediaType != "" && isPlain(a.content):
		a.plain = true
		return nil
	case a.mediaType != "" && !isJSON(a.mediaType):
		return fmt.Errorf("the output is %v, which is not written as %s by itself\n    use string, []byte, an io.Reader or router.Stream; or leave the media type out, and give the route an Encoder", a.content, a.mediaType)
	}
	a.codec = codec.For(a.content)
	if err := a.codec.CheckEncode(); err != nil {
		return mistake.Prefixed("the output cannot be written as JSON: ", unwritten(err))
	}
	return nil
}

// isPlain recognises texts and bytes, which are written as they are where the
// declaration says what they are.
func isPlain(t reflect.Type) bool {
	return t.Kind() == reflect.String || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

// isNone recognises outputs that have nothing to say.
func isNone(t reflect.Type) bool {
	return t == noneType || t.Kind() == reflect.Struct && t.NumField() == 0
}

func (a *answer) defaultStatus(code int) {
	if a.status == 0 {
		a.status = code
	}
}

func (a *answer) isEnvelope() bool {
	return a.body != nil || a.code != nil || len(a.headers)+len(a.cookies) > 0
}

// isConditional reports whether the answer may say which version it is.
func (a *answer) isConditional() bool {
	return slices.ContainsFunc(a.headers, func(h headerField) bool { return h.name == "Etag" || h.name == "Last-Modified" })
}

// envelope finds the tagged fields of an output.
func (a *answer) envelope() error {
	t := a.out
	if t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct && slices.ContainsFunc(reflect.VisibleFields(t.Elem()), isTagged) {
		return fmt.Errorf("the output is %v, but %v has fields for status, header, cookie or body, and may not be missing\n    return %v itself", t, t.Elem(), t.Elem())
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	fields := reflect.VisibleFields(t)
	if !slices.ContainsFunc(fields, isTagged) {
		return nil
	}
	var mistakes []error
	var unsent []string
	for _, f := range fields {
		if err := a.field(f); err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: field %s %w", outputName(t), f.Name, err))
		}
		if f.IsExported() && !f.Anonymous && !isTagged(f) {
			unsent = append(unsent, f.Name)
		}
	}
	if unsent != nil {
		mistakes = append(mistakes, fmt.Errorf("%s has tags for status, header, cookie or body, so that its other fields would not be sent: %s\n    put what is to be sent into one field tagged body:\"json\"",
			outputName(t), strings.Join(unsent, ", ")))
	}
	return errors.Join(mistakes...)
}

// isTagged reports whether a field makes its struct an envelope.
func isTagged(f reflect.StructField) bool {
	for _, tag := range [...]string{"status", "header", "cookie", "body"} {
		if _, ok := f.Tag.Lookup(tag); ok {
			return true
		}
	}
	return false
}

func (a *answer) field(f reflect.StructField) error {
	if isTagged(f) && behindPointer(a.out, f.Index) {
		return errors.New("is inside of an embedded pointer, which may be nil; embed the struct itself")
	}
	if code, ok := f.Tag.Lookup("status"); ok {
		return a.statusField(f, code)
	}
	if name, ok := f.Tag.Lookup("header"); ok {
		return a.headerField(f, name)
	}
	if name, ok := f.Tag.Lookup("cookie"); ok {
		return a.cookieField(f, name)
	}
	if kind, ok := f.Tag.Lookup("body"); ok {
		return a.bodyField(f, kind)
	}
	return nil
}

// behindPointer reports whether a field is promoted through a pointer.
func behindPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

// outputName is how messages name an output.
func outputName(t reflect.Type) string {
	if t.Name() == "" {
		return "the output"
	}
	return "the output " + t.String()
}

func (a *answer) statusField(f reflect.StructField, code string) error {
	switch {
	case !f.IsExported():
		return unexported("status", code)
	case f.Type != reflect.TypeFor[int]():
		return fmt.Errorf("has status:%q and the type %v; a status is an int", code, f.Type)
	case a.code != nil:
		return errors.New("is a second status; keep one of them")
	}
	a.code = f.Index
	if code == "" || code == "true" {
		return nil
	}
	n, err := strconv.Atoi(code)
	if err != nil || n < 200 || n > 399 {
		return fmt.Errorf("has status:%q, which is not a status of a success; write one such as status:\"201\", or status:\"\"", code)
	}
	a.defaultStatus(n)
	return nil
}

func (a *answer) headerField(f reflect.StructField, name string) error {
	switch {
	case !f.IsExported():
		return unexported("header", name)
	case !isToken(name):
		return fmt.Errorf("has header:%q, which cannot be the name of a header field; use letters, digits and -", name)
	case !writable(f.Type):
		return fmt.Errorf("has header:%q and the type %v, which is not written as text; use a string, number, bool, time.Time, a type with MarshalText, or a pointer to or slice of one", name, f.Type)
	}
	a.headers = append(a.headers, headerField{http.CanonicalHeaderKey(name), f.Index, f.Type, f.Tag})
	return nil
}

func (a *answer) cookieField(f reflect.StructField, name string) error {
	switch {
	case !f.IsExported():
		return unexported("cookie", name)
	case !isToken(name):
		return fmt.Errorf("has cookie:%q, which cannot be the name of a cookie; use letters, digits and -", name)
	case !slices.Contains(cookieTypes[:], f.Type):
		return fmt.Errorf("has cookie:%q and the type %v; use *http.Cookie or []*http.Cookie, which say how the cookie is kept", name, f.Type)
	}
	a.cookies = append(a.cookies, cookieField{name, f.Index})
	return nil
}

func unexported(tag, value string) error {
	return fmt.Errorf("has the tag %s:%q but is not exported, so it cannot be read\n    begin its name with a capital", tag, value)
}

func (a *answer) bodyField(f reflect.StructField, kind string) error {
	switch {
	case !f.IsExported():
		return unexported("body", kind)
	case a.body != nil:
		return errors.New("is a second body; keep one of them")
	case kind == "json" || kind == "":
	case isMediaType(kind):
		a.mediaType = kind
	default:
		return fmt.Errorf("has body:%q, which is not a kind of body; write body:\"json\", or a media type such as body:\"text/csv\"", kind)
	}
	a.body, a.content = f.Index, f.Type
	return nil
}

var cookieTypes = [...]reflect.Type{reflect.TypeFor[*http.Cookie](), reflect.TypeFor[[]*http.Cookie]()}

// bodyless are the statuses whose answers never have content, RFC 9110
// sections 15.2, 15.3.5, 15.3.6 and 15.4.5.
func bodyless(status int) bool {
	return status < 200 || status == http.StatusNoContent || status == http.StatusResetContent || status == http.StatusNotModified
}
