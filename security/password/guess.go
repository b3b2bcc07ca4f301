package password

import (
	_ "embed" // the list is part of the program
	"slices"
	"strings"
	"unicode"
)

// known are the passwords and words that everybody tries first, in lower case
// and without the digits that people add, one a line.
//
//go:embed common.txt
var known string

// guessable reports whether a password in lower case is one that many people
// use, or made from one in a way that many people use.
func (p *Policy) guessable(folded string) bool {
	if isRun(folded) {
		return true
	}
	return slices.ContainsFunc(forms(folded), func(form string) bool {
		return form != "" && (isKnown(form) || p.common != nil && p.common(form))
	})
}

func isKnown(form string) bool {
	return !strings.Contains(form, "\n") && strings.Contains("\n"+known, "\n"+form+"\n")
}

// forms returns the password and what it is made of: without the digits and
// signs around it, with letters in place of what looks like them, and what is
// repeated in it.
func forms(folded string) []string {
	all := []string{folded}
	for _, simpler := range [...]func(string) string{trim, unmask, unit} {
		for _, form := range all {
			if s := simpler(form); !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// trim takes away what is no letter from both ends.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}

// unmask undoes what makes p@ssw0rd of password.
func unmask(s string) string {
	return strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i").Replace(s)
}

// unit returns the shortest text of which s is a repetition, the last one of
// which may be cut short.
func unit(s string) string {
	if s == "" {
		return s
	}
	// border[i] is the length of the longest text that s[:i+1] both begins and ends
	// with, without being it.
	border := make([]int, len(s))
	for i := 1; i < len(s); i++ {
		n := border[i-1]
		for n > 0 && s[i] != s[n] {
			n = border[n-1]
		}
		if s[i] == s[n] {
			n++
		}
		border[i] = n
	}
	period := len(s) - border[len(s)-1]
	if 2*period > len(s) {
		return s
	}
	return s[:period]
}

// isRun reports whether each character follows from the one before it, as in
// 12345678901 and zyxwvu, or a few are repeated, as in abcabcabcabc.
func isRun(s string) bool {
	const few = 4
	if len(s) < few {
		return false
	}
	if len(unit(s)) < few {
		return true
	}
	runes := []rune(s)
	for _, step := range [...]rune{1, -1} {
		if !slices.ContainsFunc(runes[1:], breaks(runes[0], step)) {
			return true
		}
	}
	return false
}

// breaks returns a test for the first character that does not follow from the
// one before it. After 9 comes 0.
func breaks(last, step rune) func(rune) bool {
	return func(r rune) bool {
		wraps := last == '9' && r == '0' && step == 1 || last == '0' && r == '9' && step == -1
		follows := r == last+step || wraps
		last = r
		return !follows
	}
}
