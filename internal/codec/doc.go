// Package codec decodes and encodes JSON, strictly and with one meaning.
//
// Beneath it is encoding/json/v2 where the toolchain has it, else the module
// that it comes from. Neither shows in this package's API, and what the two
// understand differently (a few options of the json tag) [Codec.CheckDecode]
// and [Codec.CheckEncode] refuse, so that the choice changes no meaning.
//
//	var in Order
//	err := codec.Decode(body, &in, codec.Options{})
//
// # Decoding
//
// A text is refused, with [Errors] of kind [Syntax], when it is malformed, is
// not UTF-8, begins with a byte order mark, has half a surrogate pair, two
// members of one name in an object (however they are spelled), anything behind
// the value, or too many levels.
//
// A well-formed text that does not fit the Go type is refused with Errors of
// kind [Type], which list every place that does not fit, not just the first.
// The good path is one decode. Only when it fails is the text walked again,
// beside the type, to find all the places.
//
// Names are compared by case. null is the zero value of everything, unless
// [Options] say that it must have a place.
//
// # Unions and optional values
//
// A type with the methods UnionVariants and UnionValue holds one of several
// structs, which a member of the object tells apart; see [UnionOf]. A type with
// OptionalElem, MarkSet and IsZero is the value inside, and knows whether it
// was there.
//
// # Encoding
//
// Nil slices are [] and nil maps {}; maps are written in the order of their
// keys; characters that matter in HTML are not escaped; an invalid byte in a Go
// string becomes U+FFFD. time.Duration is a Go duration string ("1m30s"), url.URL
// the URL as a string and json.Number a number, both ways.
//
// # Security considerations
//
// The texts of [Error] are made for clients. They never repeat a submitted
// value or tell the name of a Go type. Names of members do appear, cut to a
// bounded length, since there is no other way to say where something is.
package codec
