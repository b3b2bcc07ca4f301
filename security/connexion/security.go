package connexion

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/security"
)

// A Security is the locks of a document: its schemes, and what each operation
// requires. It does not change and is safe for concurrent use.
type Security struct {
	locks   map[string]lock
	schemes map[string]*di.Dependency
	needs   map[string][]requirement // by operation
}

// Load reads the schemes and the operations of an OpenAPI 3 document, in JSON
// unless [Config.Decode] says otherwise. All mistakes are returned, joined: a
// function that is missing, a name that nobody registered, a combination that no
// request can satisfy, each with the name of its scheme or operation.
func (r *Registry) Load(data []byte) (*Security, error) {
	var d document
	if err := r.config.Decode(data, &d); err != nil {
		return nil, fmt.Errorf("connexion: the document cannot be read: %w", err)
	}
	s := &Security{locks: map[string]lock{}, schemes: map[string]*di.Dependency{}, needs: map[string][]requirement{}}
	mistakes := slices.Clone(r.mistakes)
	for _, name := range slices.Sorted(maps.Keys(d.Components.SecuritySchemes)) {
		l, err := r.lock(name, d.Components.SecuritySchemes[name])
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("scheme %q: %w", name, err))
		}
		s.locks[name] = l
	}
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, o := range d.Paths[path].operations() {
			if o != nil && o.ID != "" {
				mistakes = append(mistakes, s.add(o, d.Security)...)
			}
		}
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, fmt.Errorf("connexion: %w", err)
	}
	for name, l := range s.locks {
		s.schemes[name] = l.make(nil)
	}
	return s, nil
}

// add takes an operation up, and says what is wrong with it.
func (s *Security) add(o *operation, global []requirement) (mistakes []error) {
	wrong := func(format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("operation %q: "+format, append([]any{o.ID}, args...)...))
	}
	needs := global
	if o.Security != nil {
		needs = *o.Security
	}
	if _, twice := s.needs[o.ID]; twice {
		wrong("there are two of this operationId")
	}
	s.needs[o.ID] = append([]requirement{}, needs...)
	for _, r := range needs {
		tokens := 0
		for name, scopes := range r {
			l, ok := s.locks[name]
			if !ok {
				wrong("requires the scheme %q, which the document does not have", name)
			}
			if l.scopes {
				tokens++
			}
			for _, scope := range scopes {
				if err := security.CheckScope(scope); err != nil {
					wrong("scope %q: %w", scope, err)
				}
			}
		}
		if tokens > 1 {
			wrong("requires two tokens of authorization servers at once, %s, and a request has one Authorization; make them alternatives",
				strings.Join(slices.Sorted(maps.Keys(r)), " and "))
		}
	}
	return mistakes
}

// Scheme gives the information of a scheme, a *security.TokenInfo, and requires
// scopes of it. A scheme that the document does not have is a mistake that the
// API's Build reports.
func (s *Security) Scheme(name string, scopes ...string) *di.Dependency {
	d, ok := s.schemes[name]
	if !ok {
		return missing[*security.TokenInfo]("Scheme(%q): the document has no such scheme; it has %s", name, listed(s.schemes))
	}
	if len(scopes) == 0 {
		return d
	}
	return d.With(di.Requires(scopes...))
}

// Operation requires what the document requires of the operation with the id,
// and gives its *security.TokenInfo; where {} is among the alternatives, a
// di.Optional of it. An operation that the document does not have, that is
// public there, or that needs several schemes at once is a mistake that the
// API's Build reports.
func (s *Security) Operation(id string) *di.Dependency {
	if slices.ContainsFunc(s.needs[id], func(r requirement) bool { return len(r) > 1 }) {
		return missing[*security.TokenInfo]("Operation(%q): several schemes are needed at once\n    take a security.AuthSet, from OperationSet", id)
	}
	return operationOf[*security.TokenInfo](s, id, func(infos []*di.Dependency) *di.Dependency { return infos[0] })
}

// OperationSet is [Security.Operation] and gives the information of each scheme
// by its name, a security.AuthSet.
func (s *Security) OperationSet(id string) *di.Dependency {
	return operationOf[security.AuthSet](s, id, func(infos []*di.Dependency) *di.Dependency {
		return security.AllInfo(infos[0], infos[1:]...)
	})
}

// Public reports whether the document declares the operation open to everybody,
// by requiring nothing. Its route says so with router.Public.
func (s *Security) Public(id string) bool {
	needs, ok := s.needs[id]
	return ok && !slices.ContainsFunc(needs, func(r requirement) bool { return len(r) > 0 })
}

// operationOf makes the dependency of an operation, a T, of those of its
// alternatives.
func operationOf[T any](s *Security, id string, together func([]*di.Dependency) *di.Dependency) *di.Dependency {
	needs, ok := s.needs[id]
	switch {
	case !ok:
		return missing[T]("Operation(%q): the document has no such operation; it has %s", id, listed(s.needs))
	case s.Public(id):
		return missing[T]("Operation(%q): the document requires nothing for it\n    declare its route Public instead", id)
	}
	tokens := s.tokenScopes(needs)
	var alternatives []*di.Dependency
	for _, r := range needs {
		if len(r) > 0 {
			alternatives = append(alternatives, together(s.infos(r, tokens)))
		}
	}
	d := alternatives[0]
	if len(alternatives) > 1 {
		d = security.AnyOf[T](alternatives...)
	}
	if slices.ContainsFunc(needs, func(r requirement) bool { return len(r) == 0 }) {
		return security.Optional[T](d)
	}
	return d
}

// tokenScopes are the scopes that an operation requires of tokens.
func (s *Security) tokenScopes(needs []requirement) []string {
	var scopes []string
	for _, r := range needs {
		for _, name := range slices.Sorted(maps.Keys(r)) {
			if s.locks[name].scopes {
				scopes = join(scopes, r[name])
			}
		}
	}
	return scopes
}

// infos are the schemes of an alternative in the order of their names. Without a
// token among them they have to grant themselves what tokens would.
func (s *Security) infos(r requirement, tokens []string) []*di.Dependency {
	names := slices.Sorted(maps.Keys(r))
	hasToken := slices.ContainsFunc(names, func(name string) bool { return s.locks[name].scopes })
	infos := make([]*di.Dependency, len(names))
	for i, name := range names {
		d, required := s.schemes[name], r[name]
		switch {
		case s.locks[name].scopes:
		case hasToken:
			d = s.locks[name].make(tokens)
		default:
			required = join(required, tokens)
		}
		if len(required) > 0 {
			d = d.With(di.Requires(required...))
		}
		infos[i] = d
	}
	return infos
}

// join adds what is not there yet.
func join(scopes, more []string) []string {
	joined := slices.Clone(scopes)
	for _, scope := range more {
		if !slices.Contains(joined, scope) {
			joined = append(joined, scope)
		}
	}
	return joined
}

// mistaken is the note of what could not be made.
type mistaken struct{ err error }

// Err is what is wrong with the declaration.
func (m mistaken) Err() error { return m.err }

// missing stands for a T that could not be made. An API that has it does not
// build, so nobody asks for it.
func missing[T any](format string, args ...any) *di.Dependency {
	err := fmt.Errorf(format, args...)
	return di.Depends(func(context.Context, di.None) (T, error) {
		var none T
		return none, err
	}, di.Named("connexion"), di.Note(mistaken{err}))
}

func listed[V any](m map[string]V) string {
	if len(m) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}
