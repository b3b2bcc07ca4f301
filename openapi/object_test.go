package openapi_test

import (
	"encoding/json"
	"go/token"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"text/scanner"
	"time"

	"github.com/mortise-go/mortise/openapi"
	left "github.com/mortise-go/mortise/openapi/testdata/left/model"
	right "github.com/mortise-go/mortise/openapi/testdata/right/model"
)

// Node holds itself in every way.
type Node struct {
	Name     string          `json:"name"`
	Parent   *Node           `json:"parent"`
	Children []*Node         `json:"children"`
	ByName   map[string]Node `json:"by_name,omitempty"`
}

func TestRecursionEnds(t *testing.T) {
	t.Parallel()
	doc := build(t, answers("/node", reflect.TypeFor[Node]()))
	equal(t, "Node", component(doc, "Node"), `{"type":"object","required":["name","parent","children"],"properties":{
		"name":{"type":"string"},
		"parent":{"anyOf":[{"$ref":"#/components/schemas/Node"},{"type":"null"}]},
		"children":{"type":"array","items":{"$ref":"#/components/schemas/Node"}},
		"by_name":{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Node"}}}}`)
}

type base struct {
	ID      int       `json:"id"`
	Created time.Time `json:"created"`
}

type withPointer struct {
	*base
	Name string `json:"name"`
}

type withValue struct {
	base
	Name  string `json:"name"`
	Quiet string `json:"-"`
	hid   string
	Plain string
}

func TestEmbeddedStructsAreFlattened(t *testing.T) {
	t.Parallel()
	_ = withValue{hid: ""}
	doc := build(t, answers("/v", reflect.TypeFor[withValue]()), answers("/p", reflect.TypeFor[withPointer]()))
	equal(t, "withValue", component(doc, "WithValue"), `{"type":"object","required":["id","created","name","Plain"],"properties":{
		"id":{"type":"integer","format":"int64"},"created":{"type":"string","format":"date-time"},
		"name":{"type":"string"},"Plain":{"type":"string"}}}`)
	equal(t, "a nil embedded pointer leaves its members out", at(component(doc, "WithPointer"), "required"), `["name"]`)
}

func TestPropertiesKeepTheOrderOfTheFields(t *testing.T) {
	t.Parallel()
	d := openapi.New(info)
	d.Add(answers("/v", reflect.TypeFor[withValue]()))
	b, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for _, name := range []string{`"id":`, `"created":`, `"name":`, `"Plain":`} {
		i := strings.Index(string(b), name)
		if i < last {
			t.Fatalf("%s comes too early in %s", name, b)
		}
		last = i
	}
}

// Article differs between what a client sends and what it gets.
type Article struct {
	ID     int64    `json:"id" readOnly:"true" validate:"required"`
	Title  string   `json:"title" validate:"required,max=80"`
	Body   string   `json:"body,omitempty" validate:"required"`
	Tags   []string `json:"tags"`
	Secret string   `json:"secret" writeOnly:"true"`
	Count  int      `json:"count" validate:"min=1"`
	Limit  int      `json:"limit" validate:"max=9"`
	Author *Person  `json:"author"`
}

// Person is the same in both directions.
type Person struct {
	Name string `json:"name" validate:"required"`
}

// Shelf differs only by what it holds.
type Shelf struct {
	Articles []Article `json:"articles" validate:"required"`
	Owner    Person    `json:"owner" validate:"required"`
}

func TestOneComponentIfBothDirectionsAgreeAndTwoIfNot(t *testing.T) {
	t.Parallel()
	doc := build(t, answers("/s", reflect.TypeFor[Shelf]()), takes("/s", reflect.TypeFor[Shelf]()))
	names := slices.Sorted(maps.Keys(at(doc, "components", "schemas").(map[string]any)))
	if want := []string{"Article", "ArticleInput", "Person", "Shelf", "ShelfInput"}; !slices.Equal(names, want) {
		t.Errorf("components are %q, want %q", names, want)
	}
	equal(t, "answer", outputSchema(doc, "/s"), `{"$ref":"#/components/schemas/Shelf"}`)
	equal(t, "body", inputSchema(doc, "/s"), `{"$ref":"#/components/schemas/ShelfInput"}`)
	equal(t, "shared", at(component(doc, "ShelfInput"), "properties", "owner"), `{"$ref":"#/components/schemas/Person"}`)
	equal(t, "in", at(component(doc, "ShelfInput"), "properties", "articles"), `{"type":"array","items":{"$ref":"#/components/schemas/ArticleInput"}}`)
	equal(t, "out", at(component(doc, "Shelf"), "properties", "articles"), `{"type":"array","items":{"$ref":"#/components/schemas/Article"}}`)
}

// TestAnswersPromiseWhatIsAlwaysSent and bodies demand what is refused when it is missing.
func TestRequiredMeansSentOrDemanded(t *testing.T) {
	t.Parallel()
	doc := build(t, answers("/s", reflect.TypeFor[Article]()), takes("/s", reflect.TypeFor[Article]()))
	equal(t, "out", at(component(doc, "Article"), "required"), `["id","title","tags","count","limit","author"]`)
	equal(t, "in", at(component(doc, "ArticleInput"), "required"), `["title","body","count"]`)
}

func TestInputAloneHasThePlainName(t *testing.T) {
	t.Parallel()
	doc := build(t, takes("/s", reflect.TypeFor[Article]()))
	if component(doc, "Article") == nil || component(doc, "ArticleInput") != nil {
		t.Errorf("components are %v", at(doc, "components", "schemas"))
	}
}

// ArticleInput wants the name that the input of Article would have.
type ArticleInput struct {
	Draft bool `json:"draft"`
}

func TestTheNameOfAnInputGivesWayToAType(t *testing.T) {
	t.Parallel()
	doc := build(t, answers("/a", reflect.TypeFor[Article]()), takes("/a", reflect.TypeFor[Article]()), answers("/b", reflect.TypeFor[ArticleInput]()))
	equal(t, "type", outputSchema(doc, "/b"), `{"$ref":"#/components/schemas/ArticleInput"}`)
	equal(t, "input", inputSchema(doc, "/a"), `{"$ref":"#/components/schemas/ArticleInputInput"}`)
}

type page[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next,omitempty"`
}

type pair[A, B any] struct {
	A A
	B B
}

func TestNamesOfGenericTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ  reflect.Type
		want string
	}{
		{reflect.TypeFor[page[Person]](), "PageOfPerson"},
		{reflect.TypeFor[page[*Person]](), "PageOfPerson"},
		{reflect.TypeFor[page[[]Person]](), "PageOfPersonList"},
		{reflect.TypeFor[page[[3]int]](), "PageOfIntList3"},
		{reflect.TypeFor[page[map[string][]Person]](), "PageOfMapOfStringToPersonList"},
		{reflect.TypeFor[page[page[time.Time]]](), "PageOfPageOfTime"},
		{reflect.TypeFor[pair[Person, map[string]int]](), "PairOfPersonAndMapOfStringToInt"},
		{reflect.TypeFor[page[struct{ A int }]](), "PageOfObject"},
		{reflect.TypeFor[page[any]](), "PageOfAny"},
		{reflect.TypeFor[page[left.User]](), "PageOfUser"},
	} {
		doc := build(t, answers("/v", c.typ))
		equal(t, c.typ.String(), outputSchema(doc, "/v"), `{"$ref":"#/components/schemas/`+c.want+`"}`)
	}
}

func TestOneNameInTwoPackages(t *testing.T) {
	t.Parallel()
	types := map[string]reflect.Type{
		"TokenPosition": reflect.TypeFor[token.Position](), "ScannerPosition": reflect.TypeFor[scanner.Position](),
		"LeftModelUser": reflect.TypeFor[left.User](), "RightModelUser": reflect.TypeFor[right.User](),
		"PageOfLeftUser": nil,
	}
	delete(types, "PageOfLeftUser")
	for range 8 {
		names := slices.Collect(maps.Keys(types))
		rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		var operations []*openapi.Operation
		for _, name := range names {
			operations = append(operations, answers("/"+name, types[name]))
		}
		doc := build(t, operations...)
		for name := range types {
			equal(t, name, outputSchema(doc, "/"+name), `{"$ref":"#/components/schemas/`+name+`"}`)
		}
	}
}

func TestGenericTypesOfTypesWithOneName(t *testing.T) {
	t.Parallel()
	doc := build(t, answers("/t", reflect.TypeFor[page[token.Position]]()), answers("/s", reflect.TypeFor[page[scanner.Position]]()))
	equal(t, "token", outputSchema(doc, "/t"), `{"$ref":"#/components/schemas/PageOfTokenPosition"}`)
	equal(t, "scanner", outputSchema(doc, "/s"), `{"$ref":"#/components/schemas/PageOfScannerPosition"}`)
}

func localA() reflect.Type {
	type request struct {
		A int `json:"a"`
	}
	return reflect.TypeFor[request]()
}

func localB() reflect.Type {
	type request struct {
		B string `json:"b"`
	}
	return reflect.TypeFor[request]()
}

func localC() reflect.Type {
	type request struct {
		A int `json:"a"`
	}
	return reflect.TypeFor[request]()
}

// TestLocalTypesAreToldApartByTheirLooks, whichever comes first; those that look alike are one component.
func TestLocalTypesAreToldApartByTheirLooks(t *testing.T) {
	t.Parallel()
	types := []reflect.Type{localA(), localB(), localC()}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		var operations []*openapi.Operation
		for _, i := range order {
			operations = append(operations, answers("/"+string(rune('a'+i)), types[i]))
		}
		doc := build(t, operations...)
		equal(t, "a", outputSchema(doc, "/a"), `{"$ref":"#/components/schemas/Request"}`)
		equal(t, "b", outputSchema(doc, "/b"), `{"$ref":"#/components/schemas/Request2"}`)
		equal(t, "c", outputSchema(doc, "/c"), `{"$ref":"#/components/schemas/Request"}`)
		equal(t, "Request", component(doc, "Request"), `{"type":"object","properties":{"a":{"type":"integer","format":"int64"}},"required":["a"]}`)
	}
}

// documented shows every tag that only documents.
type documented struct {
	_      struct{}      `doc:"A thing with words." title:"Thing"`
	Name   string        `json:"name" doc:"How it is called" example:"Ada" default:"Bob" title:"Name" format:"nick"`
	Old    int           `json:"old" description:"Use name" deprecated:"true" example:"3" default:"4"`
	Ratio  float64       `json:"ratio" default:"0.10"`
	On     bool          `json:"on" default:"true"`
	State  string        `json:"state" enum:"draft,live" example:"live"`
	States []string      `json:"states" enum:"draft,live" example:"draft,live"`
	Stars  int           `json:"stars" enum:"[1,2,3]"`
	Maybe  *string       `json:"maybe" enum:"a,b"`
	At     time.Time     `json:"at" example:"2026-01-02T03:04:05Z"`
	For    time.Duration `json:"for" default:"1h"`
	Person Person        `json:"person" doc:"Who wrote it" example:"{\"name\":\"Ada\"}"`
	Boss   *Person       `json:"boss" doc:"Nobody if null"`
	ID     string        `json:"id" readOnly:"true"`
	Pass   string        `json:"pass,omitempty" writeOnly:"true"`
	Big    int64         `json:"big,string" validate:"min=3"`
	Huge   uint64        `json:"huge,string"`
	Real   float32       `json:"real,string"`
}

func TestDocumentationTags(t *testing.T) {
	t.Parallel()
	doc := build(t, answers("/v", reflect.TypeFor[documented]()))
	c := component(doc, "Documented")
	equal(t, "title", at(c, "title"), `"Thing"`)
	equal(t, "description", at(c, "description"), `"A thing with words."`)
	for name, want := range map[string]string{
		"name":   `{"type":"string","description":"How it is called","examples":["Ada"],"default":"Bob","title":"Name","format":"nick"}`,
		"old":    `{"type":"integer","format":"int64","description":"Use name","deprecated":true,"examples":[3],"default":4}`,
		"ratio":  `{"type":"number","format":"double","default":0.10}`,
		"on":     `{"type":"boolean","default":true}`,
		"state":  `{"type":"string","enum":["draft","live"],"examples":["live"]}`,
		"states": `{"type":"array","items":{"type":"string","enum":["draft","live"]},"examples":[["draft","live"]]}`,
		"stars":  `{"type":"integer","format":"int64","enum":[1,2,3]}`,
		"maybe":  `{"type":["string","null"],"enum":["a","b",null]}`,
		"at":     `{"type":"string","format":"date-time","examples":["2026-01-02T03:04:05Z"]}`,
		"person": `{"$ref":"#/components/schemas/Person","description":"Who wrote it","examples":[{"name":"Ada"}]}`,
		"boss":   `{"anyOf":[{"$ref":"#/components/schemas/Person"},{"type":"null"}],"description":"Nobody if null"}`,
		"id":     `{"type":"string","readOnly":true}`,
		"pass":   `{"type":"string","writeOnly":true}`,
		"big":    `{"type":"string","format":"int64","pattern":"^-?(0|[1-9][0-9]*)$","description":"Must satisfy ` + "`min=3`" + `."}`,
		"huge":   `{"type":"string","format":"uint64","pattern":"^(0|[1-9][0-9]*)$"}`,
		"real":   `{"type":"string","format":"float","pattern":"^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$"}`,
	} {
		equal(t, name, at(c, "properties", name), want)
	}
	equal(t, "default of a duration", at(c, "properties", "for", "default"), `"1h"`)
}

func TestBuildingIsDeterministic(t *testing.T) {
	t.Parallel()
	var want []byte
	for range 20 {
		d := openapi.New(info)
		d.Add(answers("/a", reflect.TypeFor[Shelf]()), takes("/a", reflect.TypeFor[Shelf]()),
			answers("/n", reflect.TypeFor[Node]()), answers("/l", reflect.TypeFor[left.User]()), answers("/r", reflect.TypeFor[right.User]()),
			answers("/x", localA()), answers("/y", localB()))
		b, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = b
		}
		if string(b) != string(want) {
			t.Fatalf("two builds differ:\n%s\n%s", b, want)
		}
		if !json.Valid(b) {
			t.Fatalf("not JSON: %s", b)
		}
	}
}
