package router

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/bind"
	"github.com/mortise-go/mortise/internal/exchange"
	"github.com/mortise-go/mortise/internal/rules"
	"github.com/mortise-go/mortise/openapi"
)

// A source supplies the inputs of one route from its requests.
type source struct {
	builder *builder
	route   *compiled
	plan    *bind.Plan
	forms   bool // a form is read

	multipart bool                 // and it has parts that are no texts
	fields    map[string]fieldKind // of a multipart form
}

func (b *builder) newSource(c *compiled) *source { return &source{builder: b, route: c} }

// Field compiles a field that has the tag of a place.
func (s *source) Field(f di.Field) (di.Input, error) {
	if f.Type == preconditionsType && f.IsExported() {
		return &preconditionsInput{required: f.Tag.Get("required") == "true"}, nil
	}
	place, name, err := placeOf(f)
	if err == nil {
		err = misspelt(f, place)
	}
	if err != nil || name == "" && place == "" && !isUpload(f.Type) {
		return nil, err
	}
	if isUpload(f.Type) && place != "form" {
		return nil, fmt.Errorf("field %s is a %v, which comes in a form\n    write a tag such as form:%q", fieldName(f), f.Type, strings.ToLower(f.Name))
	}
	if !f.IsExported() {
		return nil, fmt.Errorf("field %s has the tag %s:%q but is not exported, so it cannot be filled\n    begin its name with a capital", fieldName(f), place, name)
	}
	if place == "body" {
		return s.body(f, name)
	}
	if place == "form" && isUpload(f.Type) {
		return s.upload(f, name)
	}
	if part, ok := isJSONPart(name); ok && place == "form" {
		return s.jsonPart(f, part)
	}
	return s.param(f, place, name)
}

// places are the tags that say where a field is read from.
var places = [...]string{"path", "query", "header", "cookie", "form", "body"}

// placeOf finds the one tag that says where a field is read from.
func placeOf(f di.Field) (place, value string, err error) {
	for _, tag := range places {
		v, ok := f.Tag.Lookup(tag)
		switch {
		case !ok:
		case place != "":
			return "", "", fmt.Errorf("field %s has the tags %s and %s, and is read from one place\n    keep one of them", fieldName(f), place, tag)
		default:
			place, value = tag, v
		}
	}
	return place, value, nil
}

// misspelt reports a tag that nothing reads because of a slip in its name. Without
// it a rule would not be checked, and nobody would notice.
func misspelt(f di.Field, place string) error {
	known := places[:]
	if place != "" {
		known = parameterTags[:]
	}
	written, meant := rules.Misspelt(f.Tag, known...)
	if meant == "" {
		return nil
	}
	return fmt.Errorf("field %s has %s, which nothing reads; did you mean %s?",
		fieldName(f), rules.Quoted(f.Tag, written, written), rules.Quoted(f.Tag, written, meant))
}

// parameterTags are those that say how a parameter is read.
var parameterTags = [...]string{"default", "validate", "required", "enum", "layout", "accept"}

// placeNamed is the place of a parameter that has its tag.
func placeNamed(tag string) bind.Place {
	for p := range bind.Form {
		if p.String() == tag {
			return p
		}
	}
	return bind.Form
}

// fieldName is how messages name a field, such as "listUsers.Page".
func fieldName(f di.Field) string {
	if n := f.Owner.In().Name(); n != "" && !strings.Contains(n, "[") {
		return n + "." + f.Path
	}
	if isLiteral(f.Owner.Name()) {
		return f.Path + " of the function at " + f.Owner.Place()
	}
	return f.Owner.Name() + "." + f.Path
}

func (s *source) param(f di.Field, place, name string) (di.Input, error) {
	key := fieldKey{f.Owner.In(), "", f.Path}
	if key.in.Name() == "" {
		key.owner = f.Owner.Name()
	}
	known, ok := s.builder.params[key]
	if !ok {
		known.value, known.err = bind.Compile(bind.Spec{
			Place: placeNamed(place),
			Name:  name,
			Type:  f.Type,
			Tag:   f.Tag,
			Field: fieldName(f),
		}, bind.Options{Rules: s.builder.rules, FirstWins: s.builder.router.global.firstOfRepeated})
		s.builder.params[key] = known
	}
	if known.err != nil {
		return nil, known.err
	}
	if err := s.checkWildcard(known.value); err != nil {
		return nil, err
	}
	in := paramInput{known.value}
	if in.param.Place == bind.Form {
		return &formInput{in}, nil
	}
	return &in, nil
}

// checkWildcard makes sure that a path parameter is in the path.
func (s *source) checkWildcard(p *bind.Param) error {
	names := s.route.pattern.Names()
	if p.Place != bind.Path || slices.Contains(names, p.Name) {
		return nil
	}
	hint := "the path has no wildcards"
	if colon := ":" + p.Name; slices.Contains(strings.Split(s.route.path, "/"), colon) {
		hint = fmt.Sprintf("a wildcard is written {%s} and not %s", p.Name, colon)
	} else if len(names) == 1 {
		hint = fmt.Sprintf("did you mean path:%q?", names[0])
	} else if len(names) > 1 {
		hint = "its wildcards are {" + strings.Join(names, "}, {") + "}"
	}
	return &wildcardError{fmt.Sprintf("field %s has the tag path:%q, but the path has no {%s}\n    %s", p.Field, p.Name, p.Name, hint)}
}

// wildcardError says that the path of a route and its inputs do not fit.
type wildcardError struct{ text string }

func (e *wildcardError) Error() string { return e.text }

// Type knows the types that come with every request.
func (s *source) Type(t reflect.Type) di.Input {
	switch t {
	case requestType:
		return requestInput{}
	case responseHeaderType:
		return headerInput{}
	case exchangeType:
		return exchangeInput{}
	case prefixType:
		return prefixInput(s.builder.router.global.prefix)
	case backgroundType:
		return backgroundInput{}
	case preconditionsType:
		return &preconditionsInput{}
	case wholeQueryType:
		return wholeQueryInput{}
	}
	return nil
}

var (
	requestType        = reflect.TypeFor[*http.Request]()
	responseHeaderType = reflect.TypeFor[ResponseHeader]()
	exchangeType       = reflect.TypeFor[exchange.Exchange]()
	prefixType         = reflect.TypeFor[Prefix]()
)

// ResponseHeader is the header of the answer, for dependencies and handlers
// that add to it: take it in a field or as the whole input. It is sent with
// errors too.
type ResponseHeader struct{ http.Header }

// NewSession makes what a frame keeps of its request.
func (s *source) NewSession() any {
	return &session{route: s.route, params: s.plan.NewSource()}
}

// A bodyReading is an input that reads the body alone.
type bodyReading interface {
	di.LateInput
	// reads is the field, and how the body is described.
	reads() (field string, described *openapi.Body)
}

// finish looks at the inputs of the plan once it stands.
func (s *source) finish(plan *di.Plan) error {
	var params []*bind.Param
	var bodies []string
	var mistakes []error
	s.fields = map[string]fieldKind{}
	for _, n := range plan.All() {
		for in := range n.Inputs() {
			switch in := in.(type) {
			case *paramInput:
				params = append(params, in.param)
			case *formInput:
				params = append(params, in.param)
				mistakes = append(mistakes, s.addField(in.param.Name, textField))
			case *uploadInput:
				s.multipart = true
				mistakes = append(mistakes, s.addField(in.name, fileField))
			case *jsonPartInput:
				s.multipart = true
				mistakes = append(mistakes, s.addField(in.name, jsonField))
			case bodyReading:
				field, _ := in.reads()
				bodies = append(bodies, field)
				s.route.readsPiecewise = s.route.readsPiecewise || isLazy(in)
			case requestInput:
				s.route.exposed = true
			}
		}
	}
	mistakes = append(mistakes, s.oneBody(bodies))
	s.route.names = s.route.pattern.Names()
	for _, name := range s.route.names {
		read := slices.ContainsFunc(params, func(p *bind.Param) bool { return p.Place == bind.Path && p.Name == name })
		if !read && !s.route.exposed {
			mistakes = append(mistakes, fmt.Errorf("nothing reads {%s}\n    add a field tagged path:%q to the handler's input, or take *http.Request", name, name))
		}
	}
	g := &s.builder.router.global
	limits := bind.Limits{RefuseUnknownFields: g.rejectUnknown}
	if g.rejectParameters && !s.route.exposed {
		limits.RefuseUnknownQuery, limits.Known = true, keysInQuery(plan)
	}
	bound, err := bind.NewPlan(s.wildcards(), params, limits)
	s.plan = bound
	return errors.Join(append(mistakes, err)...)
}

// addField notes what a field of a form holds, which is the same for everybody who
// reads it.
func (s *source) addField(name string, kind fieldKind) error {
	s.forms = true
	if known := s.fields[name]; known != unknownField && known != kind {
		return fmt.Errorf("the field %q of the form is read as %v and as %v\n    keep one of them", name, min(known, kind), max(known, kind))
	}
	s.fields[name] = kind
	return nil
}

// isLazy recognises inputs that read the body while the handler runs.
func isLazy(in di.Input) bool {
	switch in := in.(type) {
	case *rawInput:
		return in.typ == readerType
	case *linesInput, *partsInput:
		return true
	}
	return false
}

func (s *source) oneBody(bodies []string) error {
	switch {
	case len(bodies) > 1:
		return fmt.Errorf("the body is read twice, by %s and by %s\n    read it once, and let the others need that dependency", bodies[0], bodies[1])
	case len(bodies) == 1 && s.forms:
		return fmt.Errorf("the body is read as a whole by %s and as a form by others\n    keep one of them", bodies[0])
	}
	return nil
}

// wildcards names them as bind does: "path..." for those that take the rest.
func (s *source) wildcards() []string {
	names := s.route.pattern.Names()
	for i, n := range names {
		if s.route.pattern.Multi(n) {
			names[i] = n + "..."
		}
	}
	return names
}

// paramInput is a parameter.
type paramInput struct{ param *bind.Param }

func (in *paramInput) Binder(of, ptr any) di.Binder {
	return &paramBinder{in.param.Binder(ptr, of.(*session).params)}
}

type paramBinder struct{ bind bind.Binder }

func (b *paramBinder) Bind() error {
	if err := b.bind.Bind(); err != nil {
		return err
	}
	return nil
}

// formInput is a parameter that waits for the body.
type formInput struct{ paramInput }

func (*formInput) Late() {}

func (in *formInput) Binder(of, ptr any) di.Binder {
	s := of.(*session)
	return &formBinder{paramBinder{in.param.Binder(ptr, s.params)}, s}
}

type formBinder struct {
	paramBinder
	session *session
}

func (b *formBinder) Bind() error {
	if err := b.session.loadForm(); err != nil {
		return err
	}
	return b.paramBinder.Bind()
}

type requestInput struct{}

func (requestInput) Binder(of, ptr any) di.Binder {
	return &requestBinder{of.(*session), ptr.(**http.Request)}
}

type requestBinder struct {
	session *session
	to      **http.Request
}

func (b *requestBinder) Bind() error {
	*b.to = b.session.r
	return nil
}

type headerInput struct{}

func (headerInput) Binder(of, ptr any) di.Binder {
	return &headerBinder{of.(*session), ptr.(*ResponseHeader)}
}

type headerBinder struct {
	session *session
	to      *ResponseHeader
}

func (b *headerBinder) Bind() error {
	b.to.Header = b.session.w.Header()
	return nil
}

type exchangeInput struct{}

func (exchangeInput) Binder(of, ptr any) di.Binder {
	return &exchangeBinder{of.(*session), ptr.(*exchange.Exchange)}
}

type exchangeBinder struct {
	session *session
	to      *exchange.Exchange
}

func (b *exchangeBinder) Bind() error {
	*b.to = exchange.Exchange{Request: b.session.r, Header: b.session.w.Header(), Waited: &b.session.waited}
	return nil
}
