package rules

import (
	"reflect"
	"sync"

	"github.com/go-playground/validator/v10"
)

// Options adjust how tags are read and checked. The zero value is ready to use.
type Options struct {
	// Validator brings rules, aliases and struct-level validations of the
	// user's own. It must be complete before it is given and not be changed
	// afterwards. Its functions see the struct that holds the field both as
	// Parent and as Top; those that judge a struct field see no Parent. nil means
	// a validator with the built-in rules.
	Validator *validator.Validate
	// Redefined names the built-in rules to which Validator gives a meaning of
	// its own; they are left to it instead of being compiled.
	Redefined []string
	// Name gives the name under which the client knows a field, for fields that
	// are not JSON members, such as parameters. If it is nil or returns false
	// the name is that of the JSON member.
	Name func(reflect.StructField) (string, bool)
	// Limit is the number of violations after which a check stops looking; 0
	// means 1000.
	Limit int
	// Whole checks what the value holds without being asked to: elements of lists
	// and maps need no dive, and a value whose type has the method Enum() []any
	// must be one of those that it lists.
	Whole bool
}

const defaultLimit = 1000

func (o Options) limit() int {
	if o.Limit <= 0 {
		return defaultLimit
	}
	return o.Limit
}

func (o Options) validator() *validator.Validate {
	if o.Validator == nil {
		return builtin()
	}
	return o.Validator
}

// builtin is made at most once, because its tables take longer to fill than a
// small type takes to compile. It is never changed.
var builtin = sync.OnceValue(func() *validator.Validate {
	return validator.New(validator.WithRequiredStructEnabled())
})
