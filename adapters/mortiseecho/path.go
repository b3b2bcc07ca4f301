package mortiseecho

import "strings"

// echoPath writes the path of a pattern as Echo does. What Echo cannot say is
// left to the route that takes all the rest.
func echoPath(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		switch name, wild := strings.CutPrefix(s, "{"); {
		case s == "{$}":
			segments[i] = ""
		case wild && strings.HasSuffix(name, "...}"):
			segments[i] = "*"
		case wild:
			segments[i] = ":" + strings.TrimSuffix(name, "}")
		case s == "" && i > 0 && i == len(segments)-1: // everything below
			segments[i] = "*"
		default:
			segments[i] = strings.NewReplacer(":", `\:`, "*", "%2A").Replace(s)
		}
	}
	return strings.Join(segments, "/")
}

// muxPath writes a path of Echo as a pattern does. A segment that is only in
// part a parameter becomes one. It reports whether a parameter is the last
// segment, where Echo lets it hold slashes.
func muxPath(path string) (mux string, open bool) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, s := range segments {
		name := "p" + strings.Repeat("_", i)
		plain := strings.ReplaceAll(s, `\:`, "")
		switch {
		case strings.Contains(plain, "*"):
			return "/" + strings.Join(append(segments[:i], "{"+name+"...}"), "/"), false
		case strings.Contains(plain, ":"):
			segments[i] = "{" + name + "}"
			open = i == len(segments)-1
		case s == "" && i == len(segments)-1:
			segments[i] = "{$}"
		default:
			segments[i] = strings.NewReplacer(`\:`, ":", "{", "%7B", "}", "%7D").Replace(s)
		}
	}
	return "/" + strings.Join(segments, "/"), open
}
