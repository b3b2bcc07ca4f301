package openapi

import (
	"cmp"
	"reflect"
)

// Describer is anything that knows what it does to an operation: a security scheme, a rate limit, a set of parameters.
//
//   - Describe is called once for each operation that the describer is part of, when the API is built.
//   - It adds to the operation and removes nothing.
//   - It tells only what is enforced.
//   - If it has a method Err() error, that says what is wrong with its own declaration.
type Describer interface {
	Describe(op *Operation)
}

// Operation is one method on one path, described. The zero value of every field means nothing to say.
//
// After [Document.Add] the operation belongs to the document and must not be changed.
type Operation struct {
	// Method is the HTTP method, such as "GET".
	Method string
	// Path is the pattern as net/http.ServeMux writes it, such as "/posts/{id}/files/{path...}".
	// In the document {path...} becomes {path}, and a final {$} goes away.
	Path string
	// ID names the operation for generated clients, as it is: letters, digits, ".", "-" and "_".
	// Two operations with one ID are a mistake. If it is empty the ID is made from Name, or else from method and path.
	ID string
	// Name is the name of the function that does the work, such as "listUsers" or "list_users".
	// Operations that ask for the ID made of one name are told apart by method and path, whatever the order in which they come.
	Name string
	// Summary is a few words, see [Humanize].
	Summary string
	// Description may be long and use CommonMark.
	Description string
	Tags        []string
	Deprecated  bool
	// Hidden keeps the operation out of the document.
	Hidden bool
	Docs   *ExternalDocs
	// Servers are addresses of this operation, instead of those of the document.
	Servers []Server

	// Parameters are those of the path, query, headers and cookies, whoever reads them.
	// Entries of one place and name are merged.
	Parameters []Parameter
	// Body is the request body; nil for none.
	Body *Body
	// Responses may hold several entries for one status; they are merged.
	Responses []Response
	// Callbacks are requests that the API may send because of this operation.
	Callbacks []Callback

	// Security lists the alternatives, one of which a request has to satisfy.
	// Use [Operation.Require] to add to it. Nil means that the operation says nothing about security.
	Security []Requirement
	// Public states that nothing is required. It has no effect beside Security.
	Public bool
	// Requirements are words for what Security cannot say: "role `admin`", "an address in 10.0.0.0/8".
	// They are CommonMark, and become one line of the description, together with the schemes and scopes.
	Requirements []string
	// Notes are sentences added to the description, each as its own paragraph, in CommonMark.
	Notes []string

	// Extensions are additional members of the operation; each key starts with "x-".
	Extensions map[string]any
	// Edits change the entity of the finished operation, in order; see [OperationEntity].
	Edits []func(*OperationEntity)
	// Place is where the operation was declared, such as "api.go:30". It appears in mistakes only.
	Place string

	sent string // what the API sends itself: the webhook or callback, for messages
}

// AddParameter adds parameters. A parameter that is there already is merged when the document is built.
func (op *Operation) AddParameter(parameters ...Parameter) {
	op.Parameters = append(op.Parameters, parameters...)
}

// AddResponse adds responses. Those with the same status are merged when the document is built.
func (op *Operation) AddResponse(responses ...Response) {
	op.Responses = append(op.Responses, responses...)
}

// name names an operation in a message.
func (op *Operation) name() string {
	name := cmp.Or(op.sent, op.Method+" "+op.Path)
	if op.Place != "" {
		name += " (" + op.Place + ")"
	}
	return name
}

// Parameter is one value that an operation reads from its path, query, headers, cookies or form.
type Parameter struct {
	// Name as on the wire.
	Name string
	// In is "path", "query", "header" or "cookie". It is ignored for the fields of a form.
	In string
	// Description may use CommonMark. If it is empty, the tag is asked.
	Description string
	// Required is always true for a path parameter, whatever is said here.
	Required   bool
	Deprecated bool
	// Type is the Go type that the value is read into. Nil means a string.
	Type reflect.Type
	// Tag is the tag of the field that the value is read into: its validation rules and the tags of the package
	// documentation are understood.
	Tag reflect.StructTag
	// Style and Explode tell how a value with several parts is written, RFC 6570 in the terms of OpenAPI.
	// The zero values mean the default of the place.
	Style   string
	Explode *bool
	// Example is a value of Type; nil for none, or for that of the tag.
	Example any
	// Examples are several of them, with names, instead of Example.
	Examples []Example
	// Extensions are additional members of the parameter; each key starts with "x-".
	Extensions map[string]any
	// Place is where the parameter is declared, such as "ListUsers.Page". It appears in mistakes only.
	Place string

	also []Parameter // other readers of the same value, with other types or tags
}

// Body describes the request body.
type Body struct {
	Description string
	// Required tells whether a request without a body is refused.
	Required bool
	// Content lists the accepted media types, in order of preference.
	Content []Media
}

// Media is one way to write a body.
type Media struct {
	// ContentType is a media type or range, by default "application/json".
	ContentType string
	// Type is what the body is decoded into. Nil, without Fields, means that any content is taken as it is.
	Type reflect.Type
	// Fields are the fields of a form, instead of Type.
	// Fields of the types of mime/multipart are files.
	Fields []Parameter
	// Example is a value of Type; nil for none.
	Example any
	// Examples are several of them, with names, instead of Example.
	Examples []Example
}

// Response is one answer that an operation may give. Several of one status become one: other content types stand side by
// side, other types of one content type are alternatives.
type Response struct {
	// Status is an HTTP status; 1 to 5 mean a whole class, such as 4XX; 0 means any status not listed.
	Status int
	// Description may use CommonMark. It defaults to the phrase of the status.
	Description string
	// Type is what is encoded. Nil means no content, unless ContentType is set.
	Type reflect.Type
	// ContentType defaults to "application/json".
	ContentType string
	// Headers are the headers that the answer carries.
	Headers []ResponseHeader
	// Cookies are names of cookies that the answer sets. They are documented as a Set-Cookie header.
	Cookies []string
	// Example is a value of Type; nil for none.
	Example any
	// Examples are several of them, with names, instead of Example. Those of a response with neither Type nor ContentType
	// belong to the content that another response of the same status has.
	Examples []Example
	// Links say what the client may do next.
	Links []Link
}

// ResponseHeader is a header of an answer.
type ResponseHeader struct {
	Name        string
	Description string
	// Required tells that the header is always there.
	Required   bool
	Deprecated bool
	// Type is the Go type that is written. Nil means a string.
	Type reflect.Type
	Tag  reflect.StructTag
	// Example is a value of Type; nil for none.
	Example any
}
