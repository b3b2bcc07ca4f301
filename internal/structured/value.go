package structured

// An Item is a bare value and what is said about it, RFC 9651 section 3.3.
type Item struct {
	Value  any
	Params []Param
}

// A Param is a parameter of an item, RFC 9651 section 3.1.2.
type Param struct {
	Key   string
	Value any
}

// A Token is a short textual word, RFC 9651 section 3.3.4, which unlike a string
// is written without quotes.
type Token string

// A Decimal is a number with up to three digits behind the point, RFC 9651
// section 3.3.2.
type Decimal float64

// MaxInteger is the largest integer that can be written, and -MaxInteger the
// smallest: 15 digits, RFC 9651 section 3.3.1.
const MaxInteger = 999_999_999_999_999

// maxWhole bounds a decimal before its point: 12 digits.
const maxWhole = 1e12

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// startsKey and inKey are the characters of keys.
func startsKey(c byte) bool { return isLower(c) || c == '*' }

func inKey(c byte) bool {
	return isLower(c) || isDigit(c) || c == '_' || c == '-' || c == '.' || c == '*'
}

// startsToken and inToken are the characters of tokens, RFC 9110 section 5.6.2
// and two more.
func startsToken(c byte) bool { return isLower(c) || isUpper(c) || c == '*' }

func inToken(c byte) bool {
	if isLower(c) || isUpper(c) || isDigit(c) {
		return true
	}
	switch c {
	case '!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~', ':', '/':
		return true
	}
	return false
}

// printable are the characters of strings.
func printable(c byte) bool { return ' ' <= c && c <= '~' }
