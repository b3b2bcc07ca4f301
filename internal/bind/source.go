package bind

import (
	"cmp"
	"net/http"
)

// Source holds what one request offers to the parameters of a [Plan]. It is part of a pooled frame:
// [Source.Load] begins a request, [Source.Reset] ends it. It serves one goroutine at a time.
//
// Query and cookies are read once, when the first parameter asks for them, so that a guard can refuse a request
// before its query is looked at.
type Source struct {
	plan    *Plan
	request *http.Request
	path    []string
	query   pairs
	cookie  pairs
	form    pairs
	host    [1]string
}

// NewSource makes an empty source for requests of the plan's operation.
func (p *Plan) NewSource() *Source {
	query, fields := p.limits, p.limits
	query.RefuseUnknown = query.RefuseUnknown || query.RefuseUnknownQuery
	fields.RefuseUnknown = fields.RefuseUnknown || fields.RefuseUnknownFields
	return &Source{
		plan:   p,
		path:   make([]string, len(p.wildcards)),
		query:  newPairs(Query, &p.query, query),
		cookie: newPairs(Cookie, &p.cookie, Limits{Pairs: p.limits.Pairs}),
		form:   newPairs(Form, &p.form, fields),
	}
}

// Load begins a request. The source must be new or reset.
func (s *Source) Load(r *http.Request) { s.request = r }

// SetPath gives the decoded text of the wildcard with index i of those given to [NewPlan].
func (s *Source) SetPath(i int, text string) { s.path[i] = text }

// LoadPath takes the texts of all wildcards from [http.Request.PathValue].
func (s *Source) LoadPath(r *http.Request) {
	for i := range s.path {
		s.path[i] = r.PathValue(s.plan.wildcards[i].name)
	}
}

// Scan reads the query and the cookies now, if a parameter of the plan needs them. Its error is that of a place as a whole:
// it is malformed, holds too much, or something unknown that is to be refused.
//
// The parameters of a place that could not be read report the same *Error (the same pointer) when they are bound;
// whoever gathers errors should keep but one of them. Something unknown is reported by Scan alone.
func (s *Source) Scan() *Error {
	for _, p := range []*pairs{&s.query, &s.cookie} {
		if !p.read {
			s.read(p)
		}
	}
	return cmp.Or(s.query.problem(), s.cookie.problem())
}

// LoadForm reads a body of type application/x-www-form-urlencoded. The bytes are copied.
// Errors are those of the place as a whole, as with [Source.Scan].
func (s *Source) LoadForm(body []byte) *Error {
	if len(s.form.slots) == 0 && !s.form.limits.RefuseUnknown {
		return nil
	}
	s.form.scan(string(body))
	return s.form.problem()
}

// AddForm adds one text field of a form that somebody else takes apart, such as a multipart body.
// Once it has returned an error it returns the same one again.
func (s *Source) AddForm(name, text string) *Error {
	f := &s.form
	f.read = true
	if f.count++; f.count > f.limits.Pairs && f.bad == nil {
		f.bad = f.tooMany()
	}
	if f.bad == nil {
		f.add(name, text)
	}
	return f.problem()
}

// Reset ends a request: it drops every reference to it.
func (s *Source) Reset() {
	s.request, s.host[0] = nil, ""
	clear(s.path)
	s.query.reset()
	s.cookie.reset()
	s.form.reset()
}

// read reads a place of which nothing is known yet.
func (s *Source) read(p *pairs) {
	p.read = true
	switch raw := s.request.URL.RawQuery; {
	case p.place == Query && raw != "" && (len(p.slots) > 0 || p.limits.RefuseUnknown):
		p.scan(raw)
	case p.place == Cookie && len(p.slots) > 0:
		p.scanCookies(s.request.Header["Cookie"])
	}
}

func (s *Source) pairs(place Place) *pairs {
	switch place {
	case Query:
		return &s.query
	case Cookie:
		return &s.cookie
	}
	return &s.form
}

// header returns the lines of a header by its canonical key. net/http keeps one of them elsewhere.
func (s *Source) header(key string) []string {
	if key == "Host" && s.request.Host != "" {
		s.host[0] = s.request.Host
		return s.host[:]
	}
	return s.request.Header[key]
}
