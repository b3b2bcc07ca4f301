package bind

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// parser reads one value of a built-in type.
type parser[T any] func(text string) (T, fault)

type signed interface {
	int | int8 | int16 | int32 | int64
}

type unsigned interface {
	uint | uint8 | uint16 | uint32 | uint64
}

func parseString(s string) (string, fault) {
	return s, clean(s)
}

func parseBool(s string) (bool, fault) {
	b, err := strconv.ParseBool(s)
	if err != nil {
		return false, wrongType
	}
	return b, fine
}

// parseCheckbox reads also what browsers send for a ticked checkbox.
func parseCheckbox(s string) (bool, fault) {
	switch s {
	case "on":
		return true, fine
	case "off":
		return false, fine
	}
	return parseBool(s)
}

// parseSigned reads decimal digits with an optional minus sign.
func parseSigned[T signed](bits int) parser[T] {
	return func(s string) (T, fault) {
		if n, ok := shortNumber(s); ok && bits == 64 {
			return T(n), fine
		}
		// ParseInt takes a plus sign too, and may find a number out of range before it finds that it is none.
		if !isDigits(strings.TrimPrefix(s, "-")) {
			return 0, wrongType
		}
		n, err := strconv.ParseInt(s, 10, bits)
		if err != nil {
			return 0, outOfRange
		}
		return T(n), fine
	}
}

// shortNumber reads what most numbers in requests are: a few digits without a sign, which fit 64 bits in any case.
func shortNumber(s string) (n int64, ok bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	for i := range len(s) {
		digit := s[i] - '0'
		if digit > 9 {
			return 0, false
		}
		n = n*10 + int64(digit)
	}
	return n, true
}

// parseUnsigned reads decimal digits. A negative integer is an integer, but out of range.
func parseUnsigned[T unsigned](bits int) parser[T] {
	return func(s string) (T, fault) {
		if n, ok := shortNumber(s); ok && bits == 64 {
			return T(n), fine
		}
		if !isDigits(strings.TrimPrefix(s, "-")) {
			return 0, wrongType
		}
		n, err := strconv.ParseUint(s, 10, bits)
		if err != nil {
			return 0, outOfRange
		}
		return T(n), fine
	}
}

func isDigits(s string) bool {
	rest, some := cutDigits(s)
	return some && rest == ""
}

// parseFloat reads a decimal number. ParseFloat knows more: infinities, NaN, hexadecimal, underscores.
func parseFloat[T float32 | float64](bits int) parser[T] {
	return func(s string) (T, fault) {
		if !isDecimal(s) {
			return 0, wrongType
		}
		f, err := strconv.ParseFloat(s, bits)
		if err != nil {
			return 0, outOfRange
		}
		return T(f), fine
	}
}

// isDecimal reports whether s is a number of JSON, RFC 8259 section 6, but for leading zeros, which are fine here.
func isDecimal(s string) bool {
	s = strings.TrimPrefix(s, "-")
	s, ok := cutDigits(s)
	if ok && strings.HasPrefix(s, ".") {
		s, ok = cutDigits(s[1:])
	}
	if ok && s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		s, ok = cutDigits(s)
	}
	return ok && s == ""
}

func cutDigits(s string) (rest string, some bool) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[i:], i > 0
}

func parseDuration(s string) (time.Duration, fault) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, wrongType
	}
	return d, fine
}

func parseRFC3339(s string) (time.Time, fault) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || !isRFC3339(s) {
		return time.Time{}, wrongType
	}
	return t, fine
}

// isRFC3339 refuses what time.Parse suffers though RFC 3339 section 5.6 does not:
// an hour of one digit, a comma before the fraction, a zone of 24 hours and more or 60 minutes and more.
func isRFC3339(s string) bool {
	const hour, second = len("2006-01-02T"), len("2006-01-02T15:04:05")
	if len(s) <= second || s[hour+1] == ':' || s[second] == ',' {
		return false
	}
	if s[len(s)-1] == 'Z' {
		return true
	}
	zone := s[len(s)-len("07:00"):]
	return zone[:2] < "24" && zone[3:] < "60"
}

func parseLayout(layout string) parser[time.Time] {
	return func(s string) (time.Time, fault) {
		t, err := time.Parse(layout, s)
		if err != nil {
			return time.Time{}, wrongType
		}
		return t, fine
	}
}

// among restricts a parser to the listed values, written as texts in an enum tag.
func among[T comparable](parse parser[T], texts []string) (parser[T], error) {
	allowed := make([]T, len(texts))
	for i, text := range texts {
		v, f := parse(text)
		if f != fine {
			return nil, fmt.Errorf("%q", text)
		}
		allowed[i] = v
	}
	return func(s string) (T, fault) {
		v, f := parse(s)
		if f == fine && !slices.Contains(allowed, v) {
			f = notListed
		}
		return v, f
	}, nil
}
