package openapi

import (
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/go-playground/validator/v10"
)

// Document is an OpenAPI document in the making: what an API is, and its operations.
//
// All methods may be called concurrently. The document is built on first use and kept until something is added.
type Document struct {
	mu         sync.Mutex
	info       Info
	servers    []Server
	tags       []Tag
	docs       *ExternalDocs
	operations []*Operation
	validator  *validator.Validate
	types      typeSettings
	built      atomic.Pointer[edition]
}

// New returns a document without operations.
func New(info Info) *Document {
	return &Document{info: info}
}

// Add adds operations in the order in which they shall appear. Mistakes are kept for [Document.Check].
func (d *Document) Add(operations ...*Operation) {
	d.change(func() { d.operations = append(d.operations, operations...) })
}

// AddServer adds addresses at which the API can be reached.
func (d *Document) AddServer(servers ...Server) {
	d.change(func() { d.servers = append(d.servers, servers...) })
}

// AddTag adds descriptions of tags, in the order in which the groups shall appear.
// Tags that only operations name come after them.
func (d *Document) AddTag(tags ...Tag) {
	d.change(func() { d.tags = append(d.tags, tags...) })
}

// SetDocs points to a page about the whole API.
func (d *Document) SetDocs(docs ExternalDocs) {
	d.change(func() { d.docs = &docs })
}

// SetValidator names the validator whose rules and aliases the validate tags use.
// Nil, the default, means the rules of the validator package.
func (d *Document) SetValidator(v *validator.Validate) {
	d.change(func() { d.validator = v })
}

func (d *Document) change(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
	d.built.Store(nil)
}

// Check reports everything that is wrong with the document, joined, in the order of the operations:
// two operations on one method and path, schemes or parameters that contradict each other,
// types that JSON cannot carry, tags that cannot be read.
func (d *Document) Check() error {
	return d.edition().err
}

// JSON returns the document as OpenAPI 3.1. It fails as [Document.Check] does.
// The result is shared and must not be changed.
func (d *Document) JSON() ([]byte, error) {
	e := d.edition()
	if e.err != nil {
		return nil, e.err
	}
	return e.json()
}

// Handler serves the document: application/json, with a strong ETag, compressed for clients that take gzip.
// It answers GET and HEAD; while [Document.Check] fails it answers 500, without the reasons.
func (d *Document) Handler() http.Handler {
	return http.HandlerFunc(d.serve)
}
