package bind

import (
	"fmt"
	"iter"
	"strings"
)

func (b *Binder) bindMany() *Error {
	p := b.param
	first, count, bad := b.text()
	if bad != nil {
		return bad
	}
	if count == 0 || count == 1 && first == "" && p.Place == Form {
		return b.absent()
	}
	if p.form == joined && count > 1 && !p.options.FirstWins {
		return p.error("", CodeRepeated, "given more than once; separate the values in one", true)
	}
	n := 0
	for range b.texts(first) {
		if n++; n > p.options.MaxItems {
			break
		}
	}
	if err := p.length(n); err != nil {
		return err
	}
	return b.gather(first, n)
}

// length refuses lists that are too long, or not as long as an array.
func (p *Param) length(n int) *Error {
	if n > p.options.MaxItems {
		return p.error("", CodeLimit, fmt.Sprintf("has more than %d values", p.options.MaxItems), true)
	}
	if size := p.size(); size >= 0 && n != size {
		return p.error("", CodeLength, fmt.Sprintf("must have exactly %d values", size), false)
	}
	return nil
}

// gather puts the values into the field and tells all that are wrong.
func (b *Binder) gather(first string, n int) *Error {
	b.many.start(n)
	var mistakes []*Error
	i := 0
	for text := range b.texts(first) {
		f := b.suits(text)
		if f == fine {
			f = b.many.put(i, text)
		}
		if f != fine {
			mistakes = append(mistakes, b.param.fault(fmt.Sprintf("[%d]", i), f, text))
		}
		i++
	}
	if mistakes != nil {
		return chain(mistakes)
	}
	return b.present()
}

// texts yields the values of a list; first is the first text of the parameter.
func (b *Binder) texts(first string) iter.Seq[string] {
	return func(yield func(string) bool) {
		switch b.param.form {
		case joined:
			eachJoined(first, b.param.separator, yield)
		case lines:
			eachElement(b.src.header(b.param.key), yield)
		default:
			b.eachItem(first, yield)
		}
	}
}

// eachItem yields the texts of a name that was given repeatedly.
func (b *Binder) eachItem(first string, yield func(string) bool) {
	if !yield(first) {
		return
	}
	for i := b.slot.first; i != 0; i = b.pairs.items[i].next {
		if !yield(b.pairs.items[i].text) {
			return
		}
	}
}

// eachJoined yields the parts of a text; an empty text has none.
func eachJoined(text, separator string, yield func(string) bool) {
	for more := text != ""; more; {
		var part string
		if part, text, more = strings.Cut(text, separator); !yield(part) {
			return
		}
	}
}

// eachElement yields the elements of a list in header lines, RFC 9110 section 5.6.1: empty ones do not count.
func eachElement(lines []string, yield func(string) bool) {
	for _, line := range lines {
		for more := true; more; {
			var part string
			part, line, more = strings.Cut(line, ",")
			if part = strings.Trim(part, " \t"); part != "" && !yield(part) {
				return
			}
		}
	}
}
