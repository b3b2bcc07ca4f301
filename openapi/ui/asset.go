package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/swaggest/swgui/v5/static"

	"github.com/mortise-go/mortise/internal/negotiate"
)

//go:embed static
var own embed.FS

// asset is a file as it is served, in both codings.
type asset struct {
	contentType string
	etag        string
	gzipped     []byte
	plain       func() []byte // inflated when the first client asks for it
}

// catalogue is all files by the last element of their address, and the version that is part of the address.
type catalogue struct {
	version string
	files   map[string]*asset
}

// load reads the files, once for the program.
var load = sync.OnceValue(func() catalogue {
	c := catalogue{files: map[string]*asset{
		"swagger-ui-bundle.js": vendored("swagger-ui-bundle.js.gz", "text/javascript; charset=utf-8"),
		"swagger-ui.css":       vendored("swagger-ui.css.gz", "text/css; charset=utf-8"),
		"favicon.png":          image("favicon-32x32.png"),
		"start.js":             ours("start.js", "text/javascript; charset=utf-8"),
		"style.css":            ours("style.css", "text/css; charset=utf-8"),
		"oauth2-redirect.js":   ours("oauth2-redirect.js", "text/javascript; charset=utf-8"),
	}}
	sum := sha256.New()
	for _, name := range []string{"swagger-ui-bundle.js", "swagger-ui.css", "favicon.png", "start.js", "style.css", "oauth2-redirect.js"} {
		_, _ = io.WriteString(sum, c.files[name].etag)
	}
	c.version = "v" + hex.EncodeToString(sum.Sum(nil)[:versionBytes])
	return c
})

const versionBytes = 6

func isVersion(dir string) bool {
	digits, is := strings.CutPrefix(dir, "v")
	sum, err := hex.DecodeString(digits)
	return is && err == nil && len(sum) == versionBytes
}

// read returns a file that the program was built with.
func read(files embed.FS, name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(fmt.Sprintf("ui: the program was built without %s", name))
	}
	return b
}

func vendored(name, contentType string) *asset {
	gzipped := read(static.FS, name)
	return &asset{
		contentType: contentType, etag: tag(gzipped), gzipped: gzipped,
		plain: sync.OnceValue(func() []byte { return inflate(gzipped) }),
	}
}

func ours(name, contentType string) *asset {
	plain := read(own, "static/"+name)
	return &asset{contentType: contentType, etag: tag(plain), gzipped: deflate(plain), plain: func() []byte { return plain }}
}

// image is compressed already.
func image(name string) *asset {
	plain := read(static.FS, name)
	return &asset{contentType: "image/png", etag: tag(plain), plain: func() []byte { return plain }}
}

func tag(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func inflate(b []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		panic("ui: a file in the program is not gzip")
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		panic("ui: a file in the program is damaged")
	}
	return plain
}

func deflate(b []byte) []byte {
	var buf bytes.Buffer
	w, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression) // the level is valid
	_, _ = w.Write(b)                                       // a bytes.Buffer takes everything
	_ = w.Close()
	return buf.Bytes()
}

// serve answers with the asset. One that was asked for by its version never changes.
func (a *asset) serve(w http.ResponseWriter, r *http.Request, versioned bool) {
	h := w.Header()
	body, etag := a.plain, `"`+a.etag+`"`
	if a.gzipped != nil {
		h.Add("Vary", "Accept-Encoding") // beside what a middleware has set
		if negotiate.AcceptsGzip(r.Header.Values("Accept-Encoding")) {
			body, etag = func() []byte { return a.gzipped }, `"`+a.etag+`-gzip"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Cache-Control", "no-cache")
	if versioned {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	send(w, r, a.contentType, etag, body())
}

// send answers with a body, or with 304 if the client has it.
func send(w http.ResponseWriter, r *http.Request, contentType, etag string, body []byte) {
	h := w.Header()
	h.Set("Etag", etag)
	if negotiate.Unchanged(r.Header.Values("If-None-Match"), etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client may be gone
	}
}
