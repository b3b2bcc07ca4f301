package security

import (
	"errors"
	"strings"
)

// MatchPermission reports whether a pattern fits a permission. Both are words
// with colons between them, and are compared word by word, exactly:
//
//	pattern          fits                                     but not
//	posts:read       posts:read                               posts:read:own
//	posts:*          posts:read, posts:comments:read          posts, postscript:read
//	posts:*:read     posts:comments:read                      posts:read, posts:a:b:read
//	*                every permission
//
// An asterisk is a whole word: it stands for one word, and at the end for one
// or more. A permission or pattern that [CheckPermission] or
// [CheckPermissionPattern] refuses fits nothing.
func MatchPermission(pattern, permission string) bool {
	if CheckPermissionPattern(pattern) != nil || CheckPermission(permission) != nil {
		return false
	}
	for {
		p, morePattern, deeper := strings.Cut(pattern, ":")
		w, morePermission, more := strings.Cut(permission, ":")
		switch {
		case p == "*" && !deeper:
			return true
		case p != "*" && p != w, deeper != more:
			return false
		case !deeper:
			return true
		}
		pattern, permission = morePattern, morePermission
	}
}

// CheckPermission returns an error if permission is none: words with colons
// between them, none of which is empty or holds a space, a control character or
// an asterisk.
func CheckPermission(permission string) error {
	if strings.Contains(permission, "*") {
		return errors.New("holds an asterisk, which only patterns have; name the permission")
	}
	return CheckPermissionPattern(permission)
}

// CheckPermissionPattern returns an error if pattern is none: words as in a
// permission, each of which may be a single asterisk.
func CheckPermissionPattern(pattern string) error {
	for word := range strings.SplitSeq(pattern, ":") {
		switch {
		case word == "":
			return errors.New("has an empty word; write words with colons between them, such as posts:read")
		case word != "*" && strings.Contains(word, "*"):
			return errors.New("has an asterisk within a word; an asterisk stands for whole words, such as posts:*")
		case strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r == 0x7f || r == 0xa0 || r == 0x200b }):
			return errors.New("has a space or a control character; write words with colons between them, such as posts:read")
		}
	}
	return nil
}
