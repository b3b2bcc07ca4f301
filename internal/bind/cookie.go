package bind

import "strings"

// blanks is what net/http takes off the ends of names and pairs.
const blanks = " \t\r\n"

// scanCookies reads the lines of the Cookie header, RFC 6265 section 5.4, as net/http does,
// but that a cookie whose text is not valid is kept, to be refused by the parameter that reads it.
func (p *pairs) scanCookies(lines []string) {
	for _, line := range lines {
		for line != "" && p.bad == nil {
			var part string
			part, line, _ = strings.Cut(line, ";")
			p.bad = p.addCookie(strings.Trim(part, blanks))
		}
	}
}

func (p *pairs) addCookie(part string) *Error {
	if p.count++; p.count > p.limits.Pairs {
		return p.tooMany()
	}
	name, text, _ := strings.Cut(part, "=")
	i := p.names.slot(strings.Trim(name, blanks), false)
	if i < 0 {
		return nil
	}
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	p.put(i, "", text)
	return nil
}

// cleanCookie looks for what a cookie's text may not hold. Blanks and commas are suffered, as net/http does.
func cleanCookie(text string) fault {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7f || c == '"' || c == ';' || c == '\\' {
			return notCookie
		}
	}
	return fine
}
