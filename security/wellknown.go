package security

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
)

// isWellKnown reports whether an HMAC secret is one that anybody would try first:
// a placeholder from an example, a common password, or nothing but such words one
// after the other, with digits and repeated characters to fill the length. The
// longest secrets of this kind are as long as any algorithm wants, so that length
// alone says nothing.
//
// It is a net for accidents, not a measure of strength; that needs octets from a
// random source.
func isWellKnown(secret []byte) bool {
	if distinct(secret) < 4 {
		return true
	}
	if isPublished(string(secret)) || isPublished(hex.EncodeToString(secret)) || isPublished(base64.StdEncoding.EncodeToString(secret)) {
		return true
	}
	padded := bytes.Trim(secret, "\x00")
	return isTyped(padded) && isMadeOf(strings.Map(plainCharacter, string(padded)), commonWords())
}

// isPublished reports whether a text holds a secret that documentation shows. Of
// some programs the secret is what the published text stands for in hexadecimal
// digits or Base64, so octets are asked about in both.
func isPublished(text string) bool {
	text = strings.Map(plainCharacter, text)
	return slices.ContainsFunc(publishedSecrets(), func(published string) bool { return strings.Contains(text, published) })
}

// distinct returns the number of different octets.
func distinct(data []byte) int {
	var seen [256]bool
	n := 0
	for _, c := range data {
		if !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n
}

// isTyped reports whether data is a text, with what editors add to it: the line end
// of a file, tabs, a byte order mark.
func isTyped(data []byte) bool {
	return bytes.IndexFunc(data, func(r rune) bool { return (r < ' ' || r > '~') && !strings.ContainsRune("\t\r\n\ufeff", r) }) < 0
}

// plainCharacter keeps letters and digits, in lower case, and undoes the usual
// disguises.
func plainCharacter(r rune) rune {
	switch r {
	case '@':
		return 'a'
	case '$':
		return 's'
	}
	if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return unicode.ToLower(r)
	}
	return -1
}

// isMadeOf reports whether text is a sequence of words and of runs of four or more
// equal characters.
func isMadeOf(text string, words []string) bool {
	reached := make([]bool, len(text)+1)
	reached[0] = true
	for i := range len(text) {
		if !reached[i] {
			continue
		}
		for _, w := range words {
			if strings.HasPrefix(text[i:], w) {
				reached[i+len(w)] = true
			}
		}
		for n := run(text[i:]); n >= 4; n-- {
			reached[i+n] = true
		}
	}
	return reached[len(text)]
}

// run returns how many equal characters s begins with.
func run(s string) int {
	return len(s) - len(strings.TrimLeft(s, s[:1]))
}

// publishedSecrets are whole secrets that documentation shows, as plainCharacter
// leaves them.
func publishedSecrets() []string {
	return []string{
		"09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
		"192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
		"404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970",
		"astringsecretatleast256bitslong",
		"astringsecretatleast384bitslong",
		"astringsecretatleast512bitslong",
		"your256bitsecret",
		"your384bitsecret",
		"your512bitsecret",
		"djangoinsecure",
		"allyourbase",
		"keyboardcat",
		"shhhhhhared",
		"correcthorsebatterystaple",
		"thisisasecret",
		"thisismysecret",
	}
}

// commonWords are what placeholders and bad passwords are put together from.
func commonWords() []string {
	return strings.Fields(`
		secret secrets key keys password passwords passwd pass pwd passphrase token tokens jwt jws hmac
		hs256 hs384 hs512 sha256 sha512 auth authentication access refresh api app application web server
		service client session cookie signing sign signature private public shared master main root admin
		administrator user username test tests testing tester demo example sample default dev devel develop
		development local localhost prod production staging stage env environment config changeme change
		changeit changethis replace replaceme replacethis please me this that it here now later in on for of
		to the a an my your our own is be not use using with and very really super top ultra long strong
		secure security safe insecure random randomly generated string value some any must should at least
		do dont never keep make put insert enter generate create commit guess need needs will ever no one
		more less than length new old git github repo
		bit bits byte bytes char characters minimum 128 256 384 512 32 48 64 hello world foo bar baz qux
		foobar qwerty qwertyuiop asdf asdfghjkl zxcvbnm letmein welcome monkey dragon iloveyou
		placeholder todo fixme none null undefined unset empty fastapi fastopenapi django flask spring
		express node golang mortise go python java blog shop project company todoapp
		abc abcd abcdef abcdefgh abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz0123456789
		0123456789abcdef 0123456789abcdefghijklmnopqrstuvwxyz
		0123456789 1234567890 123456789 12345678 1234567 123456 12345 1234 123 12 1 0 2 3
		987654321 9876543210 deadbeef cafebabe 2020 2021 2022 2023 2024 2025 2026 2027`)
}
