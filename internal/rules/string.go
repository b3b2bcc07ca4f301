package rules

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

var textRules = map[string]entry{
	"eq_ignore_case": {on: text, param: mayParam, build: withParam(func(p string) func(string) bool {
		return func(text string) bool { return strings.EqualFold(text, p) }
	})},
	"ne_ignore_case": {on: text, param: mayParam, build: withParam(func(p string) func(string) bool {
		return func(text string) bool { return !strings.EqualFold(text, p) }
	})},
	"contains":      {on: text, param: someParam, build: affix(strings.Contains, true)},
	"excludes":      {on: text, param: someParam, build: affix(strings.Contains, false)},
	"containsany":   {on: text, param: someParam, build: affix(strings.ContainsAny, true)},
	"excludesall":   {on: text, param: someParam, build: affix(strings.ContainsAny, false)},
	"containsrune":  {on: text, param: someParam, build: affix(containsRune, true)},
	"excludesrune":  {on: text, param: someParam, build: affix(containsRune, false)},
	"startswith":    {on: text, param: someParam, build: affix(strings.HasPrefix, true)},
	"startsnotwith": {on: text, param: someParam, build: affix(strings.HasPrefix, false)},
	"endswith":      {on: text, param: someParam, build: affix(strings.HasSuffix, true)},
	"endsnotwith":   {on: text, param: someParam, build: affix(strings.HasSuffix, false)},
	"pattern":       {on: text, param: someParam, build: buildPattern},
	"datetime":      {on: text, param: someParam, build: withParam(datetime)},
	"duration":      {on: text, build: withTest(isDurationText)},
	"lowercase":     {on: text, build: withTest(isLower)},
	"uppercase":     {on: text, build: withTest(isUpper)},
	"boolean":       {on: text | boolean, build: buildBoolean},
	"numeric":       {on: text | numbers, build: onText(isNumeric)},
	"number":        {on: text | numbers, build: onText(only(isDigit))},
	"port":          {on: integers, build: buildPort},
}

// withTest compiles a rule that is one test on a text.
func withTest(test func(string) bool) func(*site) (step, error) {
	return func(*site) (step, error) { return step{text: test}, nil }
}

// onText compiles a rule that texts may break and other values may not.
func onText(test func(string) bool) func(*site) (step, error) {
	return func(s *site) (step, error) {
		if s.kind != text {
			return step{}, nil
		}
		return step{text: test}, nil
	}
}

// withParam compiles a rule whose test is made from its parameter.
func withParam(make func(param string) func(string) bool) func(*site) (step, error) {
	return func(s *site) (step, error) { return step{text: make(s.rule.Param)}, nil }
}

func affix(test func(s, part string) bool, want bool) func(*site) (step, error) {
	return withParam(func(p string) func(string) bool {
		return func(text string) bool { return test(text, p) == want }
	})
}

// containsRune looks for the first character of the parameter.
func containsRune(s, part string) bool {
	r, _ := utf8.DecodeRuneInString(part)
	return strings.ContainsRune(s, r)
}

func buildPattern(s *site) (step, error) {
	re, err := regexp.Compile(s.rule.Param)
	if err != nil {
		return step{}, fmt.Errorf("%q is not a regular expression: %w; write 0x2C for a comma and 0x7C for a bar", s.rule.Param, err)
	}
	return step{text: re.MatchString}, nil
}

func datetime(layout string) func(string) bool {
	return func(text string) bool {
		_, err := time.Parse(layout, text)
		return err == nil
	}
}

func isDurationText(text string) bool {
	_, err := time.ParseDuration(text)
	return err == nil
}

func isLower(text string) bool { return text != "" && strings.ToLower(text) == text }

func isUpper(text string) bool { return text != "" && strings.ToUpper(text) == text }

func buildBoolean(s *site) (step, error) {
	if s.kind == boolean {
		return step{}, nil
	}
	return step{text: func(text string) bool {
		_, err := strconv.ParseBool(text)
		return err == nil
	}}, nil
}

// isNumeric accepts a sign, digits, and a fraction.
func isNumeric(text string) bool {
	if text != "" && (text[0] == '-' || text[0] == '+') {
		text = text[1:]
	}
	whole, fraction, split := strings.Cut(text, ".")
	return only(isDigit)(whole) && (!split || only(isDigit)(fraction))
}

func buildPort(s *site) (step, error) {
	if s.kind == signed {
		return step{signed: func(n int64) bool { return 1 <= n && n <= 65535 }}, nil
	}
	return step{unsigned: func(n uint64) bool { return 1 <= n && n <= 65535 }}, nil
}

var stringerType = reflect.TypeFor[fmt.Stringer]()

// only accepts texts of at least one byte, all of them of one set.
func only(in func(byte) bool) func(string) bool {
	return func(text string) bool { return text != "" && all(text, in) }
}

func all(text string, in func(byte) bool) bool {
	for i := range len(text) {
		if !in(text[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isLetter(c byte) bool   { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isAlnum(c byte) bool    { return isDigit(c) || isLetter(c) }
func isLowerHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' }
func isHex(c byte) bool      { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
