package router

import (
	"errors"
	"reflect"
	"slices"

	"github.com/mortise-go/mortise/internal/bind"
	"github.com/mortise-go/mortise/internal/callsite"
	"github.com/mortise-go/mortise/internal/mistake"
	"github.com/mortise-go/mortise/internal/rules"
	"github.com/mortise-go/mortise/openapi"
)

// builder compiles a router once. What is read from a type or a field serves
// all routes.
type builder struct {
	router   *Router
	mistakes []*Mistake
	params   map[fieldKey]parsed[*bind.Param]
	bodies   map[reflect.Type]parsed[*body]
	answers  map[answerKey]parsed[*answer]
	rules    rules.Options
}

// fieldKey is a field of an input. Types without a name may belong to several
// functions, by which messages call their fields.
type fieldKey struct {
	in    reflect.Type
	owner string
	path  string
}

// answerKey is what an answer is made of.
type answerKey struct {
	out       reflect.Type
	status    int
	mediaType string
}

// parsed is what was made of something, or why it could not.
type parsed[T any] struct {
	value T
	err   error
}

func (b *builder) mistake(r *route, err error) {
	for _, e := range mistake.All(err) {
		b.at(r.place, r.String(), e)
	}
}

// inputMistake adds a mistake of what runs for the route. Unless it is about
// the path, the same one shows for every route for which the same runs.
func (b *builder) inputMistake(r *route, err error) {
	for _, e := range mistake.All(err) {
		b.at(r.place, r.String(), e)
		_, own := errors.AsType[*wildcardError](e)
		b.mistakes[len(b.mistakes)-1].shared = !own
	}
}

func (b *builder) at(place callsite.Place, what string, err error) {
	b.mistakes = append(b.mistakes, &Mistake{Place: place.String(), What: what, Err: err, at: place})
}

func (b *builder) check(r *route, err error) {
	if err != nil {
		b.mistake(r, err)
	}
}

// compile makes what serves, or returns all mistakes.
func (r *Router) compile() (*serving, error) {
	b := &builder{
		router:   r,
		mistakes: slices.Clip(r.mistakes),
		params:   map[fieldKey]parsed[*bind.Param]{},
		bodies:   map[reflect.Type]parsed[*body]{},
		answers:  map[answerKey]parsed[*answer]{},
		rules:    rules.Options{Validator: r.global.validator},
	}
	s := &serving{router: r, document: openapi.New(r.global.info), shared: newSharedValues(r)}
	r.global.introduce(s.document)
	for _, route := range r.routes {
		if c := b.compile(route.under(r.global.prefix)); c != nil {
			b.add(s, c)
		}
	}
	b.addDocs(s)
	b.checkDocument(s)
	if err := join(b.mistakes); err != nil {
		return nil, err
	}
	return s, nil
}

// introduce says what the document says of the whole API.
func (g *global) introduce(d *openapi.Document) {
	d.SetVersion(g.version)
	d.AddServer(g.servers...)
	d.AddTag(g.tags...)
	d.AddTagGroup(g.tagGroups...)
	d.AddWebhook(g.webhooks...)
	d.SetValidator(g.validator)
	if g.docs != nil {
		d.SetDocs(*g.docs)
	}
	for name, value := range g.extensions {
		d.SetExtension(name, value)
	}
	for t, schema := range g.described {
		d.DescribeType(t, schema)
	}
	if g.rejectUnknown {
		d.RejectUnknownMembers()
	}
}

// add gives a route its place among those that serve.
func (b *builder) add(s *serving, c *compiled) {
	if _, err := s.tree.Add(c.pattern, c.place.String()); err != nil {
		b.mistake(c.route, conflicts(err))
		return
	}
	s.endpoints = append(s.endpoints, endpoint{compiled: c})
	s.document.Add(c.operation)
	if len(b.router.overrides) > 0 {
		return // a test may put a user there who needs no credential
	}
	b.checkNotes(c)
	b.checkCombinations(c)
	b.checkGuards(c)
	b.checkLocks(c)
	b.checkLifted(c)
}
