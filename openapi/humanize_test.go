package openapi_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mortise-go/mortise/openapi"
)

var humanized = map[string]string{
	"listUsers": "List users", "GetHTTPStatus": "Get HTTP status", "getUserByID": "Get user by ID", "a": "A", "": "",
	"create_post": "Create post", "UserIDs": "User IDs", "parseJSON": "Parse JSON", "HTTPServer": "HTTP server",
	"user2": "User2", "getV2Users": "Get v2 users", "X": "X", "éléphantRose": "Éléphant rose", "list-users": "List users", "__": "",
}

func TestHumanize(t *testing.T) {
	t.Parallel()
	for name, want := range humanized {
		if got := openapi.Humanize(name); got != want {
			t.Errorf("Humanize(%q) = %q, want %q", name, got, want)
		}
	}
}

// FuzzHumanize: the letters stay, in their order, and words are separated by one space.
func FuzzHumanize(f *testing.F) {
	for name := range humanized {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !utf8.ValidString(name) {
			return
		}
		got := openapi.Humanize(name)
		if strings.Contains(got, "  ") || strings.TrimSpace(got) != got && strings.TrimSpace(name) == name {
			t.Errorf("Humanize(%q) = %q", name, got)
		}
	})
}
