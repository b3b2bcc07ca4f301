package problem

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Problem is an error together with what a client may know of it: the problem
// details object of RFC 9457 §3.
//
// The zero value is an internal error that says nothing. A Problem may be
// shared by goroutines and kept in a package variable as long as nobody writes
// to its fields; every method that changes something returns a copy.
type Problem struct {
	// Type is a URI that names the kind of problem. Empty means about:blank,
	// that is: nothing more than the status says (RFC 9457 §4.2.1).
	Type string `json:"type,omitempty"`

	// Title is a short text that does not change from one occurrence to the
	// next. Empty means the phrase of the status.
	Title string `json:"title,omitempty"`

	// Status is the HTTP status, 400 to 599. Anything else counts as 500.
	Status int `json:"status,omitempty"`

	// Detail says in a sentence what is wrong this time and, where possible,
	// what would work. Empty means that there is nothing to add.
	Detail string `json:"detail,omitempty"`

	// Instance is a URI that names this occurrence, such as a URN with the
	// request id.
	Instance string `json:"instance,omitempty"`

	// Code is a stable kebab-case name that programs may branch on. Empty means
	// [CodeOf] the status.
	Code string `json:"code,omitempty"`

	// Errors are the single mistakes of a request, all of them.
	Errors []Invalid `json:"errors,omitempty"`

	// Extensions are further members of the object (RFC 9457 §3.2). The names
	// of the members above are not available and are left out.
	Extensions map[string]any `json:"-"`

	header http.Header
	cause  error
	origin *Problem // what this is a changed copy of
}

// Invalid is one mistake in a request: where it is and what is expected there.
// It never holds the submitted value.
type Invalid struct {
	// Place names the value as a person would: "body.items[3].qty",
	// "query.page", "header.If-Match".
	Place string `json:"place"`

	// Pointer is the JSON Pointer (RFC 6901) of a value within the body,
	// "/items/3/qty"; empty for the body as a whole and everywhere else.
	Pointer string `json:"pointer,omitempty"`

	// Code names the rule that was broken: "required", "max", "type".
	Code string `json:"code"`

	// Detail says what is expected.
	Detail string `json:"detail"`
}

// StatusCode returns the HTTP status of the answer: Status when it is that of
// an error (400 to 599), else 500. It is 500 for a nil Problem.
func (p *Problem) StatusCode() int {
	if p == nil || p.Status < 400 || p.Status > 599 {
		return http.StatusInternalServerError
	}
	return p.Status
}

// Header returns a copy of the header fields that the answer carries besides
// those that every problem has; never nil.
func (p *Problem) Header() http.Header {
	if p == nil || p.header == nil {
		return http.Header{}
	}
	return p.header.Clone()
}

// Error returns the text for logs, the cause included:
// "404 not-found: there is no such post: sql: no rows in result set".
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(p.StatusCode()))
	b.WriteByte(' ')
	b.WriteString(p.code())
	if p == nil {
		return b.String()
	}
	if p.Detail != "" {
		b.WriteString(": " + p.Detail)
	}
	for i, e := range p.Errors {
		b.WriteString(separator(i) + e.Place + ": " + e.Detail)
	}
	if p.cause != nil {
		b.WriteString(": " + p.cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause given with [Problem.Because], or nil.
func (p *Problem) Unwrap() error {
	if p == nil {
		return nil
	}
	return p.cause
}

// Is reports whether target is the Problem that p is a changed copy of, or
// another changed copy of it. It makes errors.Is(err, errNoPost) hold for
// errNoPost.Because(cause).
func (p *Problem) Is(target error) bool {
	t, ok := target.(*Problem)
	return ok && p != nil && t != nil && p.root() == t.root()
}

// With returns a copy with an extension member (RFC 9457 §3.2). Whatever the
// codec can encode is a value. It panics when key is the name of a member that
// Problem has a field for, since the member would never be seen.
func (p *Problem) With(key string, value any) *Problem {
	if reserved(key) {
		panic("problem: With(" + strconv.Quote(key) + "): that member has a field of its own in Problem; set the field instead")
	}
	c := p.copy()
	c.Extensions = maps.Clone(c.Extensions)
	if c.Extensions == nil {
		c.Extensions = make(map[string]any, 1)
	}
	c.Extensions[key] = value
	return c
}

// WithType returns a copy of the given type URI.
func (p *Problem) WithType(uri string) *Problem {
	c := p.copy()
	c.Type = uri
	return c
}

// WithCode returns a copy with another code.
func (p *Problem) WithCode(code string) *Problem {
	c := p.copy()
	c.Code = code
	return c
}

// WithDetail returns a copy with another detail.
func (p *Problem) WithDetail(detail string) *Problem {
	c := p.copy()
	c.Detail = detail
	return c
}

// WithInstance returns a copy with the URI of this occurrence.
func (p *Problem) WithInstance(uri string) *Problem {
	c := p.copy()
	c.Instance = uri
	return c
}

// WithHeader returns a copy whose answer has the header field key, in place of
// former values of it. Control characters in the value become spaces, and a key
// that is no field name (RFC 9110 §5.1) is left out, as are the fields that
// frame or describe the body.
func (p *Problem) WithHeader(key, value string) *Problem {
	c := p.withHeader()
	c.header.Set(key, clean(value))
	return c
}

// WithChallenge returns a copy whose answer has one more WWW-Authenticate line
// (RFC 9110 §11.6.1). Control characters in the challenge become spaces.
func (p *Problem) WithChallenge(challenge string) *Problem {
	c := p.withHeader()
	c.header.Add("WWW-Authenticate", clean(challenge))
	return c
}

// Because returns a copy with a cause, for the log and for [errors.Is] and
// [errors.As]. The client never sees any of it.
func (p *Problem) Because(err error) *Problem {
	c := p.copy()
	c.cause = err
	return c
}

func (p *Problem) copy() *Problem {
	if p == nil {
		return Internal(nil)
	}
	c := *p
	c.Errors = slices.Clip(c.Errors)
	c.origin = p.root()
	return &c
}

func (p *Problem) withHeader() *Problem {
	c := p.copy()
	if c.header = c.header.Clone(); c.header == nil {
		c.header = make(http.Header, 1)
	}
	return c
}

func (p *Problem) root() *Problem {
	if p.origin != nil {
		return p.origin
	}
	return p
}

func (p *Problem) code() string {
	if p == nil || p.Code == "" {
		return CodeOf(p.StatusCode())
	}
	return p.Code
}

func (p *Problem) title() string {
	if p == nil || p.Title == "" {
		return titleOf(p.StatusCode())
	}
	return p.Title
}

// separator stands before the i-th mistake.
func separator(i int) string {
	if i == 0 {
		return ": "
	}
	return "; "
}
