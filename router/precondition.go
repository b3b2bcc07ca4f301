package router

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/negotiate"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/problem"
)

// Preconditions are the conditions that a client puts on a change, RFC 9110 section
// 13: take them in a field, load what is to be changed, and ask whether they hold.
//
//	func update(ctx context.Context, in struct {
//		If   router.Preconditions `required:"true"`
//		Post *Post
//		…
//	}) (Post, error) {
//		if err := in.If.Check(in.Post.ETag(), in.Post.Updated); err != nil {
//			return Post{}, err // 412
//		}
//		…
//	}
//
// With required:"true" a change without If-Match or If-Unmodified-Since is answered
// 428, RFC 6585 section 3, so that nobody overwrites what he has not seen.
//
// The zero value has no conditions, which always hold. What a client asks of an
// answer, If-None-Match and If-Modified-Since for GET and HEAD, is looked at when
// the answer is an envelope with header:"ETag" or header:"Last-Modified", a [File],
// or has an ETag from [AutoETag].
type Preconditions struct {
	method string
	header http.Header
}

// Check compares what is there now with the conditions. etag is its entity tag with
// the quotes, empty where there is none, and modified its time, zero where it has
// none; when nothing is there, both are. The error is the answer, 412. If-Match is
// compared strongly, section 8.8.3.2, so that a weak tag never matches.
func (p Preconditions) Check(etag string, modified time.Time) error {
	if !p.hold(etag, modified) {
		return errPrecondition()
	}
	return nil
}

// Present reports whether the client has put a condition on a change: If-Match,
// If-Unmodified-Since, or the If-None-Match of a creation.
func (p Preconditions) Present() bool {
	return p.header["If-Match"] != nil || p.header["If-Unmodified-Since"] != nil || p.header["If-None-Match"] != nil && !isSafe(p.method)
}

func errPrecondition() error {
	return problem.PreconditionFailed("what is there is not what the request expects")
}

// hold evaluates in the order of RFC 9110 section 13.2.2, but for what makes a
// 304.
func (p Preconditions) hold(etag string, modified time.Time) bool {
	exists := etag != "" || !modified.IsZero()
	switch lines := p.header["If-Match"]; {
	case lines != nil && !negotiate.Matches(lines, etag, exists):
		return false
	case lines == nil && !unmodifiedSince(p.header["If-Unmodified-Since"], modified):
		return false
	}
	if isSafe(p.method) {
		return true
	}
	lines := p.header["If-None-Match"]
	return lines == nil || !noneMatch(lines, etag, exists)
}

// noneMatch reports whether If-None-Match finds what it should not.
func noneMatch(lines []string, etag string, exists bool) bool {
	if etag == "" {
		return exists && len(lines) == 1 && strings.TrimSpace(lines[0]) == "*"
	}
	return negotiate.Unchanged(lines, strings.TrimPrefix(etag, "W/"))
}

// unmodifiedSince ignores what is no time, and what has none, as section 13.1.4
// says.
func unmodifiedSince(lines []string, modified time.Time) bool {
	if len(lines) != 1 || modified.IsZero() {
		return true
	}
	since, err := http.ParseTime(lines[0])
	return err != nil || !modified.Truncate(time.Second).After(since)
}

// unchanged reports whether a GET or HEAD is answered 304.
func (p Preconditions) unchanged(etag string, modified time.Time) bool {
	if !isSafe(p.method) {
		return false
	}
	if lines := p.header["If-None-Match"]; lines != nil {
		return noneMatch(lines, etag, true)
	}
	lines := p.header["If-Modified-Since"]
	return len(lines) == 1 && !modified.IsZero() && isTime(lines[0]) && unmodifiedSince(lines, modified)
}

func isTime(text string) bool {
	_, err := http.ParseTime(text)
	return err == nil
}

func isSafe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// isETag recognises an entity tag, RFC 9110 section 8.8.3.
func isETag(tag string) bool {
	opaque := strings.TrimPrefix(tag, "W/")
	if len(opaque) < 2 || opaque[0] != '"' || opaque[len(opaque)-1] != '"' {
		return false
	}
	return !strings.ContainsFunc(opaque[1:len(opaque)-1], func(r rune) bool { return r <= ' ' || r == '"' || r == 0x7f })
}

var preconditionsType = reflect.TypeFor[Preconditions]()

// preconditionsInput is a field, or a whole input, of preconditions.
type preconditionsInput struct{ required bool }

func (in *preconditionsInput) Binder(of, ptr any) di.Binder {
	return &preconditionsBinder{in.required, of.(*session), ptr.(*Preconditions)}
}

type preconditionsBinder struct {
	required bool
	session  *session
	to       *Preconditions
}

func (b *preconditionsBinder) Bind() error {
	*b.to = Preconditions{b.session.r.Method, b.session.r.Header}
	if b.required && !b.to.Present() {
		return problem.New(http.StatusPreconditionRequired, "", "send If-Match with the ETag of what is to be changed")
	}
	return nil
}

func (in *preconditionsInput) describe(op *openapi.Operation) {
	for _, name := range [...]string{"If-Match", "If-None-Match", "If-Unmodified-Since"} {
		op.AddParameter(condition(name))
	}
	op.AddResponse(openapi.Response{Status: http.StatusPreconditionFailed})
	if in.required {
		op.AddResponse(openapi.Response{Status: http.StatusPreconditionRequired})
	}
}

// describeConditions documents what is looked at before an answer is sent.
func describeConditions(op *openapi.Operation) {
	op.AddParameter(condition("If-None-Match"), condition("If-Modified-Since"))
}

func condition(name string) openapi.Parameter {
	return openapi.Parameter{Name: name, In: "header", Description: "A precondition, RFC 9110 section 13.1."}
}

// AutoETag gives encoded answers to GET and HEAD an entity tag made of their
// content, unless the handler has set one, and answers 304 to a client that has it.
// It spares the network, not the handler. The tag is strong; weak ones are for APIs
// behind something that changes the bytes, such as a compressing proxy. Fits
// anywhere.
func AutoETag(weak bool) Option {
	return &option{"AutoETag", anywhere, func(s *settings) { s.etag = autoETag{true, weak} }}
}

type autoETag struct{ on, weak bool }

// tag is the entity tag of a content.
func (a autoETag) tag(content []byte) string {
	sum := sha256.Sum256(content)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
	if a.weak {
		return "W/" + tag
	}
	return tag
}

// addETag tags an answer that has been encoded.
func (s *session) addETag() {
	if s.buf == nil || s.status != http.StatusOK || !isSafe(s.r.Method) || s.staged["Etag"] != nil || s.w.Header()["Etag"] != nil {
		return
	}
	if s.staged == nil {
		s.staged = http.Header{}
	}
	s.staged["Etag"] = []string{s.route.settings.etag.tag(s.buf.Bytes())}
}

// evaluate looks at the conditions of the request once the answer is known, RFC
// 9110 section 13.2.1: they count where the answer would be a success.
func (s *session) evaluate() error {
	etag, modified := s.staged.Get("Etag"), lastModified(s.staged)
	if s.status < 200 || s.status > 299 || !isSafe(s.r.Method) || etag == "" && modified.IsZero() {
		return nil
	}
	p := Preconditions{s.r.Method, s.r.Header}
	if err := p.Check(etag, modified); err != nil {
		return err
	}
	if p.unchanged(etag, modified) {
		s.status = http.StatusNotModified
		if s.buf != nil {
			s.buf.Free()
			s.buf = nil
		}
	}
	return nil
}

func lastModified(h http.Header) time.Time {
	t, err := http.ParseTime(h.Get("Last-Modified"))
	if err != nil {
		return time.Time{}
	}
	return t
}
