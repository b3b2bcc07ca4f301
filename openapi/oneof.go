package openapi

import (
	"reflect"
	"strings"

	"github.com/mortise-go/mortise/internal/codec"
)

// A Discriminator says which Go type a JSON object is of, by one of its members.
type Discriminator[I any] struct {
	// Property is the member, a string in each of the types.
	Property string
	// Mapping has a zero value of the type for each value of the property: a struct, or a pointer to one.
	// The type in the mapping is the one that decoding makes.
	Mapping map[string]I
}

// Discriminated is implemented by a type that exists to tell a [Discriminator]. The method is called on its zero value.
type Discriminated[I any] interface {
	Discriminator() Discriminator[I]
}

// OneOf is a value of one of several types in JSON bodies and answers, anywhere within them.
//
//	type Payment interface{ Pay(context.Context) error }
//
//	type paymentKinds struct{}
//
//	func (paymentKinds) Discriminator() openapi.Discriminator[Payment] {
//		return openapi.Discriminator[Payment]{Property: "kind", Mapping: map[string]Payment{
//			"card": Card{}, "transfer": Transfer{},
//		}}
//	}
//
//	type Checkout struct {
//		Payment openapi.OneOf[Payment, paymentKinds] `json:"payment" validate:"required"`
//	}
//
// The property decides which type is decoded and validated; an object without it, or with another value, is refused.
// An encoded object has the property whether or not the field of the struct says it; a field that says something else
// is an error. The document shows oneOf with a discriminator, in a component named after the interface, or after the
// type that tells the discriminator where the interface has no name.
//
// A Value of nil is a value that was left out: it cannot be encoded, so write omitzero where it may be nil.
// What is wrong with a mapping is reported when the API is built.
type OneOf[I any, D Discriminated[I]] struct {
	Value I
}

// UnionVariants returns the property and the types. It lets packages that know only the method decode the type.
func (OneOf[I, D]) UnionVariants() (property string, variants map[string]any) {
	var told D
	d := told.Discriminator()
	variants = make(map[string]any, len(d.Mapping))
	for tag, v := range d.Mapping {
		variants[tag] = v
	}
	return d.Property, variants
}

// UnionValue returns a pointer to the value, an *I.
func (o *OneOf[I, D]) UnionValue() any { return &o.Value }

// ValidatorValue gives the value to what validates it.
func (o OneOf[I, D]) ValidatorValue() any { return o.Value }

// MarshalJSON writes the value with its property.
func (o OneOf[I, D]) MarshalJSON() ([]byte, error) { return codec.Marshal(&o) }

// UnmarshalJSON reads a value of the type that the property names.
func (o *OneOf[I, D]) UnmarshalJSON(text []byte) error {
	return codec.Decode(text, o, codec.Options{})
}

func (OneOf[I, D]) unionName() reflect.Type {
	if t := reflect.TypeFor[I](); t.Name() != "" && t.PkgPath() != "" {
		return t
	}
	return reflect.TypeFor[D]()
}

// namesake returns the type after which a component is named: t, unless t is a union.
func namesake(t reflect.Type) reflect.Type {
	if u, ok := reflect.TypeAssert[interface{ unionName() reflect.Type }](reflect.Zero(t)); ok {
		return u.unionName()
	}
	return t
}

func isUnion(t reflect.Type) bool {
	u, err := codec.UnionOf(t)
	return u != nil || err != nil
}

// union describes alternatives that a member tells apart. The constant stands beside the reference, because a variant
// may be used elsewhere too, where its member need not say it.
func (s *schemas) union(t reflect.Type, u use, path string) schema {
	union, err := codec.UnionOf(t)
	if err != nil {
		for reason := range strings.SplitSeq(err.Error(), "\n") {
			s.fail(path, "%s", reason)
		}
		return schema{}
	}
	var alternatives []any
	mapping := schema{}
	for _, v := range union.Variants {
		variant := s.of(v.Type, u, path)
		mapping[v.Tag] = variant["$ref"]
		variant["properties"] = schema{union.Property: constant(v.Tag)}
		variant["required"] = []string{union.Property}
		alternatives = append(alternatives, variant)
	}
	return schema{"oneOf": alternatives, "discriminator": schema{"propertyName": union.Property, "mapping": mapping}}
}
