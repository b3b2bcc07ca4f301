package bind

import (
	"reflect"
	"strings"

	"github.com/mortise-go/mortise/internal/rules"
)

// presence decides whether a request may lack the parameter.
func (d *draft) presence() {
	_, d.HasDefault = d.spec.Tag.Lookup("default")
	required, told := d.requiredTag()
	asked, waived := d.validated()
	switch {
	case d.Place == Path:
		d.Required = true
		if told && !required {
			d.fail("has required:\"false\", but a path parameter is always there; remove the tag")
		}
		if d.HasDefault {
			d.fail("has a default, but a path parameter is always there; remove the default")
		}
	case told:
		d.Required = required
		if required && d.HasDefault {
			d.fail("has required:\"true\" and a default, which would never be used; remove one of them")
		}
	case d.HasDefault:
	case asked:
		d.Required = true
	default:
		d.Required = !waived && !d.optional && !d.pointer && (d.form == single || d.container.Kind() == reflect.Array)
	}
}

func (d *draft) requiredTag() (required, told bool) {
	text, ok := d.spec.Tag.Lookup("required")
	if ok && text != "true" && text != "false" {
		d.fail("has required:%q; write required:\"true\" or required:\"false\"", text)
	}
	return text == "true", ok
}

// validated reports whether the validate tag asks for the value, or waives its other rules without one.
func (d *draft) validated() (asked, waived bool) {
	parsed, err := rules.Parse(d.spec.Tag.Get("validate"))
	if err != nil {
		return false, false // reported when the tag is compiled
	}
	for _, rule := range parsed.List {
		asked = asked || rule.Name == "required"
		waived = waived || strings.HasPrefix(rule.Name, "omit")
	}
	return asked, waived
}
