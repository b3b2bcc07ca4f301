package codec

import "bytes"

// tooDeep returns the offset of the bracket that opens one level more than
// limit, or -1. It need not understand malformed text, which is refused anyway.
func tooDeep(data []byte, limit int) int {
	// Most bodies have fewer brackets than levels are allowed.
	if bytes.Count(data, []byte{'{'})+bytes.Count(data, []byte{'['}) <= limit {
		return -1
	}
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			i = closingQuote(data, i)
		case '{', '[':
			if depth++; depth > limit {
				return i
			}
		case '}', ']':
			depth--
		}
	}
	return -1
}

// closingQuote returns the offset of the quote that ends the string beginning
// at open, or the end of the text.
func closingQuote(data []byte, open int) int {
	for i := open + 1; ; {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 {
			return len(data)
		}
		i += n
		if !escaped(data[open+1 : i]) {
			return i
		}
		i++
	}
}

// escaped reports whether what follows s is escaped by it: whether s ends in an
// odd number of backslashes.
func escaped(s []byte) bool {
	return (len(s)-len(bytes.TrimRight(s, `\`)))%2 == 1
}
