package structured

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseList reads the list in the lines of one field, which count as one line,
// RFC 9651 section 4.2. A parameter that is there twice keeps the place of the
// first and the value of the last.
func ParseList(lines ...string) ([]Item, error) {
	p := &parser{in: strings.Join(lines, ", ")}
	var list []Item
	p.skip(" ")
	for !p.done() {
		item, err := p.item()
		if err != nil {
			return nil, p.at(err)
		}
		list = append(list, item)
		more, err := p.comma()
		if err != nil {
			return nil, p.at(err)
		}
		if !more {
			break
		}
	}
	return list, nil
}

// ParseItem reads an item that is a field of its own, RFC 9651 section 4.2.
func ParseItem(lines ...string) (Item, error) {
	p := &parser{in: strings.Join(lines, ", ")}
	p.skip(" ")
	item, err := p.item()
	if err != nil {
		return Item{}, p.at(err)
	}
	if p.skip(" "); !p.done() {
		return Item{}, p.at(errors.New("there is more behind the item"))
	}
	return item, nil
}

// A parser is at one byte of its input.
type parser struct {
	in  string
	pos int
}

func (p *parser) at(err error) error { return fmt.Errorf("at byte %d of %q: %w", p.pos, p.in, err) }

func (p *parser) done() bool { return p.pos == len(p.in) }

// peek is the next byte, or 0, which no rule allows, at the end.
func (p *parser) peek() byte {
	if p.done() {
		return 0
	}
	return p.in[p.pos]
}

// take moves over c if it is next.
func (p *parser) take(c byte) bool {
	if p.done() || p.in[p.pos] != c {
		return false
	}
	p.pos++
	return true
}

func (p *parser) skip(set string) {
	for !p.done() && strings.IndexByte(set, p.in[p.pos]) >= 0 {
		p.pos++
	}
}

// while returns all that follows and satisfies in.
func (p *parser) while(in func(byte) bool) string {
	start := p.pos
	for !p.done() && in(p.in[p.pos]) {
		p.pos++
	}
	return p.in[start:p.pos]
}

// comma moves to the next member of a list and reports whether there is one.
func (p *parser) comma() (more bool, err error) {
	if p.skip(" \t"); p.done() {
		return false, nil
	}
	if !p.take(',') {
		return false, errors.New("want a comma")
	}
	if p.skip(" \t"); p.done() {
		return false, errors.New("a comma ends the list")
	}
	return true, nil
}

func (p *parser) item() (Item, error) {
	value, err := p.value()
	if err != nil {
		return Item{}, err
	}
	params, err := p.params()
	return Item{Value: value, Params: params}, err
}

func (p *parser) params() ([]Param, error) {
	var params []Param
	for p.take(';') {
		p.skip(" ")
		param, err := p.param()
		if err != nil {
			return nil, err
		}
		params = put(params, param)
	}
	return params, nil
}

// put adds a parameter; one that is there already is overwritten, section
// 4.2.3.2.
func put(params []Param, param Param) []Param {
	for i := range params {
		if params[i].Key == param.Key {
			params[i] = param
			return params
		}
	}
	return append(params, param)
}

func (p *parser) param() (Param, error) {
	if !startsKey(p.peek()) {
		return Param{}, errors.New("want the key of a parameter")
	}
	param := Param{Key: p.while(inKey), Value: true}
	if !p.take('=') {
		return param, nil
	}
	value, err := p.value()
	param.Value = value
	return param, err
}

// value reads a bare value by its first character, section 4.2.3.1.
func (p *parser) value() (any, error) {
	switch c := p.peek(); {
	case c == '-' || isDigit(c):
		return p.number()
	case c == '"':
		return p.text()
	case c == ':':
		return p.bytes()
	case c == '?':
		return p.boolean()
	case startsToken(c):
		return Token(p.while(inToken)), nil
	case c == '(':
		return nil, errors.New("inner lists are not supported")
	}
	return nil, errors.New("want a value")
}

// number reads an integer of up to 15 digits or a decimal of up to 12 and 3,
// section 4.2.4.
func (p *parser) number() (any, error) {
	start := p.pos
	p.take('-')
	whole := p.while(isDigit)
	if whole == "" {
		return nil, errors.New("want a digit")
	}
	if !p.take('.') {
		if len(whole) > 15 {
			return nil, errors.New("an integer has more than 15 digits")
		}
		return strconv.ParseInt(p.in[start:p.pos], 10, 64)
	}
	fraction := p.while(isDigit)
	if len(whole) > 12 || len(fraction) < 1 || len(fraction) > 3 {
		return nil, errors.New("a decimal has up to 12 digits before its point and 1 to 3 behind it")
	}
	f, err := strconv.ParseFloat(p.in[start:p.pos], 64)
	return Decimal(f), err
}

func (p *parser) text() (any, error) {
	var b strings.Builder
	p.take('"')
	for !p.done() {
		c := p.in[p.pos]
		p.pos++
		switch {
		case c == '"':
			return b.String(), nil
		case !printable(c):
			return nil, errors.New("a string holds what is not printable ASCII")
		case c == '\\':
			if c = p.peek(); c != '"' && c != '\\' {
				return nil, errors.New(`want " or \ behind a \`)
			}
			p.pos++
		}
		b.WriteByte(c)
	}
	return nil, errors.New("a string has no end")
}

// bytes reads a byte sequence. Missing padding and bits that are left over are
// passed over, as section 4.2.7 asks of parsers that can.
func (p *parser) bytes() (any, error) {
	p.take(':')
	length := strings.IndexByte(p.in[p.pos:], ':')
	if length < 0 {
		return nil, errors.New("a byte sequence has no end")
	}
	text := p.in[p.pos : p.pos+length]
	if strings.ContainsAny(text, "\r\n") { // the decoder passes over these
		return nil, errors.New("a byte sequence holds the end of a line")
	}
	b, err := base64.RawStdEncoding.DecodeString(unpadded(text))
	if err != nil {
		return nil, errors.New("a byte sequence is not base64")
	}
	p.pos += length + 1
	return b, nil
}

// unpadded cuts the padding that completes a last group of four characters.
func unpadded(text string) string {
	if len(text)%4 != 0 {
		return text
	}
	text = strings.TrimSuffix(text, "=")
	return strings.TrimSuffix(text, "=")
}

func (p *parser) boolean() (any, error) {
	p.take('?')
	switch {
	case p.take('1'):
		return true, nil
	case p.take('0'):
		return false, nil
	}
	return nil, errors.New("want 0 or 1 behind ?")
}
