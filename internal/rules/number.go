package rules

import (
	"cmp"
	"fmt"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

// relation is how a value has to stand to a bound.
type relation uint8

const (
	equal relation = iota
	unequal
	lessThan
	atMost
	moreThan
	atLeast
)

// holds compares as the relation asks.
func holds[T cmp.Ordered](is relation, a, b T) bool {
	switch is {
	case equal:
		return a == b
	case unequal:
		return a != b
	case lessThan:
		return a < b
	case atMost:
		return a <= b
	case moreThan:
		return a > b
	}
	return a >= b
}

// against compiles the comparison with a constant.
func against[T cmp.Ordered](is relation, bound T) func(T) bool {
	switch is {
	case equal:
		return func(x T) bool { return x == bound }
	case unequal:
		return func(x T) bool { return x != bound }
	case lessThan:
		return func(x T) bool { return x < bound }
	case atMost:
		return func(x T) bool { return x <= bound }
	case moreThan:
		return func(x T) bool { return x > bound }
	}
	return func(x T) bool { return x >= bound }
}

// bound compiles min, max, len and their like: by number, by length, or, for
// times, by the present moment.
func bound(is relation) func(*site) (step, error) {
	return func(s *site) (step, error) {
		switch s.kind {
		case moment:
			return s.clock(is)
		case text:
			n, err := s.whole()
			return step{text: runes(is, n), span: signedSpan(is, n)}, err
		case lists, tables:
			n, err := s.whole()
			return step{value: length(against(is, n)), span: signedSpan(is, n)}, err
		}
		return s.number(is)
	}
}

// buildEqual is bound for eq and ne, which compare texts and bools as they are.
func buildEqual(is relation) func(*site) (step, error) {
	return func(s *site) (step, error) {
		switch s.kind {
		case text:
			return step{text: against(is, s.rule.Param)}, nil
		case boolean:
			want, err := strconv.ParseBool(s.rule.Param)
			if err != nil {
				return step{}, fmt.Errorf("%q is not a bool; write %s=true or %s=false", s.rule.Param, s.rule.Name, s.rule.Name)
			}
			same := is == equal
			return step{value: func(_ *run, v reflect.Value) bool { return (v.Bool() == want) == same }}, nil
		}
		return bound(is)(s)
	}
}

func (s *site) number(is relation) (step, error) {
	switch s.kind {
	case signed:
		n, err := s.signedBound()
		return step{signed: against(is, n), span: signedSpan(is, n)}, err
	case unsigned:
		n, err := strconv.ParseUint(s.rule.Param, 0, 64)
		if err != nil {
			err = fmt.Errorf("%q is not an unsigned integer; specify one, such as %s=3", s.rule.Param, s.rule.Name)
		}
		return step{unsigned: against(is, n), span: unsignedSpan(is, n)}, err
	}
	x, err := strconv.ParseFloat(s.rule.Param, s.t.Bits())
	if err != nil {
		err = fmt.Errorf("%q is not a number; specify one, such as %s=1.5", s.rule.Param, s.rule.Name)
	}
	return step{float: against(is, x), span: floatSpan(is, x)}, err
}

func (s *site) signedBound() (int64, error) {
	if s.isDuration() {
		if d, err := time.ParseDuration(s.rule.Param); err == nil {
			return int64(d), nil
		}
		n, err := strconv.ParseInt(s.rule.Param, 0, 64)
		if err != nil {
			err = fmt.Errorf("%q is not a duration; specify one, such as %s=1h30m", s.rule.Param, s.rule.Name)
		}
		return n, err
	}
	return s.whole()
}

func (s *site) whole() (int64, error) {
	n, err := strconv.ParseInt(s.rule.Param, 0, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not an integer; specify one, such as %s=3", s.rule.Param, s.rule.Name)
	}
	return n, nil
}

// length compiles a test on the number of elements.
func length(test func(int64) bool) func(*run, reflect.Value) bool {
	return func(_ *run, v reflect.Value) bool { return test(int64(v.Len())) }
}

// maxRunes is more than any text has, and far from overflow.
const maxRunes = 1 << 48

// runes compiles a test on the number of characters. Bytes are an upper bound
// of them and a quarter of the bytes a lower one, which spares most counting.
func runes(is relation, n int64) func(string) bool {
	n = min(max(n, -1), maxRunes)
	switch is {
	case moreThan:
		return moreRunes(n)
	case atLeast:
		return moreRunes(n - 1)
	case lessThan:
		return fewerRunes(n)
	case atMost:
		return fewerRunes(n + 1)
	case unequal:
		return func(text string) bool { return int64(utf8.RuneCountInString(text)) != n }
	}
	return func(text string) bool { return int64(len(text)) >= n && int64(utf8.RuneCountInString(text)) == n }
}

func moreRunes(n int64) func(string) bool {
	return func(text string) bool {
		size := int64(len(text))
		return size > n && (size/utf8.UTFMax > n || int64(utf8.RuneCountInString(text)) > n)
	}
}

func fewerRunes(n int64) func(string) bool {
	return func(text string) bool {
		return int64(len(text)) < n || int64(utf8.RuneCountInString(text)) < n
	}
}

// clock compares a time with the present.
func (s *site) clock(is relation) (step, error) {
	if s.rule.HasParam {
		return step{}, fmt.Errorf("on a time %s compares with the present and takes no parameter; write %s", s.rule.Name, s.rule.Name)
	}
	return step{value: func(_ *run, v reflect.Value) bool {
		t, ok := instant(v)
		return ok && holds(is, t.Compare(time.Now()), 0)
	}}, nil
}

// instant reads a time without copying it where it can be addressed.
func instant(v reflect.Value) (time.Time, bool) {
	if v.Type() != timeType {
		v = v.Convert(timeType)
	}
	if !v.CanInterface() {
		return time.Time{}, false
	}
	if v.CanAddr() {
		return *v.Addr().Interface().(*time.Time), true
	}
	return v.Interface().(time.Time), true
}
