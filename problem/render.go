package problem

// Renderer gives problems their shape on the wire. An implementation
//
//   - is safe for concurrent use, and changes nothing in the problem;
//   - renders a problem without detail, code or title as well;
//   - has one schema for each status, so that the document can tell the truth.
type Renderer interface {
	// ContentType returns the media type of every body.
	ContentType() string

	// Body returns the value that is encoded as JSON for p. It is best a
	// pointer.
	Body(p *Problem) any

	// Schema returns the zero value of the type that describes the bodies of
	// problems with this status.
	Schema(status int) any
}

// RFC9457 is the default [Renderer]: application/problem+json.
type RFC9457 struct{}

// ContentType returns application/problem+json.
func (RFC9457) ContentType() string { return "application/problem+json" }

// Body returns p itself.
func (RFC9457) Body(p *Problem) any { return p }

// Schema returns the members that every problem may have.
func (RFC9457) Schema(int) any { return problemDetails{} }

// problemDetails are the members of RFC 9457 §3.1 and those that this package
// adds.
type problemDetails struct {
	Type     string    `json:"type,omitempty"`
	Title    string    `json:"title"`
	Status   int       `json:"status"`
	Detail   string    `json:"detail,omitempty"`
	Instance string    `json:"instance,omitempty"`
	Code     string    `json:"code"`
	Errors   []Invalid `json:"errors,omitempty"`
}

// reserved reports whether name is a member that Problem has a field for.
func reserved(name string) bool {
	switch name {
	case "type", "title", "status", "detail", "instance", "code", "errors":
		return true
	}
	return false
}
