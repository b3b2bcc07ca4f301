package bind

import (
	"net/textproto"
	"reflect"

	"github.com/mortise-go/mortise/internal/rules"
)

// Param is a compiled parameter. The exported fields describe it and must not be changed.
// A Param may be used by several goroutines at once.
type Param struct {
	// Place and Name are where the value comes from.
	Place Place
	Name  string
	// Field names the Go field in messages.
	Field string
	// Type is the type of the field. Elem is the type of one value: the element of a list or pointer,
	// what is inside an [Optional], the map or struct of an object, otherwise Type itself.
	Type, Elem reflect.Type
	// Tag is the whole tag of the field.
	Tag reflect.StructTag
	// Required reports whether a request without the parameter is refused.
	Required bool
	// HasDefault reports whether there is a default; Default is its value, of type Elem or a slice of it,
	// and DefaultText what the tag says.
	HasDefault  bool
	Default     any
	DefaultText string
	// Enum lists the values that an enum tag or the type's method Enum admits, nil if all are.
	Enum []string
	// Style and Explode are the words of an OpenAPI parameter for how the values are written.
	Style   string
	Explode bool
	// List reports whether the parameter has any number of values of type Elem.
	List bool

	options   Options
	key       string // the canonical name of a header
	form      form
	separator string
	opaque    bool
	optional  bool
	pointer   bool
	presets   []string     // the texts of the default
	leaf      *leaf        // of a single value or an element of a list
	container reflect.Type // a slice, array, map or struct
	node      *node        // of an object
	checker   *rules.Checker
}

// headerKey returns the name under which net/http keeps a header.
func headerKey(place Place, name string) string {
	if place == Header {
		return textproto.CanonicalMIMEHeaderKey(name)
	}
	return ""
}

// document fills in what a document says about the way the values are written.
func (d *draft) document() {
	if d.leaf != nil {
		d.Enum = d.leaf.listed
	}
	d.List = d.form == repeated || d.form == joined || d.form == lines
	d.Style, d.Explode = d.style()
}

func (d *draft) style() (style string, explode bool) {
	switch {
	case d.Place == Path || d.Place == Header:
		return "simple", false
	case d.form == deep:
		return "deepObject", true
	case d.separator == "|":
		return "pipeDelimited", false
	case d.separator == " ":
		return "spaceDelimited", false
	}
	return "form", d.form != joined
}
