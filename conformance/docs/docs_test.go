package docs_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/conformance/judge"
	"github.com/mortise-go/mortise/conformance/swaggerui"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/openapi/ui"
)

// post is of every kind that the schemas have a rule for.
type post struct {
	ID      int64             `json:"id,string"`
	Title   string            `json:"title" validate:"required,min=3,max=80" doc:"What it is about"`
	State   string            `json:"state" validate:"oneof=draft live"`
	Author  *author           `json:"author"`
	Replies []*post           `json:"replies,omitempty"`
	Tags    []string          `json:"tags" validate:"max=5,dive,min=2"`
	Meta    map[string]any    `json:"meta"`
	Raw     json.RawMessage   `json:"raw,omitempty"`
	Image   []byte            `json:"image,omitempty"`
	Grid    [3]int            `json:"grid"`
	Wait    time.Duration     `json:"wait"`
	Created time.Time         `json:"created"`
	Links   page[author]      `json:"links"`
	Words   map[string]string `json:"words"`
}

type author struct {
	Name  string  `json:"name" validate:"required"`
	Email *string `json:"email" validate:"omitempty,email"`
}

type page[T any] struct {
	Items []T `json:"items"`
	Next  int `json:"next,omitzero"`
}

// blog describes an API by hand, as the router does it from the compiled chain.
func blog() *openapi.Document {
	d := openapi.New(openapi.Info{Title: "Blog", Version: "1.0.0", Description: "A *blog*."})
	d.AddTag(openapi.Tag{Name: "posts", Description: "What people wrote"})
	bearer := openapi.Scheme{Name: "BearerAuth", Type: "http", HTTPScheme: "bearer", BearerFormat: "JWT"}
	key := openapi.Scheme{Name: "ApiKey", Type: "apiKey", In: "header", ParamName: "X-API-Key"}
	list := &openapi.Operation{Method: "GET", Path: "/posts", ID: "listPosts", Summary: "List posts", Tags: []string{"posts"}, Public: true,
		Parameters: []openapi.Parameter{{Name: "page", In: "query", Type: reflect.TypeFor[int](), Tag: `validate:"min=1,max=100" default:"1"`}},
		Responses:  []openapi.Response{{Status: 200, Type: reflect.TypeFor[page[post]]()}, {Status: 422, Description: "A bad page"}}}
	create := &openapi.Operation{Method: "POST", Path: "/posts", ID: "createPost", Summary: "Create a post", Tags: []string{"posts"},
		Requirements: []string{"role `author`"},
		Body:         &openapi.Body{Required: true, Content: []openapi.Media{{Type: reflect.TypeFor[post]()}}},
		Responses:    []openapi.Response{{Status: 201, Type: reflect.TypeFor[post]()}, {Status: 401}, {Status: 403}}}
	create.Require(openapi.Requirement{{Scheme: bearer, Scopes: []string{"posts:write"}}}, openapi.Requirement{{Scheme: key}})
	profile := &openapi.Operation{Method: "GET", Path: "/profile", ID: "profile", Summary: "Profile",
		Responses: []openapi.Response{{Status: 200, Type: reflect.TypeFor[author]()}, {Status: 401}}}
	profile.Require(openapi.Requirement{{Scheme: bearer}})
	file := &openapi.Operation{Method: "GET", Path: "/files/{path...}", ID: "file", Summary: "One file", Public: true,
		Parameters: []openapi.Parameter{{Name: "path", In: "path"}},
		Responses:  []openapi.Response{{Status: 200, ContentType: "application/octet-stream", Type: reflect.TypeFor[[]byte]()}}}
	d.Add(list, create, profile, file)
	return d
}

// serve mounts the document, the pages and what they try out below prefix.
func serve(t *testing.T, prefix string) string {
	t.Helper()
	api := http.NewServeMux()
	pages := ui.Handler(ui.Config{Title: "Blog"})
	api.Handle("/openapi.json", blog().Handler())
	api.Handle("/docs", pages)
	api.Handle("/docs/", pages)
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", http.StripPrefix(prefix, api))
	mux.HandleFunc("GET /profile", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer tk" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL + prefix
}

func TestTheDocumentSatisfiesEveryJudge(t *testing.T) {
	t.Parallel()
	document, err := blog().JSON()
	if err != nil {
		t.Fatal(err)
	}
	judge.Document(t, document)
}

// The page breaks no policy, asks nobody else and shows what the document says,
// wherever it is mounted: package browser fails the test otherwise.
func TestThePageWorksWhereverItIsMounted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, prefix, page string }{
		{"at the root", "", "/docs"},
		{"at the root, with a slash", "", "/docs/"},
		{"below a prefix", "/api/v1", "/docs"},
		{"below a prefix, with a slash", "/api/v1", "/docs/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			shown := swaggerui.Open(t, serve(t, tt.prefix)+tt.page)
			if got := shown.Title(); got != "Blog" {
				t.Errorf("title %q, want Blog", got)
			}
			want := []string{"GET /files/{path}", "GET /posts", "GET /profile", "POST /posts"}
			if got := slices.Sorted(slices.Values(shown.Operations())); !slices.Equal(got, want) {
				t.Errorf("operations %q, want %q", got, want)
			}
		})
	}
}

func TestPadlocksTellWhatIsLocked(t *testing.T) {
	t.Parallel()
	shown := swaggerui.Open(t, serve(t, "")+"/docs")
	for operation, want := range map[[2]string]swaggerui.Lock{
		{"GET", "/posts"}: swaggerui.NoLock, {"GET", "/files/{path}"}: swaggerui.NoLock,
		{"POST", "/posts"}: swaggerui.Unlocked, {"GET", "/profile"}: swaggerui.Unlocked,
	} {
		if got := shown.Operation(operation[0], operation[1]).Lock(); got != want {
			t.Errorf("%s: the padlock is %s, want %s", strings.Join(operation[:], " "), got, want)
		}
	}
	if got := shown.Operation("POST", "/posts").Description(); !strings.Contains(got, "posts:write") || !strings.Contains(got, "author") {
		t.Errorf("description %q, want the scope and the role in it", got)
	}
}

func TestATokenIsTriedOut(t *testing.T) {
	t.Parallel()
	shown := swaggerui.Open(t, serve(t, "")+"/docs")
	profile := shown.Operation("GET", "/profile")
	if got := profile.Try(); got != http.StatusUnauthorized {
		t.Errorf("before login: status %d, want 401", got)
	}
	shown.AuthorizeWith("BearerAuth", "tk")
	if got := profile.Try(); got != http.StatusOK || profile.Lock() != swaggerui.Locked {
		t.Errorf("after login: status %d and the padlock %s, want 200 and closed", got, profile.Lock())
	}
}

// What is typed into the page is gone with it.
func TestThePageForgetsCredentials(t *testing.T) {
	t.Parallel()
	address := serve(t, "") + "/docs"
	shown := swaggerui.Open(t, address)
	shown.AuthorizeWith("BearerAuth", "tk")
	shown.Visit(address + "?again")
	shown.Wait(".opblock")
	if got := shown.Operation("GET", "/profile").Lock(); got != swaggerui.Unlocked {
		t.Errorf("after a reload the padlock is %s, want open", got)
	}
}

func TestThePageFitsATelephone(t *testing.T) {
	t.Parallel()
	shown := swaggerui.Open(t, serve(t, "")+"/docs")
	shown.Resize(390, 844)
	shown.Operation("POST", "/posts").Open()
	if got := shown.Overflow(); got > 0 {
		t.Errorf("the page is %d pixels too wide", got)
	}
}
