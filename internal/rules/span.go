package rules

import (
	"math"
	"reflect"
	"unicode/utf8"
)

// A span is a closed interval that a test asks a number to be in: the value, or
// the count of characters.
type span struct {
	signed   interval[int64]
	unsigned interval[uint64]
	float    interval[float64]
}

type interval[T int64 | uint64 | float64] struct{ lo, hi T }

func (i interval[T]) has(x T) bool { return i.lo <= x && x <= i.hi }

func (i interval[T]) and(j interval[T]) interval[T] {
	return interval[T]{max(i.lo, j.lo), min(i.hi, j.hi)}
}

func fullSpan() span {
	return span{
		signed:   interval[int64]{math.MinInt64, math.MaxInt64},
		unsigned: interval[uint64]{0, math.MaxUint64},
		float:    interval[float64]{math.Inf(-1), math.Inf(1)},
	}
}

func (s span) and(t span) span {
	return span{s.signed.and(t.signed), s.unsigned.and(t.unsigned), s.float.and(t.float)}
}

// spanOf gives the span of a relation to a bound. ok is false where there is
// none: unequal leaves out one number, and nothing is less than the least.
func spanOf[T int64 | uint64 | float64](is relation, bound, least, most T, next func(T, int) T) (interval[T], bool) {
	switch is {
	case equal:
		return interval[T]{bound, bound}, bound == bound
	case atLeast:
		return interval[T]{bound, most}, true
	case atMost:
		return interval[T]{least, bound}, true
	case moreThan:
		return interval[T]{next(bound, 1), most}, bound < most
	case lessThan:
		return interval[T]{least, next(bound, -1)}, bound > least
	}
	return interval[T]{}, false
}

func signedSpan(is relation, bound int64) *span {
	i, ok := spanOf(is, bound, math.MinInt64, math.MaxInt64, func(n int64, d int) int64 { return n + int64(d) })
	s := fullSpan()
	s.signed = i
	return spanIf(s, ok)
}

func unsignedSpan(is relation, bound uint64) *span {
	i, ok := spanOf(is, bound, 0, math.MaxUint64, func(n uint64, d int) uint64 { return n + uint64(d) }) //nolint:gosec // -1 is meant to wrap
	s := fullSpan()
	s.unsigned = i
	return spanIf(s, ok)
}

func floatSpan(is relation, bound float64) *span {
	i, ok := spanOf(is, bound, math.Inf(-1), math.Inf(1), func(x float64, d int) float64 { return math.Nextafter(x, math.Inf(d)) })
	s := fullSpan()
	s.float = i
	return spanIf(s, ok && bound == bound)
}

func spanIf(s span, ok bool) *span {
	if !ok {
		return nil
	}
	return &s
}

// fast is the short way through the tests of a chain: those with a span are
// one comparison together, and only if it or another test fails are they run
// one by one, to find the first that does.
type fast struct {
	on     bool
	skip   bool // the first test is a stop, such as omitempty
	span   span
	sure   int64  // so many bytes have span.signed.lo characters at least
	notNil bool   // the list must not be nil
	others []step // tests without a span
}

// newFast sorts the tests. A stop that is not first leaves only the slow way.
func newFast(steps []step) fast {
	f := fast{on: true, span: fullSpan()}
	for i, s := range steps {
		switch {
		case s.finding == nil && i == 0:
			f.skip = true
		case s.finding == nil:
			return fast{}
		case s.span != nil:
			f.span = f.span.and(*s.span)
		case s.notNil:
			f.notNil = true
		default:
			f.others = append(f.others, s)
		}
	}
	if lo := f.span.signed.lo; lo > 0 {
		f.sure = utf8.UTFMax*(min(lo, maxRunes)-1) + 1
		f.notNil = false // what has elements is not nil
	}
	return f
}

// fits reports whether a text has as many characters as the span asks.
func (f *fast) fits(text string) bool {
	n := int64(len(text))
	if f.sure <= n && n <= f.span.signed.hi {
		return true
	}
	return n >= f.span.signed.lo && f.span.signed.has(int64(utf8.RuneCountInString(text)))
}

// directly gives the class of a chain whose value, behind the pointers, can be
// judged without a run: a scalar with tests that look at nothing else.
// Otherwise it is byValue.
func (c *chain) directly() class {
	if !c.fast.on || c.open != nil {
		return byValue
	}
	for i := range c.fast.others {
		if c.fast.others[i].value != nil {
			return byValue
		}
	}
	return c.class
}

// surely reports that no rule is broken, where that can be said directly of the
// value behind the pointers. Which one is, if one may be, is for holds to find
// out.
func (c *chain) surely(v reflect.Value) bool {
	switch c.direct {
	case byText:
		return c.textHolds(v.String())
	case bySigned:
		return c.signedHolds(v.Int())
	case byUnsigned:
		return c.unsignedHolds(v.Uint())
	case byFloat:
		return c.floatHolds(v.Float())
	}
	return false
}

func (c *chain) textHolds(text string) bool {
	f := &c.fast
	if f.skip && !c.steps[0].text(text) {
		return true
	}
	if !f.fits(text) {
		return false
	}
	for i := range f.others {
		if !f.others[i].text(text) {
			return false
		}
	}
	return true
}

func (c *chain) signedHolds(n int64) bool {
	f := &c.fast
	if f.skip && !c.steps[0].signed(n) {
		return true
	}
	if !f.span.signed.has(n) {
		return false
	}
	for i := range f.others {
		if !f.others[i].signed(n) {
			return false
		}
	}
	return true
}

func (c *chain) unsignedHolds(n uint64) bool {
	f := &c.fast
	if f.skip && !c.steps[0].unsigned(n) {
		return true
	}
	if !f.span.unsigned.has(n) {
		return false
	}
	for i := range f.others {
		if !f.others[i].unsigned(n) {
			return false
		}
	}
	return true
}

func (c *chain) floatHolds(x float64) bool {
	f := &c.fast
	if f.skip || !f.span.float.has(x) {
		return false
	}
	for i := range f.others {
		if !f.others[i].float(x) {
			return false
		}
	}
	return true
}
