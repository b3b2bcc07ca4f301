package openapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/mortise-go/mortise/internal/negotiate"
)

// edition is a document as it was built, and the ways in which it is written. Each is written when somebody first asks
// for it.
type edition struct {
	err     error
	formats map[Format]*written
}

// written is a document in one format, and how it is served.
type written struct {
	body   func() ([]byte, error)
	served func() (*representations, error)
}

// representations are what clients get, ready to be sent.
type representations struct {
	contentType    []string
	plain, gzipped variant
}

// variant is one representation with the values of its headers. Header maps of answers share these slices,
// so that nothing is allocated for them.
type variant struct {
	body     []byte
	etag     string
	tags     []string
	length   []string
	encoding []string
}

var (
	jsonType  = []string{"application/json"}
	yamlType  = []string{"application/yaml"}
	noCache   = []string{"no-cache"}
	nosniff   = []string{"nosniff"}
	varyCoded = []string{"Accept-Encoding"}
)

// edition returns what was built since the last change. The first to ask builds; others wait for it.
func (d *Document) edition() *edition {
	if e := d.built.Load(); e != nil {
		return e
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.built.Load(); e != nil {
		return e
	}
	write, err := d.build()
	e := newEdition(write, d.mainVersion(), err)
	d.built.Store(e)
	return e
}

// newEdition prepares every format that can be asked for.
func newEdition(write func() ([]byte, error), version Version, err error) *edition {
	e := &edition{err: err, formats: map[Format]*written{}}
	for _, v := range []Version{Version30, Version31, Version32} {
		for _, yaml := range []bool{false, true} {
			f := Format{Version: v, YAML: yaml}
			e.formats[f] = newWritten(write, version, f)
		}
	}
	for _, yaml := range []bool{false, true} {
		e.formats[Format{YAML: yaml}] = e.formats[Format{Version: version, YAML: yaml}]
	}
	return e
}

func newWritten(write func() ([]byte, error), version Version, f Format) *written {
	e := &written{}
	e.body = sync.OnceValues(func() ([]byte, error) {
		document, err := write()
		if err != nil {
			return nil, err
		}
		return convert(document, version, f)
	})
	e.served = sync.OnceValues(func() (*representations, error) {
		body, err := e.body()
		if err != nil {
			return nil, err
		}
		return represent(body, f.contentType()), nil
	})
	return e
}

// in returns the document in a format.
func (e *edition) in(f Format) (*written, error) {
	if e.err != nil {
		return nil, e.err
	}
	if found := e.formats[f]; found != nil {
		return found, nil
	}
	return nil, fmt.Errorf("%q: %w", f.Version, errVersion)
}

func represent(body []byte, contentType []string) *representations {
	sum := sha256.Sum256(body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:16])
	return &representations{
		contentType: contentType,
		plain:       newVariant(body, `"`+tag+`"`, ""),
		gzipped:     newVariant(compress(body), `"`+tag+`-gzip"`, "gzip"),
	}
}

func newVariant(body []byte, etag, encoding string) variant {
	v := variant{body: body, etag: etag, tags: []string{etag}, length: []string{strconv.Itoa(len(body))}}
	if encoding != "" {
		v.encoding = []string{encoding}
	}
	return v
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	_, _ = w.Write(body)                                  // a bytes.Buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

const unavailable = `{"type":"about:blank","title":"Internal Server Error","status":500,` +
	`"detail":"the document of this API could not be built","code":"internal-error"}` + "\n"

func (d *Document) serve(w http.ResponseWriter, r *http.Request, f Format) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	served, err := d.represented(f)
	if err != nil {
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, unavailable)
		return
	}
	served.serve(w, r)
}

func (d *Document) represented(f Format) (*representations, error) {
	e, err := d.edition().in(f)
	if err != nil {
		return nil, err
	}
	return e.served()
}

func (p *representations) serve(w http.ResponseWriter, r *http.Request) {
	v := &p.plain
	if negotiate.AcceptsGzip(r.Header["Accept-Encoding"]) {
		v = &p.gzipped
	}
	h := w.Header()
	h["Etag"] = v.tags
	if h["Vary"] == nil {
		h["Vary"] = varyCoded
	} else { // a middleware's, such as Origin
		h.Add("Vary", varyCoded[0])
	}
	h["Cache-Control"] = noCache
	h["X-Content-Type-Options"] = nosniff
	if negotiate.Unchanged(r.Header["If-None-Match"], p.plain.etag, p.gzipped.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Type"] = p.contentType
	h["Content-Length"] = v.length
	if v.encoding != nil {
		h["Content-Encoding"] = v.encoding
	}
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(v.body) // the client may be gone
}
