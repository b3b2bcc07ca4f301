package router

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/codec"
)

// raw compiles a field that takes the body as it is: body:"image/png,image/jpeg".
func (s *source) raw(f di.Field, kinds string) (di.Input, error) {
	in := &rawInput{field: fieldName(f), typ: f.Type, tag: f.Tag, required: f.Tag.Get("required") != "false"}
	for kind := range strings.SplitSeq(kinds, ",") {
		kind = strings.TrimSpace(kind)
		if !isRange(kind) {
			return nil, fmt.Errorf("field %s has body:%q, which is no list of media types\n    write ones such as body:\"image/png,image/jpeg\", a range such as body:\"image/*\", or body:\"*/*\"", in.field, kinds)
		}
		in.accept = append(in.accept, strings.ToLower(kind))
	}
	if f.Type != readerType && f.Type != reflect.TypeFor[[]byte]() && f.Type.Kind() != reflect.String {
		return nil, fmt.Errorf("field %s has body:%q and the type %v, which does not take a body as it is\n    use io.Reader, []byte or string", in.field, kinds, f.Type)
	}
	return in, nil
}

// isRange recognises a media type without parameters, or a range such as image/*,
// RFC 9110 section 12.5.1.
func isRange(text string) bool {
	kind, subtype, found := strings.Cut(text, "/")
	return found && isToken(kind) && isToken(subtype) && (kind != "*" || subtype == "*")
}

// covers reports whether a media type is among those accepted.
func covers(accept []string, mediaType string) bool {
	return slices.ContainsFunc(accept, func(a string) bool {
		prefix, all := strings.CutSuffix(a, "*")
		return a == "*/*" || a == mediaType || all && strings.HasPrefix(mediaType, prefix)
	})
}

// rawInput is a field that takes the body as it is.
type rawInput struct {
	field    string
	typ      reflect.Type
	tag      reflect.StructTag
	accept   []string
	required bool
}

// Late keeps the body unread until all guards have passed.
func (*rawInput) Late() {}

func (in *rawInput) Binder(of, ptr any) di.Binder {
	return &rawBinder{in, of.(*session), reflect.ValueOf(ptr).Elem()}
}

type rawBinder struct {
	*rawInput
	session *session
	to      reflect.Value
}

// Bind hands the body on. No body at all, which has neither a length nor a type,
// is told from one of no bytes.
func (b *rawBinder) Bind() error {
	s := b.session
	if s.r.ContentLength == 0 && s.r.Header["Content-Type"] == nil {
		if !b.required {
			return nil
		}
		return invalidBody{{Place: "body", Code: "required", Detail: "is required"}}
	}
	fits := func(mediaType string) bool { return covers(b.accept, mediaType) }
	if err := checkRawType(s.r.Header, fits, b.accept); err != nil {
		return err
	}
	if b.typ == readerType {
		stream, err := s.openBody()
		if err == nil {
			b.to.Set(reflect.ValueOf(stream))
		}
		return err
	}
	return b.read()
}

func (b *rawBinder) read() error {
	buf := codec.GetBuffer()
	defer buf.Free()
	if err := b.session.readBody(buf); err != nil {
		return err
	}
	if b.to.Kind() == reflect.String {
		b.to.SetString(string(buf.Bytes()))
		return nil
	}
	b.to.SetBytes(append([]byte{}, buf.Bytes()...))
	return nil
}

// checkRawType is checkContentType for bodies whose charset is the reader's
// business.
func checkRawType(h http.Header, fits func(string) bool, want []string) error {
	lines := h["Content-Type"]
	if len(lines) != 1 {
		return unsupported(want)
	}
	mediaType, _, err := mime.ParseMediaType(lines[0])
	if err != nil || !fits(mediaType) {
		return unsupported(want)
	}
	return checkContentType(http.Header{"Content-Encoding": h["Content-Encoding"], "Content-Type": {want[0]}}, fits, want...)
}

// A bodyReader reads a body up to its limit, and remembers why it stopped. It
// outlives the session of a pooled frame, if somebody keeps it.
type bodyReader struct {
	body  io.Reader
	w     http.ResponseWriter
	r     *http.Request
	limit int64
	left  int64
	err   error
}

// openBody is the body of the request, not read yet.
func (s *session) openBody() (*bodyReader, error) {
	s.bodyRead = true
	limit := s.route.settings.maxBody
	if s.r.ContentLength > limit {
		return nil, s.tooLarge(limit)
	}
	var body io.Reader = http.NoBody
	if s.r.Body != nil {
		body = s.r.Body
	}
	s.startReading()
	return &bodyReader{body: body, w: s.w, r: s.r, limit: limit, left: limit}, nil
}

// Read reads one byte more than the limit, to know whether there is one.
func (b *bodyReader) Read(p []byte) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	if int64(len(p)) > b.left {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if int64(n) > b.left {
		n, err = int(b.left), tooMuch(b.w, b.r, "the body", b.limit)
	} else if err != nil && !errors.Is(err, io.EOF) {
		err = unreadable(b.w, b.r, err)
	}
	b.left -= int64(n)
	b.err = err
	return n, err
}

// failure is why the body stopped before its end; nil if it did not.
func (b *bodyReader) failure() error {
	if errors.Is(b.err, io.EOF) {
		return nil
	}
	return b.err
}
