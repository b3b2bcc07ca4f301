package router

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/callsite"
	"github.com/mortise-go/mortise/internal/mistake"
	"github.com/mortise-go/mortise/internal/pattern"
	"github.com/mortise-go/mortise/openapi"
)

// A route is what Handle declared.
type route struct {
	group    *Group
	method   string
	path     string
	handler  *di.Dependency
	scope    *di.Scope
	settings settings
	place    callsite.Place
}

// String is how messages name the route.
func (r *route) String() string { return r.method + " " + r.path }

// compiled is a route that serves.
type compiled struct {
	*route
	pattern        *pattern.Pattern
	plan           *di.Plan
	source         *source
	encoders       []encoder // of its success, beside JSON
	offers         []string  // the media types of its success, where the client chooses
	conditional    bool      // the answer may have an entity tag or a date
	answer         *answer
	operation      *openapi.Operation
	contentType    []string // of the success, as a header value
	names          []string // of the wildcards
	exposed        bool     // somebody takes the *http.Request
	readsPiecewise bool     // the handler reads the body while it answers
	challengers    []challenger
	then           http.Handler // answers in place of the handler's output, if there is one
	locked         bool         // nobody gets through without a credential
	vary           []string     // the request fields that hold credentials, as a Vary value; nil for none
}

// compile makes the route's plan, or reports why it cannot be.
func (b *builder) compile(r *route) *compiled {
	if err := r.check(); err != nil {
		b.mistake(r, err)
		return nil
	}
	p, err := pattern.Parse(r.String())
	if err != nil {
		b.mistake(r, illegible(err))
		return nil
	}
	c := &compiled{route: r, pattern: p}
	c.answer, err = b.answer(r.handler.Out(), r.settings.own)
	b.check(r, err)
	c.source = b.newSource(c)
	plan, mistakes := di.Compile(r.scope, r.handler, c.source, b.router.container)
	for _, m := range mistakes {
		b.inputMistake(r, m)
	}
	if plan == nil || c.answer == nil {
		return nil
	}
	c.plan = plan
	c.contentType = sharedValue(c.answer.contentType())
	c.conditional = r.settings.etag.on || c.answer.isConditional()
	c.negotiates()
	b.check(r, c.source.finish(plan))
	c.operation = c.describe(b)
	return c
}

// check refuses what is no route whatever its handler.
func (r *route) check() error {
	switch {
	case !isToken(r.method) || strings.ToUpper(r.method) != r.method:
		return fmt.Errorf("%q is no method; a method is a word in upper case, such as %q", r.method, "GET")
	case r.path == "" || r.path[0] != '/':
		return fmt.Errorf("the path %q does not begin with a slash; write it as %q", r.path, "/"+r.path)
	case r.handler == nil:
		return errors.New("the handler is nil; declare its variable before it is used here")
	}
	return nil
}

// illegible leaves out of a parser's error what a message begins with anyway.
func illegible(err error) error {
	e, ok := errors.AsType[*pattern.ParseError](err)
	if !ok {
		return err
	}
	_, written, _ := strings.Cut(e.Pattern, " ")
	if clean := path.Clean(written); strings.Contains(e.Reason, "unclean") {
		return mistake.Reworded(fmt.Sprintf("the path holds an empty segment or a dot, so that requests are redirected and none would match; write it as %q", clean), err)
	}
	text := fmt.Sprintf("%s, at offset %d of the pattern %q", e.Reason, e.Offset, e.Pattern)
	if strings.HasPrefix(e.Reason, "bad wildcard name") {
		text += "\n    a name has letters, digits and underscores, as {id} has; the type is that of the field which reads it"
	}
	return mistake.Reworded(text, err)
}
