package openapi

import (
	"strings"
)

// template turns a ServeMux path into a path template: {name...} becomes {name}, and a final {$} goes away.
// It returns the names of the wildcards in order.
func template(pattern string) (path string, names []string) {
	segments := strings.Split(pattern, "/")
	for i, segment := range segments {
		name, ok := wildcard(segment)
		switch {
		case !ok:
		case name == "$":
			segments[i] = ""
		default:
			segments[i] = "{" + name + "}"
			names = append(names, name)
		}
	}
	return strings.Join(segments, "/"), names
}

func wildcard(segment string) (name string, ok bool) {
	name, ok = strings.CutPrefix(segment, "{")
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, "}")
	return strings.TrimSuffix(name, "..."), ok
}

// skeleton is the path template without the names: two templates with one skeleton are the same path to OpenAPI.
func skeleton(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if _, ok := wildcard(segment); ok {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}
