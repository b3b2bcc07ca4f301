package problem

import (
	"bytes"
	"maps"

	"github.com/mortise-go/mortise/internal/codec"
)

// MarshalJSON returns the problem details object, extension members behind the
// standard ones and in the order of their names. Title, status and code are
// always there. It fails when an extension cannot be encoded.
func (p Problem) MarshalJSON() ([]byte, error) {
	buf := codec.GetBuffer()
	defer buf.Free()
	if err := p.write(buf); err != nil {
		return nil, err
	}
	return bytes.Clone(buf.Bytes()), nil
}

// write appends the object to buf.
func (p *Problem) write(buf *codec.Buffer) error {
	err := codec.Write(buf, &problemDetails{
		Type: p.Type, Title: p.title(), Status: p.StatusCode(), Detail: p.Detail,
		Instance: p.Instance, Code: p.code(), Errors: p.Errors,
	})
	if err != nil {
		return err
	}
	extensions := p.extensions()
	if len(extensions) == 0 {
		return nil
	}
	// Two objects become one: the brace that ends the first and the one that
	// begins the second make room for a comma.
	end := buf.Len() - 1
	if err := codec.Write(buf, &extensions); err != nil {
		return err
	}
	b := buf.Bytes()
	b[end] = ','
	copy(b[end+1:], b[end+2:])
	buf.Truncate(len(b) - 1)
	return nil
}

// extensions returns Extensions without the names of standard members.
func (p *Problem) extensions() map[string]any {
	for name := range p.Extensions {
		if reserved(name) {
			c := maps.Clone(p.Extensions)
			maps.DeleteFunc(c, func(name string, _ any) bool { return reserved(name) })
			return c
		}
	}
	return p.Extensions
}

// UnmarshalJSON reads a problem details object, as a client or a test does:
// members without a field of their own become Extensions.
func (p *Problem) UnmarshalJSON(data []byte) error {
	var d problemDetails
	if err := codec.Decode(data, &d, codec.Options{}); err != nil {
		return err
	}
	extensions := map[string]any{}
	if err := codec.Decode(data, &extensions, codec.Options{}); err != nil {
		return err
	}
	maps.DeleteFunc(extensions, func(name string, _ any) bool { return reserved(name) })
	if len(extensions) == 0 {
		extensions = nil
	}
	*p = Problem{
		Type: d.Type, Title: d.Title, Status: d.Status, Detail: d.Detail,
		Instance: d.Instance, Code: d.Code, Errors: d.Errors, Extensions: extensions,
	}
	return nil
}
