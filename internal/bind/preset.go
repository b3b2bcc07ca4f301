package bind

import (
	"fmt"
	"reflect"
	"strings"
)

// preset reads the default and proves that it is a value that its own rules admit.
func (d *draft) preset() {
	if !d.HasDefault || len(d.mistakes) > 0 {
		return
	}
	d.DefaultText = d.spec.Tag.Get("default")
	switch {
	case d.form == deep:
		d.fail("has a default, which an object cannot have; give its fields defaults")
		return
	case d.optional:
		d.fail("has a default, so that it would never be absent; use %v", d.Elem)
		return
	}
	d.presets = []string{d.DefaultText}
	if d.List {
		d.presets = splitPreset(d.DefaultText)
	}
	if size := d.size(); size >= 0 && len(d.presets) != size {
		d.fail("has default:%q, which lists %d values; list %d, separated by commas", d.DefaultText, len(d.presets), size)
		return
	}
	for _, text := range d.presets {
		if err := d.leaf.tryPreset(text, d.DefaultText); err != nil {
			d.fail("%w", err)
			return
		}
	}
	d.tryDefault()
}

// tryDefault makes the value of the default and checks it.
func (d *draft) tryDefault() {
	field := reflect.New(d.Type).Elem()
	b := d.target(field)
	_ = b.absent() // a parameter with a default is never required
	d.Default = reflect.Indirect(field).Interface()
	if d.checker == nil {
		return
	}
	for _, v := range d.checker.Check(b.check) {
		d.fail("has default:%q, which its own validate:%q refuses: it %s", d.DefaultText, d.spec.Tag.Get("validate"), v.Detail)
	}
}

// splitPreset takes the default of a list apart; an empty one is an empty list.
func splitPreset(text string) []string {
	if text == "" {
		return []string{}
	}
	return strings.Split(text, ",")
}

// tryPreset reads one value of a default; whole is all of it.
func (l *leaf) tryPreset(text, whole string) error {
	switch f := l.trial(text); f {
	case fine:
		return nil
	case notListed:
		return fmt.Errorf("has default:%q, which is not one of its enum; choose one of %s", whole, strings.Join(l.listed, ", "))
	case outOfRange:
		return fmt.Errorf("has default:%q, which does not fit %s; choose one %s", whole, article(l.typ.String()), l.limits)
	}
	if l.example == "" {
		return fmt.Errorf("has default:%q, which is not %s", whole, article(l.typ.String()))
	}
	return fmt.Errorf("has default:%q, which is not %s; specify %s, such as default:%q", whole, article(l.typ.String()), l.noun(), l.example)
}

// noun names the values of the leaf to the author of a tag.
func (l *leaf) noun() string {
	switch l.typ.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		if !strings.HasPrefix(l.expected, "a duration") {
			return "a number"
		}
	}
	noun, _, _ := strings.Cut(l.expected, " such as")
	return noun
}

// size is the length of an array, -1 for what has no fixed length.
func (p *Param) size() int {
	if p.container != nil && p.container.Kind() == reflect.Array {
		return p.container.Len()
	}
	return -1
}
