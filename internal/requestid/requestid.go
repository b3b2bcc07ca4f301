// Package requestid says which request ids of clients are harmless in headers
// and logs.
package requestid

// Valid reports whether an id is 1 to 64 letters, digits, dots, underscores and
// hyphens.
func Valid(id string) bool {
	for _, c := range []byte(id) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return 0 < len(id) && len(id) <= 64
}
