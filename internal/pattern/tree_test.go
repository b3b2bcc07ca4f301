package pattern_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/pattern"
)

func TestConflictsSpeak(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, earlier, later, want string
	}{
		{
			"the same requests", "GET /users/{id}", "GET /users/{name}",
			`pattern "GET /users/{name}" (registered at b.go:2) conflicts with pattern "GET /users/{id}" (registered at a.go:1):
GET /users/{name} matches the same requests as GET /users/{id}`,
		},
		{
			"an overlap", "GET /posts/{id}", "GET /{resource}/latest",
			`pattern "GET /{resource}/latest" (registered at b.go:2) conflicts with pattern "GET /posts/{id}" (registered at a.go:1):
GET /{resource}/latest and GET /posts/{id} both match some paths, like "/posts/latest".
But neither is more specific than the other.
GET /{resource}/latest matches "/resource/latest", but GET /posts/{id} doesn't.
GET /posts/{id} matches "/posts/id", but GET /{resource}/latest doesn't.`,
		},
		{
			"more methods", "GET /{x}", "/a",
			`pattern "/a" (registered at b.go:2) conflicts with pattern "GET /{x}" (registered at a.go:1):
/a matches more methods than GET /{x}, but has a more specific path pattern`,
		},
		{
			"fewer methods", "/a", "GET /{x}",
			`pattern "GET /{x}" (registered at b.go:2) conflicts with pattern "/a" (registered at a.go:1):
GET /{x} matches fewer methods than /a, but has a more general path pattern`,
		},
		{
			"GET means HEAD, too", "HEAD /{x}", "GET /a",
			`pattern "GET /a" (registered at b.go:2) conflicts with pattern "HEAD /{x}" (registered at a.go:1):
GET /a matches more methods than HEAD /{x}, but has a more specific path pattern`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var tree pattern.Tree
			earlier, later := parse(t, tt.earlier), parse(t, tt.later)
			if _, err := tree.Add(earlier, "a.go:1"); err != nil {
				t.Fatal(err)
			}
			_, err := tree.Add(later, "b.go:2")
			if err == nil || err.Error() != tt.want {
				t.Fatalf("Add(%q) says\n%v\nwant\n%s", later, err, tt.want)
			}
			conflict, ok := errors.AsType[*pattern.ConflictError](err)
			want := pattern.ConflictError{Pattern: later, Place: "b.go:2", Earlier: earlier, EarlierPlace: "a.go:1"}
			if !ok || *conflict != want {
				t.Errorf("Add(%q) returned %#v", later, conflict)
			}
		})
	}
}

func TestEveryConflictIsReportedInOrder(t *testing.T) {
	t.Parallel()
	tree := grow(t, "/", "GET /a/b", "POST /a/{x}", "GET /a/{x}", "h/{x}/b", "GET /c/{x}/", "GET /{x}/{y}/{z...}", "PUT /d/e/f")
	_, err := tree.Add(parse(t, "/{x}/b"), "b.go:1")
	if err == nil {
		t.Fatal("no conflict")
	}
	var earlier []string
	for _, conflict := range conflicts(t, err) {
		earlier = append(earlier, conflict.Earlier.String()+" "+conflict.EarlierPlace)
	}
	// "GET /a/b" is more specific, "h/{x}/b" has a host, and "GET /c/{x}/" and
	// "PUT /d/e/f" match longer paths only.
	if got, want := strings.Join(earlier, ", "), "POST /a/{x} api.go:3, GET /a/{x} api.go:4"; got != want {
		t.Errorf("conflicts with %s, want %s", got, want)
	}
}

func TestRegisteringGoesOnAfterAConflict(t *testing.T) {
	t.Parallel()
	tree := grow(t, "/a", "/{x}/b")
	if index, err := tree.Add(parse(t, "/a/{y}"), "b.go:1"); index != -1 || err == nil {
		t.Fatalf("Add = %d, %v, want a conflict", index, err)
	}
	if _, ok := tree.Match("GET", "", "/a/c", nil); ok || tree.Len() != 2 {
		t.Error("the refused pattern is in the tree")
	}
	// What the refused pattern alone would conflict with is welcome.
	if index, err := tree.Add(parse(t, "/{z}/c"), "b.go:2"); index != 2 || err != nil {
		t.Fatalf("Add = %d, %v, want 2", index, err)
	}
	if index, ok := tree.Match("GET", "", "/a/c", nil); index != 2 || !ok || tree.Pattern(2).String() != "/{z}/c" {
		t.Errorf("Match = %d, %v, want 2", index, ok)
	}
}

func TestConflictsAreFoundAmongManyPatterns(t *testing.T) {
	t.Parallel()
	var tree pattern.Tree
	for i := range 300 {
		if _, err := tree.Add(parse(t, fmt.Sprintf("GET /r%d/{x}", i)), "here"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := tree.Add(parse(t, "GET /{x}/a"), "there")
	if n := len(conflicts(t, err)); n != 300 {
		t.Errorf("%d conflicts, want 300", n)
	}
	_, err = tree.Add(parse(t, "GET /r299/{y}"), "there")
	if n := len(conflicts(t, err)); n != 1 {
		t.Errorf("%d conflicts, want 1", n)
	}
}

func TestAnEmptyTreeMatchesNothing(t *testing.T) {
	t.Parallel()
	newPair(t).compare(request(t, "GET", "h", "/"))
}
