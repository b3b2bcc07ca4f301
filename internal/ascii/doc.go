// Package ascii changes the case of the letters of ASCII and leaves all others alone.
// [strings.ToLower] makes an i of U+0130 and a k of U+212A, and [strings.ToUpper] an S
// of U+017F, so that a name which is on no list could pass for one that is.
//
//	host := ascii.Lower(r.Host)
package ascii
