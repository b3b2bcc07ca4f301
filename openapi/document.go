package openapi

import (
	"cmp"
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
	tagGroups  []TagGroup
	docs       *ExternalDocs
	operations []*Operation
	webhooks   []Webhook
	extensions map[string]any
	version    Version
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

// AddTagGroup puts tags under headings, in the order of the headings. Tags that are in no group come under "Other".
func (d *Document) AddTagGroup(groups ...TagGroup) {
	d.change(func() { d.tagGroups = append(d.tagGroups, groups...) })
}

// AddWebhook adds requests that the API sends by itself.
func (d *Document) AddWebhook(webhooks ...Webhook) {
	d.change(func() { d.webhooks = append(d.webhooks, webhooks...) })
}

// SetExtension adds a member such as "x-logo" to the document, or replaces it. The name begins with "x-".
func (d *Document) SetExtension(name string, value any) {
	d.change(func() {
		d.extensions = withExtension(d.extensions, name, value)
		d.extensions[name] = value
	})
}

// SetVersion chooses the version in which the document is built: [Version31], the default, or [Version32].
// The other versions are derived from it.
func (d *Document) SetVersion(v Version) {
	d.change(func() { d.version = v })
}

func (d *Document) mainVersion() Version { return cmp.Or(d.version, Version31) }

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

// JSON returns the document in its version, as JSON. It fails as [Document.Check] does.
// The result is shared and must not be changed.
func (d *Document) JSON() ([]byte, error) { return d.Encode(Format{}) }

// Encode returns the document in a format. It fails as [Document.Check] does, and for a version that there is not.
// The result is shared and must not be changed.
func (d *Document) Encode(f Format) ([]byte, error) {
	e, err := d.edition().in(f)
	if err != nil {
		return nil, err
	}
	return e.body()
}

// Handler serves the document in its version, as JSON; see [Document.HandlerFor].
func (d *Document) Handler() http.Handler { return d.HandlerFor(Format{}) }

// HandlerFor serves the document in a format: application/json or application/yaml, with a strong ETag, compressed for
// clients that take gzip. It is written when the first client asks for it. The handler answers GET and HEAD; while
// [Document.Encode] fails it answers 500, without the reasons.
func (d *Document) HandlerFor(f Format) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.serve(w, r, f) })
}
