package openapi

import (
	"path"
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// baseName is what a type is called if no other type wants the name: its Go name, where Page[store.User] becomes
// PageOfUser. It leaves packages out, so that it is the same under go run and go test.
func baseName(t reflect.Type) string {
	return exported(spoken(namesake(t).Name(), unqualified))
}

// spoken reads a Go type expression such as "Page[example.com/store.User]" or "map[string][]*int" as a name.
// The function says how type arguments with a package are called.
func spoken(expr string, argument func(string) string) string {
	sub := func(expr string) string { return exported(spoken(expr, argument)) }
	expr = strings.TrimLeft(strings.TrimSpace(expr), "*")
	switch {
	case strings.HasPrefix(expr, "[]"):
		return sub(expr[2:]) + "List"
	case strings.HasPrefix(expr, "map["):
		key, elem := cutBracket(expr[3:])
		return "MapOf" + sub(key) + "To" + sub(elem)
	case strings.HasPrefix(expr, "["):
		n, elem := cutBracket(expr)
		return sub(elem) + "List" + identifier(n)
	case strings.HasPrefix(expr, "struct {"), strings.HasPrefix(expr, "struct{"):
		return "Object"
	case strings.HasPrefix(expr, "interface {"), strings.HasPrefix(expr, "interface{"):
		return "Any"
	case strings.HasPrefix(expr, "func("):
		return "Func"
	}
	name, arguments := expr, ""
	if i := strings.IndexByte(expr, '['); i >= 0 {
		name = expr[:i]
		arguments, _ = cutBracket(expr[i:])
	}
	name = identifier(argument(name))
	if arguments == "" {
		return name
	}
	var names []string
	for _, a := range splitTop(arguments) {
		names = append(names, sub(a))
	}
	return name + "Of" + strings.Join(names, "And")
}

// cutBracket splits "[a]b" into a and b, heeding nested brackets.
func cutBracket(expr string) (inside, after string) {
	depth := 0
	for i, r := range expr {
		switch r {
		case '[', '{', '(':
			depth++
		case ']', '}', ')':
			if depth--; depth == 0 {
				return expr[1:i], expr[i+1:]
			}
		}
	}
	return strings.Trim(expr, "[]"), ""
}

// splitTop splits at the commas that are outside all brackets.
func splitTop(expr string) []string {
	var parts []string
	depth, from := 0, 0
	for i, r := range expr {
		switch {
		case strings.ContainsRune("[{(", r):
			depth++
		case strings.ContainsRune("]})", r):
			depth--
		case r == ',' && depth == 0:
			parts = append(parts, expr[from:i])
			from = i + 1
		}
	}
	return append(parts, expr[from:])
}

// unqualified removes the package, and the number with which the compiler tells local types apart.
func unqualified(name string) string {
	name, _, _ = strings.Cut(name, "·")
	return name[strings.LastIndexByte(name, '.')+1:]
}

// qualified keeps the last directory of the package: "example.com/store.User" becomes "StoreUser".
func qualified(name string) string {
	dir, file := path.Split(name)
	pkg, _, ok := strings.Cut(file, ".")
	if !ok {
		return unqualified(name)
	}
	if versionDir.MatchString(pkg) {
		pkg = path.Base(dir)
	}
	return exported(identifier(pkg)) + exported(unqualified(name))
}

var versionDir = regexp.MustCompile(`^v[0-9]+$`)

// identifier keeps what may stand in the name of a component and in the name of a generated type.
func identifier(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, s)
}

func exported(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[min(n, len(s)):]
}
