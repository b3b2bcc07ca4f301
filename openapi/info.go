package openapi

// Info says what an API is. Title and Version are required by the specification.
type Info struct {
	// Title is the name of the API.
	Title string
	// Version is the version of the API itself, not of the specification, such as "1.4.0".
	Version string
	// Summary is one line about the API.
	Summary string
	// Description may be long and use CommonMark.
	Description string
	// TermsOfService is a URL.
	TermsOfService string
	// Contact names who to ask; nil for nobody.
	Contact *Contact
	// License says under which terms the API is offered; nil for none.
	License *License
}

// Contact names the people behind an API.
type Contact struct {
	Name  string
	URL   string
	Email string
}

// License names the terms of an API. Name is required; give Identifier or URL, not both.
type License struct {
	Name string
	// Identifier is an SPDX expression, such as "MIT".
	Identifier string
	URL        string
}

// Server is an address at which the API can be reached.
// A document without servers is served from where it is found.
type Server struct {
	// URL may be relative to the document and may hold {variables}.
	URL         string
	Description string
	// Variables gives every {variable} of the URL a value.
	Variables map[string]ServerVariable
}

// ServerVariable is a placeholder in the URL of a [Server].
type ServerVariable struct {
	// Default is the value used when nobody chooses another; required.
	Default     string
	Enum        []string
	Description string
}

// ExternalDocs points to a page outside the document.
type ExternalDocs struct {
	URL         string
	Description string
}
