package openapi

import (
	"strings"
	"unicode"
)

// Humanize makes a summary of the name of a function: "listUsers" becomes "List users",
// "GetHTTPStatus" becomes "Get HTTP status". Underscores and hyphens separate words too.
func Humanize(name string) string {
	words := splitWords(name)
	for i, w := range words {
		if !isAcronym(w) {
			w = strings.ToLower(w)
		}
		if i == 0 {
			w = exported(w)
		}
		words[i] = w
	}
	return strings.Join(words, " ")
}

// splitWords cuts before every capital that begins a word: after a small letter or a digit,
// or before a small letter, so that acronyms stay whole.
func splitWords(name string) []string {
	var words []string
	runes := []rune(name)
	from := 0
	cut := func(to int) {
		if to > from {
			words = append(words, string(runes[from:to]))
		}
		from = to
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			cut(i)
			from = i + 1
		case i > from && unicode.IsUpper(r) && beginsWord(runes, i):
			cut(i)
		}
	}
	cut(len(runes))
	return words
}

func beginsWord(runes []rune, i int) bool {
	if !unicode.IsUpper(runes[i-1]) {
		return true
	}
	// "IDs" is one word, "HTTPStatus" is two.
	rest := runes[i+1:]
	return len(rest) > 0 && unicode.IsLower(rest[0]) && !(rest[0] == 's' && (len(rest) == 1 || !unicode.IsLower(rest[1])))
}

func isAcronym(word string) bool {
	capitals := 0
	for _, r := range word {
		if unicode.IsUpper(r) {
			capitals++
		}
	}
	return capitals > 1
}

// camel joins words to an identifier that begins with a small letter.
func camel(words ...string) string {
	var b strings.Builder
	for _, w := range words {
		for _, part := range strings.FieldsFunc(w, func(r rune) bool { return identifier(string(r)) == "" || r == '_' }) {
			if b.Len() > 0 {
				part = exported(part)
			}
			b.WriteString(part)
		}
	}
	return b.String()
}
