package tricky

import (
	"context"
	"reflect"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/router"
)

// A Case is a type with a route, POST at Path, that answers 200 with what it
// took.
type Case struct {
	// Path is also the name of the case.
	Path string
	// Type is the Go type of body and answer.
	Type reflect.Type
	// Valid are bodies that the route takes.
	Valid []string

	declare func(*mortise.API)
}

// echo makes the case of a type.
func echo[T any](name string, valid ...string) Case {
	return newCase(name, func(_ context.Context, in taken[T]) (T, error) { return in.Body, nil }, valid)
}

// withDefault makes the case of a body that may be missing, or null.
func withDefault[T any](name string, valid ...string) Case {
	return newCase(name, func(_ context.Context, in taken[*T]) (T, error) {
		if in.Body == nil {
			return *new(T), nil
		}
		return *in.Body, nil
	}, valid)
}

func newCase[In, Out any](name string, handler func(context.Context, taken[In]) (Out, error), valid []string) Case {
	return Case{
		Path:  "/" + name,
		Type:  reflect.TypeFor[In](),
		Valid: valid,
		declare: func(api *mortise.API) {
			mortise.Post(api, "/"+name, handler, mortise.Public(), router.OperationID(name), router.Summary("Echo "+name))
		},
	}
}

// taken is a body of any type.
type taken[T any] struct {
	Body T `body:"json"`
}

// Cases lists all cases.
func Cases() []Case {
	return []Case{
		echo[Scalars]("scalars", `{}`, scalars),
		echo[Quoted]("quoted", `{}`, `{"int":"-5","uint":"5","float":"1.5e3","pointer":"7","signed":"-128"}`),
		echo[Standard]("standard", `{}`, standard),
		echo[Text]("text", `{"size":1}`, `{"id":"00112233-4455-6677-8899-aabbccddeeff","only":3,"byId":{},"size":10}`),
		echo[Pointers]("pointers", `{}`, `{"bool":null,"text":"x","node":null,"list":[],"ids":[null,1],"time":null,"nodes":[{}],"map":{"a":null}}`),
		echo[Lists]("lists", `{}`, `{"texts":["a"],"grid":[[1,2],[3]],"triple":[true,false,true],"bytes":"AQI=","four":"AQIDBA==","tree":[[],[[]]],"any":[1,null,{"a":[]}],"pair":[{"a":1},{"a":2}]}`),
		echo[Maps]("maps", `{}`, `{"plain":{"a":1},"byInt":{"-3":"x"},"byUint":{"7":"x"},"byFloat":{"1.5":true},"byColor":{"red":1},"byId":{"00112233-4455-6677-8899-aabbccddeeff":1},"byAddr":{"::1":1},"deep":{"a":{"b":[1]}},"any":{"x":null},"nodes":{"a":{}}}`),
		echo[Embedding]("embedding", `{}`, `{"id":1,"title":"t","created":"2026-01-02T03:04:05Z","base":{"id":2},"name":"n","Plain":"p","pages":3}`),
		echo[Node]("node", `{}`, `{"name":"r","parent":{"name":"p"},"children":[{"name":"c"}],"by_name":{"x":{}}}`),
		echo[Page[Node]]("page-of-node", `{}`, `{"items":[{}],"next":"x"}`),
		echo[Page[Page[*Color]]]("page-of-page", `{}`, `{"items":[{"items":["red",null]}],"next":null}`),
		echo[Either[Node, map[string]int]]("either", `{}`, `{"left":{},"right":{"a":1}}`),
		echo[[]Node]("list-of-node", `[]`, `[{"name":"a"}]`),
		echo[map[Color]Node]("map-of-node", `{}`, `{"red":{"name":"a"}}`),
		withDefault[Node]("pointer-to-node", `null`, `{"name":"a"}`),
		echo[Color]("color", `"red"`),
		echo[any]("anything", `null`, `{"a":[1]}`, `7`),
		echo[Enums]("enums", `{"color":"red","level":1}`, `{"color":"green","level":2,"pointer":null,"optional":"","list":["red"],"map":{"red":"green"}}`),
		echo[Directions]("directions", `{"title":"t","count":1}`, `{"id":3,"title":"t","secret":"s","count":2,"body":"b","nested":{"id":1}}`),
		echo[Ruled]("ruled", ruled),
		echo[Patch]("patch", `{}`, `{"name":"ann","nick":null,"tags":["a"],"node":null,"color":"red","must":1,"payment":{"kind":"card","number":"1234"}}`),
		echo[Checkout]("checkout", checkout),
		echo[Payment]("payment", `{"kind":"card","number":"1234"}`, `{"iban":"DE","kind":"transfer","note":null}`),
		echo[Described]("described", `{"price":"1.50"}`, `{"price":"-3","old":null,"rates":{"a":"1"}}`),
		echo[Own]("own", `{}`, `{"version":"v1.2","anything":[null],"pointer":null}`),
		echo[Elsewhere]("elsewhere", `{}`, `{"token":{"Line":1},"scanner":{"Line":2}}`),
		echo[Documented]("documented", `{"name":"a","state":"draft"}`),
	}
}

// New returns the API of all cases, built. Options are those of the API, such as
// router.RejectUnknownMembers.
func New(opts ...mortise.Option) *mortise.API {
	api := mortise.New("Tricky", "1.0.0", append([]mortise.Option{
		router.Info(openapi.Info{License: &openapi.License{Name: "MIT", Identifier: "MIT"}}),
		router.Server(openapi.Server{URL: "https://tricky.example.com"}),
		router.DescribeType[Decimal](map[string]any{"type": "string", "pattern": `^-?[0-9]+(\.[0-9]+)?$`}),
	}, opts...)...)
	for _, c := range Cases() {
		c.declare(api)
	}
	mortise.Get(api, "/sample", sample, mortise.Public(), router.Summary("A value of every kind"))
	return api
}

// sample is an answer that no body could be.
func sample(context.Context, mortise.None) (*Sample, error) {
	return &Sample{
		Any:     []any{Payment{Value: Card{Number: "1234"}}, OnlyWrites(3)},
		Only:    map[string]OnlyWrites{"a": 1},
		Payment: mortise.OneOf[any, loose]{Value: &Card{Number: "1234"}},
	}, nil
}
