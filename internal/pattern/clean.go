package pattern

import (
	"net/url"
	"path"
	"strings"
)

// clean returns the canonical path for p: rooted, without empty and dot segments,
// its trailing slash kept.
func clean(p string) string {
	if p == "" || p[0] != '/' {
		p = "/" + p
	}
	cleaned := path.Clean(p)
	if cleaned == "/" || !strings.HasSuffix(p, "/") {
		return cleaned
	}
	if p[:len(p)-1] == cleaned {
		return p
	}
	return cleaned + "/"
}

// direct reports whether the path of u can be matched as it is: its segments are
// those of the escaped path, unescaped, and it is clean. It may be wrong about
// that where it returns false; it is there to spare ordinary requests the work.
//
// Without a RawPath the escaped path is Path with its bytes escaped one by one,
// slashes and dots excepted. So each has the same segments as the other.
func direct(u *url.URL) bool {
	p := u.Path
	if u.RawPath != "" || p == "" || p[0] != '/' {
		return false
	}
	for i := 1; i < len(p); i++ {
		if p[i-1] == '/' && (p[i] == '/' || p[i] == '.') {
			return false
		}
	}
	return true
}
