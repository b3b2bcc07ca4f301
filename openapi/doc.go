// Package openapi models an OpenAPI 3.1 document and derives schemas from Go types.
//
//	d := openapi.New(openapi.Info{Title: "Blog", Version: "1.0.0"})
//	d.Add(&openapi.Operation{
//		Method: "GET", Path: "/posts/{id}", Summary: "Get post",
//		Parameters: []openapi.Parameter{{Name: "id", In: "path", Type: reflect.TypeFor[int64]()}},
//		Responses:  []openapi.Response{{Status: 200, Type: reflect.TypeFor[Post]()}},
//	})
//	mux.Handle("GET /openapi.json", d.Handler())
//
// Programs that use the router need not do that: the router describes every operation from the chain of
// dependencies that it runs. A dependency adds to that by being a [Describer].
// Package ui, below this one, shows the document to people.
//
// # From Go types to schemas
//
// A schema says what the JSON codec of this module writes and accepts, by the type, its json tags and its methods.
//
//	Go                                     schema
//	bool, string                           boolean, string
//	int32, uint8, float64                  integer or number with a format; unsigned ones have minimum 0
//	int64 with the json option "string"    string with a pattern
//	*T                                     T or null; in answers T alone if the json tag has omitzero or omitempty
//	[]T, [3]T                              array; nil is written as [], so it is never null
//	[]byte, [4]byte                        string with contentEncoding base64
//	map[K]T                                object; nil is written as {}; propertyNames for keys that are not strings
//	struct                                 component; in place if the type has no name
//	embedded struct                        its members are those of the outer struct
//	OneOf                                  oneOf with a discriminator; a component named after the interface
//	an Optional of T as a member           T, not required; T or null if T is a pointer
//	any, interfaces, json.RawMessage       anything
//	time.Time                              string, date-time
//	time.Duration                          string such as "1m30s"
//	netip.Addr, Prefix, AddrPort, net.IP   string with a format
//	url.URL                                string, uri-reference
//	json.Number, big.Int                   number, integer
//	types with MarshalText                 string in answers; with UnmarshalText in bodies
//	types with MarshalJSON                 anything in answers; with UnmarshalJSON in bodies
//	chan, func, complex                    a mistake
//
// Elements of lists and maps that are pointers to structs are documented without null: programs use such pointers
// to share, not to leave out.
//
// Type arguments are part of the name: Page[store.User] is PageOfUser. If types of several packages have one name,
// all of them get the name of their package in front; what a component is called never depends
// on the order of registration, nor on whether the program runs or is tested.
//
// # Answers and bodies
//
// In an answer, a member is required unless its json tag has omitzero or omitempty, or its tag says writeOnly.
// In a body, a member is required if a request without it is refused: by the rule "required",
// or by any other rule that its zero value does not satisfy. Members with the tag readOnly are not.
// Null is a value only where the schema says so, and a body that a schema refuses the router refuses.
// If that makes a difference, a type that is used both ways has two components, such as Post and PostInput.
//
// # Tags
//
// The tag "validate" says what is checked, and is translated into keywords: minLength, enum, pattern, format and so on.
// Rules that have no keyword become sentences of the description. Other tags document and check nothing:
//
//	doc, description    what the value means
//	title, format       the keywords of those names
//	example, default    a value: bare for scalars and text, commas for lists of them, else JSON
//	enum                the values there are: enum:"draft,live" or a JSON array; on a list, of its elements
//	deprecated          "true"
//	readOnly            "true" for what only answers carry
//	writeOnly           "true" for what only bodies carry
//	layout              the layout of a time.Time in a parameter
//
// There are deliberately no tags such as minimum or maxLength: a bound that nobody checks would be a false promise.
// A field named _ may carry title, doc, example and deprecated of its struct.
//
// # Types that tell
//
// A type may say how it looks, with methods that are known from github.com/swaggest/jsonschema-go:
// Enum and NamedEnum list its values, JSONSchemaOneOf, AnyOf and AllOf name alternatives,
// JSONSchemaBytes and JSONSchema give a finished schema, PrepareJSONSchema changes the one that was derived.
// They are called on a zero value. Methods that came from an embedded field do not count,
// nor do Title and Description, which usually mean something else.
//
// What a type of another module does not tell, [Document.DescribeType] says for it.
//
// # Versions and formats
//
// A document is built as OpenAPI 3.1, or as 3.2 where [Document.SetVersion] says so. [Document.Encode] and
// [Document.HandlerFor] derive the other versions, 3.0.3 among them, and write JSON or YAML. No bound and no null is lost
// on the way to 3.0: a number that a value must exceed becomes a bound and a flag, "T or null" becomes nullable.
// Where 3.0 has no keyword the schema accepts more, never less. A format that nobody asks for is never written.
//
// # Security considerations
//
// A document is as public as its handler. It holds no values of the program, only what types, tags and operations say;
// it names no packages, files or functions, except that types whose names collide show the names of their packages.
// Mistakes, which do name files and types, are reported by [Document.Check] and never served.
package openapi
