package di

import "github.com/mortise-go/mortise/internal/callsite"

// An Override replaces dependencies in everything that is compiled with a
// [Container]. Tests use it.
//
// What the replacement needs is looked up from where the replaced one was
// declared, and the replaced one is not there any more; only among what the
// replacement brings may it stand, so that a spy can wrap what it watches. A
// replacement without a stage of its own runs in the stage of what it
// replaces, and sees the scopes that this required.
type Override struct {
	old   *Dependency // nil: by type
	new   *Dependency
	layer *layer // where new stands, alone
}

// Replace puts new in the place of the handle old. Panics if one of them is
// nil, or if they give different types.
func Replace(old, new *Dependency) Override {
	o := Override{old, new, newLayer(new)}
	if old == nil || old.out != new.out {
		panic("di: Replace of " + describe(old) + " by " + describe(new) + " (" + callsite.User().String() + ")")
	}
	return o
}

// ReplaceType puts new in the place of every dependency that gives new's type
// without taking it. Guards that take the type and return it go on guarding, and
// the target, such as a handler that answers with the type, goes on running.
// Panics if new is nil.
func ReplaceType(new *Dependency) Override { return Override{nil, new, newLayer(new)} }

// fits reports whether d may be replaced. Whether d is a guard that must go on
// guarding is the compiler's to find out.
func (o *Override) fits(d *Dependency) bool {
	if o.old != nil {
		return o.old == d
	}
	return o.new != d && o.new.out == d.out
}

func describe(d *Dependency) string {
	if d == nil {
		return "nil"
	}
	return d.String() + ", which gives " + d.out.String() + ","
}
