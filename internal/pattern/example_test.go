package pattern_test

import (
	"fmt"
	"net/http/httptest"

	"github.com/mortise-go/mortise/internal/pattern"
)

func ExampleTree() {
	var tree pattern.Tree
	for i, text := range []string{"GET /posts/{id}", "GET /{resource}/latest", "DELETE /posts/{id}"} {
		p, err := pattern.Parse(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		if _, err := tree.Add(p, fmt.Sprintf("api.go:%d", i+1)); err != nil {
			fmt.Println(err)
		}
	}

	var values pattern.Values
	found := tree.Find(httptest.NewRequest("GET", "/posts/42", nil), &values)
	fmt.Println(tree.Pattern(found.Index), values.Get(0))

	found = tree.Find(httptest.NewRequest("PUT", "/posts/42", nil), &values)
	fmt.Println(found.Outcome == pattern.WrongMethod, found.Allow)
	// Output:
	// pattern "GET /{resource}/latest" (registered at api.go:2) conflicts with pattern "GET /posts/{id}" (registered at api.go:1):
	// GET /{resource}/latest and GET /posts/{id} both match some paths, like "/posts/latest".
	// But neither is more specific than the other.
	// GET /{resource}/latest matches "/resource/latest", but GET /posts/{id} doesn't.
	// GET /posts/{id} matches "/posts/id", but GET /{resource}/latest doesn't.
	// GET /posts/{id} 42
	// true [DELETE GET HEAD]
}
