package bind

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// leaf knows how one text becomes one value of a type.
type leaf struct {
	typ      reflect.Type
	expected string   // for the client: "an integer"
	limits   string   // for the client: "between -128 and 127"
	example  string   // for the author of a tag
	listed   []string // the values of an enum
	instant  bool     // the text may hold a time zone's plus sign

	decode  func(to reflect.Value, text string) fault
	scalar  func(to reflect.Value) setter   // for a value of typ
	pointer func(to reflect.Value) setter   // for a *typ
	list    func(to reflect.Value) gatherer // for a slice of typ
}

// errNoLeaf is what newLeaf says about types that are not one text: slices, arrays, maps, structs.
var errNoLeaf = errors.New("not a single value")

// newLeaf reads type and tags. Its other errors end a sentence that begins with the field's name.
func newLeaf(t reflect.Type, tag reflect.StructTag, place Place) (*leaf, error) {
	if isComposite(t) {
		return nil, errNoLeaf
	}
	enum, err := enumTexts(t, tag)
	if err != nil {
		return nil, err
	}
	if layout, ok := tag.Lookup("layout"); ok && !isTime(t) {
		return nil, fmt.Errorf("has layout:%q, which is for time.Time, but its type is %v", layout, t)
	}
	switch {
	case isTime(t):
		return timeLeaf(t, tag, enum)
	case readsText(t):
		return textLeaf(t, tag, enum)
	case t == reflect.TypeFor[time.Duration]():
		return basic(&leaf{typ: t, expected: "a duration such as 1m30s", example: "30s"}, parseDuration, enum)
	}
	return kindLeaf(t, enum, place)
}

// isComposite reports the types that are not one text.
func isComposite(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		return !isTime(t) && !readsText(t)
	}
	return false
}

// readsText reports the types that read texts themselves.
func readsText(t reflect.Type) bool {
	return t.Kind() != reflect.Interface && t.Kind() != reflect.Pointer &&
		reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// kindLeaf knows the built-in types and those defined by them.
func kindLeaf(t reflect.Type, enum []string, place Place) (*leaf, error) {
	switch t.Kind() {
	case reflect.String:
		return basic(&leaf{typ: t, expected: "a text", example: "text"}, parseString, enum)
	case reflect.Bool:
		return boolLeaf(t, enum, place)
	case reflect.Int:
		return signedLeaf[int](t, enum)
	case reflect.Int8:
		return signedLeaf[int8](t, enum)
	case reflect.Int16:
		return signedLeaf[int16](t, enum)
	case reflect.Int32:
		return signedLeaf[int32](t, enum)
	case reflect.Int64:
		return signedLeaf[int64](t, enum)
	case reflect.Uint:
		return unsignedLeaf[uint](t, enum)
	case reflect.Uint8:
		return unsignedLeaf[uint8](t, enum)
	case reflect.Uint16:
		return unsignedLeaf[uint16](t, enum)
	case reflect.Uint32:
		return unsignedLeaf[uint32](t, enum)
	case reflect.Uint64:
		return unsignedLeaf[uint64](t, enum)
	case reflect.Float32:
		return basic(floating(t, math.MaxFloat32), parseFloat[float32](32), enum)
	case reflect.Float64:
		return basic(floating(t, math.MaxFloat64), parseFloat[float64](64), enum)
	}
	return nil, fmt.Errorf("has type %v, which no text can fill; %s", t, whatWorks)
}

const whatWorks = "use a string, bool, number, time.Time, time.Duration, a type with UnmarshalText, " +
	"a pointer to one of these, a slice or array of them, or, in query and form, a map or struct"

func boolLeaf(t reflect.Type, enum []string, place Place) (*leaf, error) {
	if enum != nil {
		return nil, fmt.Errorf("has an enum, but its type is %v, which has but two values", t)
	}
	l := &leaf{typ: t, expected: "true or false", example: "true"}
	if place == Form {
		return basic(l, parseCheckbox, nil)
	}
	return basic(l, parseBool, nil)
}

func signedLeaf[T signed](t reflect.Type, enum []string) (*leaf, error) {
	bits := t.Bits()
	least, most := int64(-1)<<(bits-1), int64(1)<<(bits-1)-1
	limits := fmt.Sprintf("between %d and %d", least, most)
	return basic(&leaf{typ: t, expected: "an integer", limits: limits, example: "1"}, parseSigned[T](bits), enum)
}

func unsignedLeaf[T unsigned](t reflect.Type, enum []string) (*leaf, error) {
	bits := t.Bits()
	limits := fmt.Sprintf("between 0 and %d", uint64(math.MaxUint64)>>(64-bits))
	return basic(&leaf{typ: t, expected: "an integer", limits: limits, example: "1"}, parseUnsigned[T](bits), enum)
}

func floating(t reflect.Type, most float64) *leaf {
	m := strconv.FormatFloat(most, 'g', 3, 64)
	return &leaf{typ: t, expected: "a number", limits: "between -" + m + " and " + m, example: "1.5"}
}

// basic completes a leaf whose type has the same underlying type as T, so that its pointers convert to *T.
func basic[T comparable](l *leaf, parse parser[T], enum []string) (*leaf, error) {
	if enum != nil {
		restricted, err := among(parse, enum)
		if err != nil {
			return nil, fmt.Errorf("lists %w in its enum, which is not %s", err, article(l.typ.String()))
		}
		parse, l.listed = restricted, enum
	}
	to := reflect.TypeFor[*T]()
	l.decode = func(v reflect.Value, text string) (f fault) {
		p := v.Addr().Convert(to).Interface().(*T)
		*p, f = parse(text)
		return f
	}
	l.scalar = func(v reflect.Value) setter {
		return &plain[T]{v.Addr().Convert(to).Interface().(*T), parse}
	}
	l.pointer, l.list = l.anyPointer, l.anyList
	if l.typ == reflect.TypeFor[T]() {
		l.pointer = func(v reflect.Value) setter {
			if to, ok := reflect.TypeAssert[**T](v.Addr()); ok {
				return &plainPointer[T]{to, parse}
			}
			return l.anyPointer(v) // a type defined as *T
		}
		l.list = func(v reflect.Value) gatherer {
			return &plainList[T]{v.Addr().Convert(reflect.TypeFor[*[]T]()).Interface().(*[]T), parse}
		}
	}
	return l, nil
}

func (l *leaf) anyPointer(v reflect.Value) setter { return &pointer{v, l} }

func (l *leaf) anyList(v reflect.Value) gatherer { return &list{v, l} }

// article puts "a" or "an" before a word.
func article(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) && !strings.HasPrefix(word, "uint") && !strings.HasPrefix(word, "uuid") {
		return "an " + word
	}
	return "a " + word
}
