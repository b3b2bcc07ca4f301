package rules

import (
	"reflect"
	"slices"
	"strings"
)

// memberName gives the JSON member that a field is. flat says that the field
// adds no step to a path, because its members belong to the struct around it;
// skip says that JSON cannot reach it.
func memberName(f reflect.StructField) (name string, flat, skip bool) {
	tag := f.Tag.Get("json")
	if tag == "-" {
		return "", false, true
	}
	name, rest, _ := strings.Cut(tag, ",")
	if name != "" {
		return name, false, false
	}
	embedded := f.Anonymous && indirect(f.Type).Kind() == reflect.Struct
	if embedded || slices.Contains(strings.Split(rest, ","), "embed") {
		return "", true, false
	}
	return f.Name, false, false
}

// nameOf is memberName after the user's own names.
func (o Options) nameOf(f reflect.StructField) (name string, flat, skip bool) {
	if o.Name != nil {
		if name, ok := o.Name(f); ok {
			return name, name == "", false
		}
	}
	return memberName(f)
}

func indirect(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
