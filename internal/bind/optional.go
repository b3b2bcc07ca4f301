package bind

import (
	"reflect"

	"github.com/mortise-go/mortise/internal/shape"
)

// Optional is implemented by a pointer to a type that tells a value that was given from one that was not.
// The zero value of that type means not given.
type Optional = shape.Optional

// optionalElem returns the type inside an [Optional], or nil for other types.
func optionalElem(t reflect.Type) (elem reflect.Type, err error) { return shape.OptionalElem(t) }
