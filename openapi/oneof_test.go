package openapi_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/mortise-go/mortise/openapi"
)

type payment interface{ pay() }

type card struct {
	Kind   string `json:"kind"`
	Number string `json:"number" validate:"required,len=16"`
}

type transfer struct {
	Kind string `json:"kind"`
	IBAN string `json:"iban"`
}

func (card) pay()      {}
func (*transfer) pay() {}

type payments struct{}

func (payments) Discriminator() openapi.Discriminator[payment] {
	return openapi.Discriminator[payment]{Property: "kind", Mapping: map[string]payment{"card": card{}, "transfer": &transfer{}}}
}

type anyPayment = openapi.OneOf[payment, payments]

type loose struct{}

func (loose) Discriminator() openapi.Discriminator[any] {
	return openapi.Discriminator[any]{Property: "kind", Mapping: map[string]any{"card": card{}}}
}

type checkout struct {
	Payment anyPayment   `json:"payment" validate:"required"`
	Others  []anyPayment `json:"others"`
}

func TestAUnionIsOneOfWithADiscriminator(t *testing.T) {
	t.Parallel()
	doc := build(t, answers("/c", reflect.TypeFor[checkout]()), takes("/c", reflect.TypeFor[checkout]()),
		answers("/l", reflect.TypeFor[openapi.OneOf[any, loose]]()), answers("/card", reflect.TypeFor[card]()))
	equal(t, "answer", at(component(doc, "Checkout"), "properties", "payment"), `{"$ref":"#/components/schemas/Payment"}`)
	equal(t, "body", at(component(doc, "CheckoutInput"), "properties", "payment"), `{"$ref":"#/components/schemas/PaymentInput"}`)
	equal(t, "Payment", component(doc, "Payment"), `{
		"oneOf":[
			{"$ref":"#/components/schemas/Card","properties":{"kind":{"const":"card","type":"string"}},"required":["kind"]},
			{"$ref":"#/components/schemas/Transfer","properties":{"kind":{"const":"transfer","type":"string"}},"required":["kind"]}],
		"discriminator":{"propertyName":"kind","mapping":{"card":"#/components/schemas/Card","transfer":"#/components/schemas/Transfer"}}}`)
	equal(t, "PaymentInput", at(component(doc, "PaymentInput"), "discriminator", "mapping", "card"), `"#/components/schemas/CardInput"`)
	equal(t, "an interface without a name", outputSchema(doc, "/l"), `{"$ref":"#/components/schemas/Loose"}`)
}

// TestAUnionIsKnownToEncodingJSON, which clients written in Go use.
func TestAUnionIsKnownToEncodingJSON(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(checkout{Payment: anyPayment{Value: card{Number: "1"}}})
	const want = `{"payment":{"kind":"card","number":"1"},"others":null}`
	if err != nil || string(b) != want {
		t.Errorf("got %s, %v, want %s", b, err, want)
	}
	var back checkout
	if err := json.Unmarshal(b, &back); err != nil || back.Payment.Value != (card{"card", "1"}) {
		t.Errorf("got %+v, %v", back, err)
	}
}

type unknowing struct{ A int }

type lacking struct{}

func (lacking) Discriminator() openapi.Discriminator[any] {
	return openapi.Discriminator[any]{Property: "kind", Mapping: map[string]any{"a": unknowing{}, "b": 1}}
}

func TestMistakesOfUnionsAreAllReported(t *testing.T) {
	t.Parallel()
	mentions(t, mistakes(t, answers("/v", reflect.TypeFor[openapi.OneOf[any, lacking]]())), `has no member "kind"`, `"b" is int`)
}

func TestTheUserMayDescribeAType(t *testing.T) {
	t.Parallel()
	type priced struct {
		Price  ownJSON          `json:"price"`
		Old    *ownJSON         `json:"old" doc:"Before"`
		Rates  []ownJSON        `json:"rates"`
		ByName map[textID]bool  `json:"by_name"`
		Person map[string]level `json:"person"`
	}
	d := documentOf(answers("/v", reflect.TypeFor[priced]()))
	d.DescribeType(reflect.TypeFor[ownJSON](), map[string]any{"type": "string", "pattern": "^[0-9]+$"})
	d.DescribeType(reflect.TypeFor[*textID](), map[string]any{"type": "string", "format": "id"})
	d.DescribeType(reflect.TypeFor[level](), map[string]any{"$ref": "https://example.com/level.json"})
	doc := decode(t, d)
	equal(t, "priced", at(component(doc, "Priced"), "properties"), `{
		"price":{"type":"string","pattern":"^[0-9]+$"},"old":{"type":["string","null"],"pattern":"^[0-9]+$","description":"Before"},
		"rates":{"type":"array","items":{"type":"string","pattern":"^[0-9]+$"}},
		"by_name":{"type":"object","additionalProperties":{"type":"boolean"},"propertyNames":{"format":"id"}},
		"person":{"type":"object","additionalProperties":{"$ref":"https://example.com/level.json"}}}`)
	d.DescribeType(reflect.TypeFor[level](), map[string]any{"bad": make(chan int)})
	if err := d.Check(); err == nil {
		t.Error("a schema that is no JSON was accepted")
	}
	d.DescribeType(reflect.TypeFor[level](), nil)
	equal(t, "back to what is derived", at(component(decode(t, d), "Priced"), "properties", "person", "additionalProperties"), `{"$ref":"#/components/schemas/Level"}`)
}

func TestObjectsAreClosedWhereUnknownMembersAreRefused(t *testing.T) {
	t.Parallel()
	d := documentOf(takes("/v", reflect.TypeFor[Shelf]()), answers("/v", reflect.TypeFor[Person]()))
	d.RejectUnknownMembers()
	doc := decode(t, d)
	for _, name := range []string{"Shelf", "Article", "Person"} {
		equal(t, name, at(component(doc, name), "additionalProperties"), `false`)
	}
}

// absent is an Optional as a public package would define it.
type absent[T any] struct {
	Value T
	Set   bool
}

func (a *absent[T]) OptionalElem() any { return &a.Value }
func (a *absent[T]) MarkSet()          { a.Set = true }
func (a absent[T]) IsZero() bool       { return !a.Set }

// TestAnOptionalMemberIsTheValueInside, and null is one where that is a pointer.
func TestAnOptionalMemberIsTheValueInside(t *testing.T) {
	t.Parallel()
	type patch struct {
		Name  absent[string]   `json:"name,omitzero" validate:"min=1"`
		Nick  absent[*string]  `json:"nick,omitzero" validate:"max=9"`
		Boss  absent[*Person]  `json:"boss,omitzero"`
		Tags  absent[[]string] `json:"tags,omitzero" validate:"max=3,dive,min=1" doc:"Labels"`
		Must  absent[*string]  `json:"must,omitzero" validate:"required"`
		State absent[color]    `json:"state,omitzero"`
	}
	doc := build(t, takes("/v", reflect.TypeFor[patch]()))
	equal(t, "patch", component(doc, "Patch"), `{"type":"object","required":["must"],"properties":{
		"name":{"type":"string","minLength":1},"nick":{"type":["string","null"],"maxLength":9},
		"boss":{"anyOf":[{"$ref":"#/components/schemas/Person"},{"type":"null"}]},
		"tags":{"type":"array","maxItems":3,"items":{"type":"string","minLength":1},"description":"Labels"},
		"must":{"type":"string"},"state":{"$ref":"#/components/schemas/Color"}}}`)
}
