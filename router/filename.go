package router

import (
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestFileName is what common file systems take, in bytes.
const longestFileName = 255

// safeFileName makes a name for a file of what a client sent, RFC 7578 section
// 4.2: the last element of a path of any system, without what is invisible or has
// a meaning to a file system. It is empty where nothing is left.
func safeFileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return -1 // also what turns the reading direction
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = shortened(strings.TrimRight(strings.TrimSpace(name), ". "))
	if isDevice(name) {
		return "_" + name
	}
	return name
}

// shortened cuts a name that is too long and keeps its extension.
func shortened(name string) string {
	const longest = longestFileName - 1 // and an underscore
	if len(name) <= longest {
		return name
	}
	ext := ""
	if i := strings.LastIndexByte(name, '.'); len(name)-i <= 16 {
		ext = name[i:]
	}
	return strings.ToValidUTF8(name[:longest-len(ext)], "") + ext
}

// isDevice recognises what Windows takes for a device, whatever the extension.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch stem = strings.TrimSpace(stem); stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	for _, port := range [...]string{"COM", "LPT"} {
		number, found := strings.CutPrefix(stem, port)
		if found && utf8.RuneCountInString(number) == 1 && strings.ContainsAny(number, "0123456789¹²³") {
			return true
		}
	}
	return false
}

// disposition is a Content-Disposition, RFC 6266. A name that is not plain ASCII
// has a plain form beside it, for clients that do not read filename*.
func disposition(kind, name string) string {
	if name = safeFileName(name); name == "" {
		return kind
	}
	plain := strings.Map(func(r rune) rune {
		if r > '~' || r == '%' {
			return '_'
		}
		return r
	}, name)
	value := mime.FormatMediaType(kind, map[string]string{"filename": plain})
	if plain == name {
		return value
	}
	return value + "; filename*=UTF-8''" + extended(name)
}

// extended is an ext-value without its charset, RFC 8187 section 3.2.
func extended(name string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(name) {
		alnum := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if alnum || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteString(string([]byte{'%', hex[c>>4], hex[c&15]}))
	}
	return b.String()
}
