package openapi_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"reflect"

	"github.com/mortise-go/mortise/openapi"
)

type greeting struct {
	Text string `json:"text" validate:"max=80" example:"Hello"`
}

// A document is made of operations and served by a handler.
func Example() {
	d := openapi.New(openapi.Info{Title: "Hello", Version: "1.0.0"})
	d.Add(&openapi.Operation{
		Method: "GET", Path: "/hello/{name}", ID: "hello", Summary: "Say hello", Public: true,
		Responses: []openapi.Response{{Status: 200, Type: reflect.TypeFor[greeting]()}},
	})

	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	fmt.Println(w.Body)
	// Output:
	// {"openapi":"3.1.0","info":{"title":"Hello","version":"1.0.0"},"paths":{"/hello/{name}":{"get":{"summary":"Say hello","operationId":"hello","parameters":[{"name":"name","in":"path","required":true,"schema":{"type":"string"}}],"responses":{"200":{"description":"OK","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Greeting"}}}}},"security":[]}}},"components":{"schemas":{"Greeting":{"properties":{"text":{"examples":["Hello"],"maxLength":80,"type":"string"}},"required":["text"],"type":"object"}}}}
}

// Conditions of several dependencies add up, and alternatives multiply.
func ExampleOperation_Require() {
	bearer := openapi.Scheme{Name: "Bearer", Type: "http", HTTPScheme: "bearer"}
	basic := openapi.Scheme{Name: "Basic", Type: "http", HTTPScheme: "basic"}
	key := openapi.Scheme{Name: "Key", Type: "apiKey", In: "header", ParamName: "X-Key"}

	var op openapi.Operation
	op.Require(openapi.Requirement{{Scheme: bearer}}, openapi.Requirement{{Scheme: basic}})
	op.Require(openapi.Requirement{{Scheme: key}})

	for _, alternative := range op.Security {
		for i, c := range alternative {
			if i > 0 {
				fmt.Print(" and ")
			}
			fmt.Print(c.Scheme.Name)
		}
		fmt.Println()
	}
	// Output:
	// Bearer and Key
	// Basic and Key
}

// limited is a dependency that describes what it does to an operation.
type limited struct{ perMinute int }

// Describe documents the answer to those who ask too often.
func (l limited) Describe(op *openapi.Operation) {
	op.Notes = append(op.Notes, fmt.Sprintf("At most %d requests a minute.", l.perMinute))
	op.AddResponse(openapi.Response{
		Status: 429, Headers: []openapi.ResponseHeader{{Name: "Retry-After", Required: true, Type: reflect.TypeFor[int]()}},
	})
}

func ExampleDescriber() {
	var op openapi.Operation
	var d openapi.Describer = limited{perMinute: 5}
	d.Describe(&op)
	fmt.Println(op.Notes[0], op.Responses[0].Status)
	// Output: At most 5 requests a minute. 429
}

func ExampleHumanize() {
	fmt.Println(openapi.Humanize("listUsers"))
	fmt.Println(openapi.Humanize("GetHTTPStatus"))
	// Output:
	// List users
	// Get HTTP status
}

// All mistakes are found at once, without serving anything.
func ExampleDocument_Check() {
	type Bad struct {
		Done chan bool `json:"done"`
		Page int       `json:"page" default:"x"`
	}
	d := openapi.New(openapi.Info{Title: "Bad", Version: "1"})
	d.Add(&openapi.Operation{
		Method: "GET", Path: "/bad", Place: "api.go:30",
		Responses: []openapi.Response{{Status: 200, Type: reflect.TypeFor[Bad]()}},
	})
	fmt.Println(d.Check())
	// Output:
	// Bad.Done: chan bool cannot be written as JSON; use another type, or leave the field out with json:"-"
	// Bad.Page: default:"x" is not an int; write something like "1"
}

type shape interface{ area() float64 }

type circle struct {
	Kind   string  `json:"kind"`
	Radius float64 `json:"radius"`
}

type square struct {
	Kind string  `json:"kind"`
	Side float64 `json:"side"`
}

func (c circle) area() float64 { return 3 * c.Radius * c.Radius }
func (s square) area() float64 { return s.Side * s.Side }

type shapes struct{}

func (shapes) Discriminator() openapi.Discriminator[shape] {
	return openapi.Discriminator[shape]{Property: "kind", Mapping: map[string]shape{"circle": circle{}, "square": square{}}}
}

// A value is one of several types, and its member kind says which.
func ExampleOneOf() {
	var drawn []openapi.OneOf[shape, shapes]
	if err := json.Unmarshal([]byte(`[{"kind":"square","side":2},{"radius":1,"kind":"circle"}]`), &drawn); err != nil {
		fmt.Println(err)
	}
	for _, d := range drawn {
		fmt.Printf("%T %v\n", d.Value, d.Value.area())
	}
	text, _ := json.Marshal(openapi.OneOf[shape, shapes]{Value: circle{Radius: 3}})
	fmt.Println(string(text))
	// Output:
	// openapi_test.square 4
	// openapi_test.circle 3
	// {"kind":"circle","radius":3}
}
