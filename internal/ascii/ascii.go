package ascii

import "strings"

// Lower returns the text with its letters of ASCII in lower case. Nothing is copied if
// there are no others.
func Lower(text string) string { return strings.Map(lower, text) }

// Upper returns the text with its letters of ASCII in upper case. Nothing is copied if
// there are no others.
func Upper(text string) string { return strings.Map(upper, text) }

func lower(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r - 'A' + 'a'
	}
	return r
}

func upper(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}
