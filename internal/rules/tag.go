package rules

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Misspelt finds a tag whose name is almost one of those that are known, and says
// which one was meant. Nobody would read such a tag, so what it asks for would not
// happen. A known name that the field has was not meant by another tag.
func Misspelt(tag reflect.StructTag, known ...string) (written, meant string) {
	missing := slices.DeleteFunc(slices.Clone(known), func(name string) bool {
		_, has := tag.Lookup(name)
		return has
	})
	for _, name := range tagNames(tag) {
		if slices.Contains(known, name) || name == "gorm" { // which is one letter away from form
			continue
		}
		for _, candidate := range missing {
			if distance(name, candidate) <= slips(candidate) {
				return name, candidate
			}
		}
	}
	return "", ""
}

// slips is how many slips of the finger a name allows. Short names are too close to
// those of others, such as bson and json.
func slips(name string) int {
	if len(name) < len("default") {
		return 1
	}
	return 2
}

// tagNames lists the names in a tag, as far as it can be read.
func tagNames(tag reflect.StructTag) []string {
	var names []string
	for rest := string(tag); ; {
		name, after, found := strings.Cut(strings.TrimLeft(rest, " "), ":")
		quoted, err := strconv.QuotedPrefix(after)
		if !found || err != nil {
			return names
		}
		names = append(names, name)
		rest = after[len(quoted):]
	}
}

// Quoted writes the value of a tag behind a name, as the source has it.
func Quoted(tag reflect.StructTag, name, as string) string {
	return as + ":" + strconv.Quote(tag.Get(name))
}
