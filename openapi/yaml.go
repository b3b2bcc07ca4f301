package openapi

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// appendYAML writes what JSON can say as YAML 1.2 in block style. Text is plain only where every parser takes it for text,
// those of YAML 1.1 included, for which "no" is a boolean and "2026-11-23" a date. Everything else is in double quotes.
func appendYAML(b []byte, v any) []byte {
	w := yamlWriter{b}
	switch v := v.(type) {
	case ordered:
		w.object(v, 0)
	default:
		w.scalar(v)
		w.b = append(w.b, '\n')
	}
	return w.b
}

type yamlWriter struct{ b []byte }

func (w *yamlWriter) indent(depth int) {
	w.b = append(w.b, strings.Repeat("  ", depth)...)
}

// object writes members, each on its line; the first stands where the writer is.
func (w *yamlWriter) object(o ordered, depth int) {
	if len(o) == 0 {
		w.b = append(w.b, "{}\n"...)
		return
	}
	for i, e := range o {
		if i > 0 {
			w.indent(depth)
		}
		w.text(e.key)
		w.b = append(w.b, ':')
		w.member(e.value, depth)
	}
}

// member writes the value behind a colon.
func (w *yamlWriter) member(v any, depth int) {
	switch v := v.(type) {
	case ordered:
		if len(v) > 0 {
			w.b = append(w.b, '\n')
			w.indent(depth + 1)
			w.object(v, depth+1)
			return
		}
	case []any:
		if len(v) > 0 {
			w.b = append(w.b, '\n')
			w.list(v, depth+1)
			return
		}
	}
	w.b = append(w.b, ' ')
	w.scalar(v)
	w.b = append(w.b, '\n')
}

func (w *yamlWriter) list(l []any, depth int) {
	for _, v := range l {
		w.indent(depth)
		w.b = append(w.b, '-')
		if o, ok := v.(ordered); ok && len(o) > 0 {
			w.b = append(w.b, ' ')
			w.object(o, depth+1)
			continue
		}
		w.member(v, depth)
	}
}

// scalar writes what takes no line of its own.
func (w *yamlWriter) scalar(v any) {
	switch v := v.(type) {
	case nil:
		w.b = append(w.b, "null"...)
	case string:
		w.text(v)
	case json.Number:
		w.number(v.String())
	case ordered:
		w.b = append(w.b, "{}"...)
	case []any:
		w.b = append(w.b, "[]"...)
	default: // a bool, or an int of our own
		w.b = fmt.Append(w.b, v)
	}
}

// number adds the point and the sign without which YAML 1.1 takes 1e21 for text.
func (w *yamlWriter) number(n string) {
	mantissa, exponent, ok := strings.Cut(strings.ToLower(n), "e")
	if ok {
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		if exponent[0] != '-' && exponent[0] != '+' {
			exponent = "+" + exponent
		}
		n = mantissa + "e" + exponent
	}
	w.b = append(w.b, n...)
}

// plain matches text that begins with a letter or the slash of a path and holds nothing that YAML gives a meaning.
var plain = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./{}$+-]*( [A-Za-z0-9_./(+-][A-Za-z0-9_./()+-]*)*$`)

// reserved are the words, in small letters, that some YAML takes for something else than text.
const reserved = " y n yes no on off true false null nan inf "

func (w *yamlWriter) text(s string) {
	if len(s) <= 80 && plain.MatchString(s) && !strings.Contains(reserved, " "+strings.ToLower(s)+" ") {
		w.b = append(w.b, s...)
		return
	}
	w.quoted(s)
}

// quoted writes text in double quotes, YAML 1.2 section 7.3.1.
func (w *yamlWriter) quoted(s string) {
	w.b = append(w.b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			w.b = append(w.b, '\\', byte(r))
		case r == '\n':
			w.b = append(w.b, `\n`...)
		case r == '\t':
			w.b = append(w.b, `\t`...)
		case r <= 0xff && !printable(r):
			w.b = fmt.Appendf(w.b, `\x%02X`, r)
		case r <= 0xffff && !printable(r):
			w.b = fmt.Appendf(w.b, `\u%04X`, r)
		case !printable(r):
			w.b = fmt.Appendf(w.b, `\U%08X`, r)
		default:
			w.b = utf8.AppendRune(w.b, r)
		}
	}
	w.b = append(w.b, '"')
}

// printable is narrower than YAML's own notion: line separators and the byte order mark are escaped as well.
func printable(r rune) bool {
	return r >= ' ' && unicode.IsPrint(r)
}
