package router

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/mistake"
	"github.com/mortise-go/mortise/internal/pattern"
	"github.com/mortise-go/mortise/openapi"
)

// conflicts drops from the conflicts of a pattern what a message begins with
// anyway.
func conflicts(err error) error {
	var each []error
	for _, e := range mistake.All(err) {
		_, text, found := strings.Cut(e.Error(), "conflicts with ")
		if _, ok := errors.AsType[*pattern.ConflictError](e); ok && found {
			text = strings.ReplaceAll(text, "\n", "\n    ")
			e = mistake.Reworded("conflicts with "+text, e)
		}
		each = append(each, e)
	}
	return errors.Join(each...)
}

// checkDocument adds what is wrong with the document to the mistakes of the
// routes that say it.
func (b *builder) checkDocument(s *serving) {
	err := s.document.Check()
	if err == nil {
		return
	}
	for _, e := range mistake.All(err) {
		b.documentMistake(s, e)
	}
}

func (b *builder) documentMistake(s *serving, err error) {
	for _, e := range s.endpoints {
		if e.handler != nil {
			continue
		}
		name := fmt.Sprintf("%s (%v)", e.route, e.place)
		if text, found := strings.CutPrefix(err.Error(), name+": "); found {
			b.mistake(e.route, mistake.Reworded(text, err))
			return
		}
		if text, found := strings.CutPrefix(err.Error(), name+" and "); found {
			other, _, _ := strings.Cut(text, " are one")
			b.mistake(e.route, mistake.Reworded("is to OpenAPI the same operation as "+other+"\n    hide one of them", err))
			return
		}
	}
	b.at(b.router.root.place, "the document", err)
}

// checkLocks compares what a route declares with what it enforces.
func (b *builder) checkLocks(c *compiled) {
	switch {
	case c.settings.public && c.locked:
		b.mistake(c.route, fmt.Errorf("is declared Public, but %s\n    remove Public, or what needs the credential", c.lockedBy()))
	case b.router.global.strict && !c.settings.public && len(c.operation.Security) == 0:
		b.mistake(c.route, errors.New("is neither locked nor declared Public, and the API is Strict\n    require a dependency that needs a credential, or add Public()"))
	case b.router.global.strict && !c.settings.public && !c.locked:
		b.mistake(c.route, errors.New("can do without a credential and is not declared Public, and the API is Strict\n    require the credential, or add Public()"))
	}
}

// lockedBy names the first dependency that does not do without a credential.
func (c *compiled) lockedBy() string {
	for _, n := range c.plan.Always() {
		if ways := alternativesOf(n); ways != nil && !slices.ContainsFunc(ways, isEmpty) {
			return fmt.Sprintf("it needs %v from %v", n.Dependency().Out(), n.Dependency())
		}
	}
	return "it needs a credential"
}

// checkGuards refuses a guard that asks for its credential in a way that the
// document cannot show, and what asks for one that the document shows without being
// a guard.
func (b *builder) checkGuards(c *compiled) {
	for _, n := range c.plan.All() {
		if isScheme(n) && n.Stage() > di.Authentication {
			b.mistake(c.route, fmt.Errorf("%v asks for the credential of a scheme and is no guard, so a body would be read for anybody\n    make it with di.At(di.Authentication)", n.Dependency()))
		}
		if s := n.Stage(); s != di.Authentication && s != di.ScopeCheck {
			continue
		}
		if !slices.ContainsFunc(waysTo(n), isFilled) {
			b.mistake(c.route, fmt.Errorf("%v is a guard, but nothing that it needs asks for a credential, so the document could not show the lock\n    let it take a credential, such as security.BearerToken, from a scheme", n.Dependency()))
		}
	}
}

// checkNotes reports what the dependencies themselves know to be declared wrongly.
func (b *builder) checkNotes(c *compiled) {
	seen := map[*di.Dependency]bool{}
	for _, n := range c.plan.All() {
		d := n.Dependency()
		checked, ok := d.Note().(interface{ Err() error })
		if !ok || seen[d] {
			continue
		}
		seen[d] = true
		for _, err := range mistake.All(checked.Err()) {
			b.inputMistake(c.route, fmt.Errorf("%s: %w", d.Name(), err))
		}
	}
}

// checkLifted refuses a guard that would be lifted although it is declared
// inside of what is public: who wrote it expects it to run.
func (b *builder) checkLifted(c *compiled) {
	public := c.settings.publicBy
	if public == nil {
		return
	}
	declared := map[*di.Dependency]*Group{}
	for g := c.group; g != public.parent; g = g.parent {
		for _, d := range g.scope.Required() {
			declared[d] = g
		}
	}
	if len(declared) == 0 {
		return
	}
	for _, d := range b.lifted(c) {
		switch g := declared[d]; g {
		case nil:
		case public:
			b.mistake(c.route, fmt.Errorf("is declared Public by Group(%q) (%v), which also requires %v, and that would not run\n    declare single routes Public, or require the guard further out",
				g.prefix, g.place, d))
		default:
			b.mistake(c.route, fmt.Errorf("is declared Public by Group(%q) (%v), but Group(%q) (%v) inside of it requires %v, and that would not run\n    declare single routes Public, or require the guard further out",
				public.prefix, public.place, g.prefix, g.place, d))
		}
	}
}

// lifted lists the required dependencies that would run if the route were not
// public.
func (b *builder) lifted(c *compiled) []*di.Dependency {
	closed := di.NewScope(c.group.scope)
	closed.Require(c.scope.Required()...)
	plan, _ := di.Compile(closed, c.handler, b.newSource(c), b.router.container)
	if plan == nil {
		return nil
	}
	var list []*di.Dependency
	for _, n := range plan.Always() {
		runs := func(m di.Node) bool { return m.Dependency() == n.Dependency() }
		if !slices.ContainsFunc(c.plan.Always(), runs) {
			list = append(list, n.Dependency())
		}
	}
	return list
}

// isLocked reports whether nobody gets through without a credential.
func isLocked(op *openapi.Operation) bool {
	return len(op.Security) > 0 && !slices.ContainsFunc(op.Security, isEmpty)
}

func isEmpty(r openapi.Requirement) bool  { return len(r) == 0 }
func isFilled(r openapi.Requirement) bool { return len(r) > 0 }
