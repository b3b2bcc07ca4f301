package bind

import (
	"fmt"
	"reflect"
	"strings"
)

// enumerated is a type that lists its own values. The document reads it too.
type enumerated interface{ Enum() []any }

// enumTexts returns the values that the enum tag, or the type itself, admits; nil means all.
func enumTexts(t reflect.Type, tag reflect.StructTag) ([]string, error) {
	if text, ok := tag.Lookup("enum"); ok {
		return splitEnum(text)
	}
	list, ok := reflect.TypeAssert[enumerated](reflect.New(t))
	if !ok || t.Kind() == reflect.Pointer {
		return nil, nil
	}
	values, err := callEnum(list)
	if err != nil {
		return nil, fmt.Errorf("has type %v, whose method Enum %w", t, err)
	}
	return values, nil
}

func splitEnum(text string) ([]string, error) {
	values := strings.Split(text, ",")
	seen := map[string]bool{}
	for _, v := range values {
		if v == "" {
			return nil, fmt.Errorf("has enum:%q with an empty value; separate the values by single commas", text)
		}
		if seen[v] {
			return nil, fmt.Errorf("has enum:%q, which lists %q twice", text, v)
		}
		seen[v] = true
	}
	return values, nil
}

// callEnum asks a type for its values, written as texts.
func callEnum(list enumerated) (texts []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panics: %v", r)
		}
	}()
	for _, v := range list.Enum() {
		texts = append(texts, enumText(v))
	}
	if texts == nil {
		return nil, fmt.Errorf("lists no values")
	}
	return texts, nil
}

// enumText writes a listed value as a request would, whatever its String method says.
func enumText(v any) string {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.String:
		return r.String()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return fmt.Sprint(r.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return fmt.Sprint(r.Uint())
	case reflect.Float32, reflect.Float64:
		return fmt.Sprint(r.Float())
	}
	return fmt.Sprint(v)
}
