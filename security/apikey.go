package security

import (
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
)

// ReadHeaderKey returns the API key in the header field name. The error is a
// [Fault]:
//
//   - [ErrMissingCredentials] without the field;
//   - [ErrMultipleCredentials] for two fields, even equal ones;
//   - [ErrMalformedCredentials] for a value that is empty, is longer than 4 KiB or
//     holds anything but printable ASCII characters without spaces.
func ReadHeaderKey(h http.Header, name string) (string, error) {
	fields := h[textproto.CanonicalMIMEHeaderKey(name)]
	switch len(fields) {
	case 0:
		return "", ErrMissingCredentials
	case 1:
		return checkKey(fields[0])
	}
	return "", ErrMultipleCredentials
}

// ReadQueryKey returns the API key in the query parameter name; rawQuery is the
// query as it was sent, [url.URL.RawQuery]. The error is as in [ReadHeaderKey], and
// [ErrMalformedQuery] when any part of the query cannot be read: a query that two
// readers may take for different things is not one to find credentials in.
//
// A key in a URL ends up in logs, histories and Referer fields. Prefer a header.
func ReadQueryKey(rawQuery, name string) (string, error) {
	found := false
	value := ""
	for pair := range strings.SplitSeq(rawQuery, "&") {
		key, val, ok := unescapePair(pair)
		switch {
		case !ok:
			return "", ErrMalformedQuery
		case key != name || pair == "":
		case found:
			return "", ErrMultipleCredentials
		default:
			found, value = true, val
		}
	}
	if !found {
		return "", ErrMissingCredentials
	}
	return checkKey(value)
}

// unescapePair returns the name and value of one parameter. A semicolon, which
// was a separator once, makes a parameter malformed, as it does for net/url.
func unescapePair(pair string) (name, value string, ok bool) {
	if strings.IndexByte(pair, ';') >= 0 {
		return "", "", false
	}
	name, value, _ = strings.Cut(pair, "=")
	name, errName := url.QueryUnescape(name)
	value, errValue := url.QueryUnescape(value)
	return name, value, errName == nil && errValue == nil
}

// space is what readers of cookies are known to pass over.
const space = " \t\r\n"

// ReadCookieKey returns the value of the cookie name, whether that is an API key
// or the id of a session. The error is as in [ReadHeaderKey]; two cookies of the
// name are [ErrMultipleCredentials], since which of them a browser sends first is
// up to whoever set the other one.
func ReadCookieKey(h http.Header, name string) (string, error) {
	found := false
	value := ""
	for _, field := range h["Cookie"] {
		for pair := range strings.SplitSeq(field, ";") {
			key, val, _ := strings.Cut(strings.Trim(pair, space), "=")
			switch {
			case strings.TrimRight(key, space) != name:
			case found:
				return "", ErrMultipleCredentials
			case key != name: // others would pass over the space before the =
				return "", ErrMalformedCredentials
			default:
				found, value = true, val
			}
		}
	}
	if !found {
		return "", ErrMissingCredentials
	}
	return checkKey(value)
}

// checkKey returns the key if it has the form that keys have.
func checkKey(key string) (string, error) {
	if key == "" || len(key) > maxKey {
		return "", ErrMalformedCredentials
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return "", ErrMalformedCredentials
		}
	}
	return key, nil
}
