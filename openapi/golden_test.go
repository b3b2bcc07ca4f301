package openapi_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/mortise-go/mortise/openapi"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Post and what belongs to it are the types of a small API.
type Post struct {
	_       struct{}      `doc:"Something that was written."`
	ID      int64         `json:"id" readOnly:"true"`
	Title   string        `json:"title" validate:"required,max=120" example:"Hello"`
	State   PostState     `json:"state"`
	Author  *Person       `json:"author"`
	Tags    []string      `json:"tags" validate:"max=10,dive,alphanum"`
	Comment []*Comment    `json:"comments,omitempty"`
	Created time.Time     `json:"created" readOnly:"true"`
	Reading time.Duration `json:"reading,omitzero" doc:"How long it takes to read"`
}

// PostState is an enum.
type PostState string

// Enum lists the states.
func (PostState) Enum() []any { return []any{"draft", "live"} }

// Comment holds itself.
type Comment struct {
	Text    string     `json:"text" validate:"required"`
	Email   string     `json:"email,omitempty" validate:"omitempty,email"`
	Replies []*Comment `json:"replies"`
}

func blog() *openapi.Document {
	d := openapi.New(openapi.Info{Title: "Blog", Version: "1.0.0", License: &openapi.License{Name: "MIT", Identifier: "MIT"}})
	d.AddServer(openapi.Server{URL: "https://blog.example.com"})
	d.AddTag(openapi.Tag{Name: "posts", Description: "What was written"})
	problem := openapi.Response{
		Status: 401, Type: reflect.TypeFor[problemDocument](), ContentType: "application/problem+json",
		Headers: []openapi.ResponseHeader{{Name: "WWW-Authenticate", Required: true}},
	}
	list := &openapi.Operation{
		Method: "GET", Path: "/posts", ID: "listPosts", Summary: openapi.Humanize("listPosts"), Tags: []string{"posts"}, Public: true,
		Parameters: []openapi.Parameter{
			{Name: "page", In: "query", Type: reflect.TypeFor[int](), Tag: `default:"1" validate:"min=1" doc:"Which page"`},
			{Name: "state", In: "query", Type: reflect.TypeFor[[]PostState]()},
		},
		Responses: []openapi.Response{{
			Status: 200, Type: reflect.TypeFor[page[Post]](),
			Headers: []openapi.ResponseHeader{{Name: "X-Total", Type: reflect.TypeFor[int]()}},
		}},
	}
	create := &openapi.Operation{
		Method: "POST", Path: "/posts", ID: "createPost", Summary: openapi.Humanize("createPost"), Tags: []string{"posts"},
		Body:         &openapi.Body{Required: true, Content: []openapi.Media{{Type: reflect.TypeFor[Post]()}}},
		Responses:    []openapi.Response{{Status: 201, Type: reflect.TypeFor[Post]()}, problem},
		Requirements: []string{"role `author`"},
	}
	create.Require(openapi.Requirement{{Scheme: bearer, Scopes: []string{"posts:write"}}})
	get := &openapi.Operation{
		Method: "GET", Path: "/posts/{id}/files/{path...}", ID: "getFile", Summary: openapi.Humanize("getFile"), Tags: []string{"posts"},
		Parameters: []openapi.Parameter{{Name: "id", In: "path", Type: reflect.TypeFor[int64]()}},
		Responses:  []openapi.Response{{Status: 200, Type: reflect.TypeFor[[]byte](), ContentType: "application/octet-stream"}, problem},
		Deprecated: true,
	}
	get.Require(openapi.Requirement{{Scheme: bearer}}, openapi.Requirement{{Scheme: apiKey}})
	d.Add(list, create, get)
	return d
}

func TestGolden(t *testing.T) {
	t.Parallel()
	b, err := blog().JSON()
	if err != nil {
		t.Fatal(err)
	}
	got, file := indent(t, b), filepath.Join("testdata", "blog.json")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the document changed; look at it, and run the test with -update:\n%s", got)
	}
}
