package openapi

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// ordered is a JSON object that keeps the order of its members, which Go maps do not:
// readers see paths and properties in the order in which they were declared.
type ordered []entry

type entry struct {
	key   string
	value any
}

func (o *ordered) set(key string, value any) {
	*o = append(*o, entry{key, value})
}

func (o ordered) has(key string) bool {
	return slices.ContainsFunc(o, func(e entry) bool { return e.key == key })
}

func (o ordered) get(key string) any {
	for _, e := range o {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// MarshalJSON writes the members in order.
func (o ordered) MarshalJSON() ([]byte, error) {
	return appendJSON(nil, o)
}

// appendJSON writes what schemas are made of. Package json would go over nested objects once for each level.
func appendJSON(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case string:
		return appendString(b, v)
	case *string:
		return appendString(b, *v)
	case []string:
		return appendList(b, v)
	case []any:
		return appendList(b, v)
	case ordered:
		return appendObject(b, v)
	case map[string]any:
		if v == nil {
			return append(b, "null"...), nil
		}
		return appendObject(b, sorted(v))
	default:
		text, err := json.Marshal(v)
		return append(b, text...), err
	}
}

func sorted(m map[string]any) ordered {
	members := make(ordered, 0, len(m))
	for key, v := range m {
		members.set(key, v)
	}
	slices.SortFunc(members, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	return members
}

func appendObject(b []byte, members ordered) (_ []byte, err error) {
	b = append(b, '{')
	for i, m := range members {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendString(b, m.key); err != nil {
			return b, err
		}
		b = append(b, ':')
		if b, err = appendJSON(b, m.value); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

func appendList[T any](b []byte, list []T) (_ []byte, err error) {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendJSON(b, v); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}

func appendString(b []byte, s string) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			text, err := json.Marshal(s)
			return append(b, text...), err
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"'), nil
}
