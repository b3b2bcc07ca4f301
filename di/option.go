package di

import "slices"

// An Option changes a dependency while it is made. A *[Dependency] is an
// option too: it is brought along.
type Option interface {
	option(*Dependency)
}

type optionFunc func(*Dependency)

func (f optionFunc) option(d *Dependency) { f(d) }

// A Stage orders the kinds of dependencies within a request. All of an
// earlier stage run before any of a later one, and what a dependency needs
// always runs before it.
type Stage uint8

// The stages, in their order.
const (
	// Unstaged is the default. The dependency runs as late as it can: before
	// whoever needs it. If it needs a credential it runs after the last guard
	// and before the remaining inputs are bound, so that no body is read for
	// somebody unknown; otherwise it runs after the remaining inputs.
	Unstaged Stage = iota
	// Admission is for checks of the connection, such as its address, before
	// anybody is known.
	Admission
	// Authentication is for credentials and what verifies them.
	Authentication
	// Revocation is for checks that a valid credential still stands.
	Revocation
	// SecondFactor is for one-time codes.
	SecondFactor
	// ScopeCheck is for the scopes that were granted.
	ScopeCheck
	// Authorization is for roles and permissions.
	Authorization
	// Quota is for limits that count a known principal.
	Quota
	// Ownership is for guards that load what the request is about.
	Ownership

	derived // unstaged, but needs a credential
	plain   // unstaged otherwise
)

// String names the stage, such as "authentication".
func (s Stage) String() string {
	names := [...]string{"unstaged", "admission", "authentication", "revocation", "second factor",
		"scopes", "authorization", "quota", "ownership", "authenticated", "dependency"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown stage"
}

// At puts the dependency into a stage.
func At(s Stage) Option { return optionFunc(func(d *Dependency) { d.stage = s }) }

// A Lifetime says how long a value of a dependency serves.
type Lifetime uint8

// The lifetimes. A dependency may need others that live at least as long as
// it does.
const (
	// Request is the default: one value per request.
	Request Lifetime = iota
	// Application is one value from the first need, or from
	// [Container.Start], until [Container.Close].
	Application
	// Transient is a value of its own for everybody who needs it.
	Transient
)

// String names the lifetime, such as "application".
func (l Lifetime) String() string {
	switch l {
	case Application:
		return "application"
	case Transient:
		return "transient"
	}
	return "request"
}

func (l Lifetime) option(d *Dependency) { d.lifetime = l }

// Requires makes the dependency require scopes: it and whatever it needs see
// them when they take [Scopes].
func Requires(scopes ...string) Option {
	return optionFunc(func(d *Dependency) { d.scopes = appendNew(d.scopes, scopes) })
}

// Note attaches a value that describes the dependency to whoever documents
// it. This package never looks at it.
func Note(v any) Option { return optionFunc(func(d *Dependency) { d.note = v }) }

// Named replaces the name that messages use.
func Named(name string) Option { return optionFunc(func(d *Dependency) { d.name = name }) }

// appendNew appends what is not there yet and never writes into old's array.
func appendNew(old, more []string) []string {
	merged := slices.Clip(old)
	for _, s := range more {
		if !slices.Contains(merged, s) {
			merged = append(merged, s)
		}
	}
	return merged
}
