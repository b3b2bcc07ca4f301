package structured

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// AppendList writes a list, RFC 9651 section 4.1.1.
func AppendList(dst []byte, list []Item) ([]byte, error) {
	out := dst
	for i, item := range list {
		if i > 0 {
			out = append(out, ", "...)
		}
		var err error
		if out, err = AppendItem(out, item); err != nil {
			return dst, fmt.Errorf("item %d: %w", i, err)
		}
	}
	return out, nil
}

// AppendItem writes an item, RFC 9651 section 4.1.3.
func AppendItem(dst []byte, item Item) ([]byte, error) {
	out, err := AppendValue(dst, item.Value)
	if err != nil {
		return dst, err
	}
	for _, p := range item.Params {
		if out, err = appendParam(out, p); err != nil {
			return dst, fmt.Errorf("parameter %q: %w", p.Key, err)
		}
	}
	return out, nil
}

func appendParam(dst []byte, p Param) ([]byte, error) {
	out, err := AppendKey(append(dst, ';'), p.Key)
	if err != nil || p.Value == true {
		return out, err // true is written as nothing, section 4.1.1.2
	}
	return AppendValue(append(out, '='), p.Value)
}

// AppendKey writes the key of a parameter, RFC 9651 section 4.1.1.3.
func AppendKey(dst []byte, key string) ([]byte, error) {
	if key == "" || !startsKey(key[0]) {
		return dst, fmt.Errorf("the key %q does not begin with a small letter or *", key)
	}
	for i := range len(key) {
		if !inKey(key[i]) {
			return dst, fmt.Errorf("the key %q holds %q; want small letters, digits and _-.*", key, key[i])
		}
	}
	return append(dst, key...), nil
}

// AppendValue writes a bare value, RFC 9651 section 4.1.3.1.
func AppendValue(dst []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case int64:
		return AppendInteger(dst, v)
	case Decimal:
		return AppendDecimal(dst, float64(v))
	case string:
		return AppendString(dst, v)
	case Token:
		return AppendToken(dst, v)
	case []byte:
		return AppendBytes(dst, v), nil
	case bool:
		return appendBool(dst, v), nil
	}
	return dst, fmt.Errorf("%T is no bare value; want int64, Decimal, string, Token, []byte or bool", value)
}

// AppendInteger writes an integer, RFC 9651 section 4.1.4.
func AppendInteger(dst []byte, n int64) ([]byte, error) {
	if n > MaxInteger || n < -MaxInteger {
		return dst, fmt.Errorf("the integer %d has more than 15 digits", n)
	}
	return strconv.AppendInt(dst, n, 10), nil
}

// AppendDecimal writes a decimal, rounded to three digits behind the point and
// half to even, RFC 9651 section 4.1.5.
func AppendDecimal(dst []byte, f float64) ([]byte, error) {
	rounded := math.RoundToEven(f*1000) / 1000
	if math.IsNaN(f) || math.Abs(rounded) >= maxWhole {
		return dst, fmt.Errorf("the decimal %v has more than 12 digits before its point", f)
	}
	if rounded == 0 {
		rounded = 0 // without a sign
	}
	text := strings.TrimRight(strconv.FormatFloat(rounded, 'f', 3, 64), "0")
	if strings.HasSuffix(text, ".") {
		text += "0"
	}
	return append(dst, text...), nil
}

// AppendString writes a string in quotes, RFC 9651 section 4.1.6.
func AppendString(dst []byte, s string) ([]byte, error) {
	out := append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case !printable(c):
			return dst, fmt.Errorf("the string %q holds %q; want printable ASCII", s, c)
		case c == '"', c == '\\':
			out = append(out, '\\', c)
		default:
			out = append(out, c)
		}
	}
	return append(out, '"'), nil
}

// AppendToken writes a token, RFC 9651 section 4.1.7.
func AppendToken(dst []byte, t Token) ([]byte, error) {
	if t == "" || !startsToken(t[0]) {
		return dst, fmt.Errorf("the token %q does not begin with a letter or *", string(t))
	}
	for i := range len(t) {
		if !inToken(t[i]) {
			return dst, fmt.Errorf("the token %q holds %q", string(t), t[i])
		}
	}
	return append(dst, t...), nil
}

// AppendBytes writes a byte sequence, RFC 9651 section 4.1.8.
func AppendBytes(dst, b []byte) []byte {
	out := base64.StdEncoding.AppendEncode(append(dst, ':'), b)
	return append(out, ':')
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, "?1"...)
	}
	return append(dst, "?0"...)
}
