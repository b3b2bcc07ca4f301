package bind

import (
	"encoding"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"time"
)

// textLeaf knows the types that read texts themselves.
func textLeaf(t reflect.Type, tag reflect.StructTag, enum []string) (*leaf, error) {
	l := &leaf{typ: t, listed: enum}
	l.expected, l.example = describeText(t, tag)
	l.decode = func(to reflect.Value, text string) fault {
		return l.unmarshal(to.Addr().Interface().(encoding.TextUnmarshaler), text)
	}
	l.scalar = func(to reflect.Value) setter {
		return &texted{to: to.Addr().Interface().(encoding.TextUnmarshaler), value: to, leaf: l}
	}
	l.pointer, l.list = l.anyPointer, l.anyList
	for _, text := range enum {
		if l.trial(text) != fine {
			return nil, fmt.Errorf("lists %q in its enum, which is not %s", text, article(t.String()))
		}
	}
	return l, nil
}

// unmarshal hands a text to a type that reads texts itself. Its error is dropped: it may quote the text.
func (l *leaf) unmarshal(to encoding.TextUnmarshaler, text string) fault {
	if f := clean(text); f != fine {
		return f
	}
	if l.listed != nil && !slices.Contains(l.listed, text) {
		return notListed
	}
	if to.UnmarshalText([]byte(text)) != nil {
		return wrongType
	}
	return fine
}

// trial decodes a text of a tag, for the sake of the fault alone.
func (l *leaf) trial(text string) (f fault) {
	defer func() {
		if recover() != nil {
			f = wrongType
		}
	}()
	return l.decode(reflect.New(l.typ).Elem(), text)
}

// describeText says what a text of the type looks like, to a client and to the author of a tag.
func describeText(t reflect.Type, tag reflect.StructTag) (expected, example string) {
	switch t {
	case reflect.TypeFor[netip.Addr](), reflect.TypeFor[net.IP]():
		return "an IP address", "192.0.2.1"
	case reflect.TypeFor[netip.AddrPort]():
		return "an IP address and port", "192.0.2.1:80"
	case reflect.TypeFor[netip.Prefix]():
		return "an IP prefix such as 192.0.2.0/24", "192.0.2.0/24"
	case reflect.TypeFor[big.Int]():
		return "an integer", "1"
	case reflect.TypeFor[big.Float](), reflect.TypeFor[big.Rat]():
		return "a number", "1.5"
	}
	if t.Name() == "UUID" {
		return "a UUID", "00000000-0000-0000-0000-000000000000"
	}
	if format := tag.Get("format"); format != "" {
		return "a value of format " + format, ""
	}
	return "a valid value", ""
}

// isTime reports time.Time and the types defined by it that do not read texts themselves.
func isTime(t reflect.Type) bool {
	instant := reflect.TypeFor[time.Time]()
	return t == instant || t.Kind() == reflect.Struct && t.ConvertibleTo(instant) && !readsText(t)
}

func timeLeaf(t reflect.Type, tag reflect.StructTag, enum []string) (*leaf, error) {
	if enum != nil {
		return nil, fmt.Errorf("has an enum, but its type is %v", t)
	}
	layout, ok := tag.Lookup("layout")
	if !ok {
		return basic(&leaf{
			typ:      t,
			instant:  true,
			expected: "a date and time such as 2006-01-02T15:04:05Z",
			example:  "2006-01-02T15:04:05Z",
		}, parseRFC3339, nil)
	}
	if err := checkLayout(layout); err != nil {
		return nil, err
	}
	example := time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC).Format(layout)
	return basic(&leaf{typ: t, instant: true, expected: "a time such as " + example, example: example}, parseLayout(layout), nil)
}

// checkLayout refuses layouts that show nothing of a time, or that cannot be read back, such as 304 at three o'clock.
func checkLayout(layout string) error {
	early := time.Date(2006, 1, 2, 3, 4, 5, 0, time.UTC)
	late := time.Date(2017, 11, 25, 22, 38, 49, 0, time.UTC)
	if early.Format(layout) == late.Format(layout) {
		return fmt.Errorf("has layout:%q, which shows no part of a time; write it as the time 2006-01-02 15:04:05 would look", layout)
	}
	for _, t := range []time.Time{early, late} {
		if _, err := time.Parse(layout, t.Format(layout)); err != nil {
			return fmt.Errorf("has layout:%q, which cannot read what it writes; separate its parts", layout)
		}
	}
	return nil
}
