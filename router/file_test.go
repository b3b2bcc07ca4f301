package router_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
)

func may(day int) time.Time { return time.Date(2026, 5, day, 12, 0, 0, 0, time.UTC) }

// closable is a file in memory that notes when it is closed.
type closable struct {
	*bytes.Reader
	journal *journal
}

func (c closable) Close() error { c.journal.note("close"); return nil }

func fileAPI(t testing.TB, j *journal) *mortise.API {
	api := mortise.New("Files", "1", quiet())
	mortise.Get(api, "/file", func(context.Context, none) (router.File, error) {
		return router.File{
			Content: closable{bytes.NewReader([]byte("0123456789")), j},
			Name:    "digits.txt", Modified: may(1), ETag: `"v1"`,
		}, nil
	})
	return built(t, api)
}

func TestFilesAreSentWholeOrInRanges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, line string
		fields     []string
		status     int
		body       string
		length     string
	}{
		{"all of it", "GET /file", nil, 200, "0123456789", "10"},
		{"its header", "HEAD /file", nil, 200, "", "10"},
		{"a range", "GET /file", []string{"Range: bytes=2-4"}, 206, "234", "3"},
		{"the header of a range", "HEAD /file", []string{"Range: bytes=2-4"}, 206, "", "3"},
		{"the end", "GET /file", []string{"Range: bytes=-2"}, 206, "89", "2"},
		{"a range behind the end", "GET /file", []string{"Range: bytes=10-"}, 416, "", ""},
		{"another unit", "GET /file", []string{"Range: lines=1-2"}, 416, "", ""},
		{"a range of the version that is there", "GET /file", []string{"Range: bytes=0-0", `If-Range: "v1"`}, 206, "0", "1"},
		{"a range of another version", "GET /file", []string{"Range: bytes=0-0", `If-Range: "v0"`}, 200, "0123456789", "10"},
		{"what the client has", "GET /file", []string{`If-None-Match: "v0", W/"v1"`}, 304, "", ""},
		{"what the client has, by its time", "GET /file", []string{"If-Modified-Since: Fri, 01 May 2026 12:00:00 GMT"}, 304, "", ""},
		{"what is newer", "GET /file", []string{"If-Modified-Since: Fri, 01 May 2026 11:59:59 GMT"}, 200, "0123456789", "10"},
		{"a version that is not there", "GET /file", []string{`If-Match: "v0"`}, 412, "", ""},
		{"what has not changed", "GET /file", []string{"If-Unmodified-Since: Fri, 01 May 2026 11:59:59 GMT"}, 412, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			j := new(journal)
			api := fileAPI(t, j)
			a := do(t, api, tt.line, "", tt.fields...).is(tt.status)
			j.expect(t, "close")
			if tt.status >= 400 {
				a.has("Content-Type", "application/problem+json").has("Content-Disposition", "")
				return
			}
			a.says(tt.body).has("Etag", `"v1"`).has("Content-Length", tt.length)
			if tt.status == 304 {
				a.has("Content-Type", "")
			} else {
				a.has("Content-Type", "text/plain; charset=utf-8").has("Accept-Ranges", "bytes").has("X-Content-Type-Options", "nosniff").
					has("Last-Modified", "Fri, 01 May 2026 12:00:00 GMT")
			}
		})
	}
	api := fileAPI(t, new(journal))
	do(t, api, "GET /file", "", "Range: bytes=10-").is(416).has("Content-Range", "bytes */10")
	a := do(t, api, "GET /file", "", "Range: bytes=0-1,8-9").is(206)
	if mediaType, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); mediaType != "multipart/byteranges" {
		t.Errorf("two ranges are %s", mediaType)
	}
}

func TestFilesOfAFileSystem(t *testing.T) { // A197
	t.Parallel()
	files := fstest.MapFS{"a/b.css": {Data: []byte("p {}"), ModTime: may(2)}, "x": {Data: []byte("<script>")}}
	api := mortise.New("Files", "1", quiet())
	mortise.Get(api, "/{path...}", func(_ context.Context, in struct {
		Path string `path:"path,opaque"`
	}) (router.File, error) {
		return router.OpenFile(files, in.Path)
	}, mortise.Public())
	mortise.Get(api, "/nothing", gives(router.File{}))
	mortise.Get(api, "/refused", func(context.Context, none) (router.File, error) { return router.OpenFile(locked{}, "x") })
	built(t, api)
	do(t, api, "GET /a/b.css", "").is(200).says("p {}").has("Content-Type", "text/css; charset=utf-8").has("Last-Modified", "Sat, 02 May 2026 12:00:00 GMT")
	do(t, api, "GET /x", "").is(200).has("Content-Type", "application/octet-stream") // and not what it looks like
	for _, path := range []string{"/a", "/nope", "/..%2fx", "/a%2f..%2f..%2fx", "/%2fx", "/nothing"} {
		do(t, api, "GET "+path, "").is(404).lacks("p {}").lacks("<script>")
	}
	do(t, api, "GET /refused", "").is(500)
}

// What lies outside of a directory is not reached from within it, by whatever a
// path is made of on any system.
func TestFilesOfADirectoryStayInIt(t *testing.T) { // A197
	t.Parallel()
	above := t.TempDir()
	inside := filepath.Join(above, "inside")
	for name, text := range map[string]string{"inside/a.css": "p {}", "outside": "secret"} {
		if err := errors.Join(os.MkdirAll(inside, 0o700), os.WriteFile(filepath.Join(above, name), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(above, "outside"), filepath.Join(inside, "link")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(inside)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	api := mortise.New("Files", "1", quiet())
	mortise.Get(api, "/files/{path...}", func(_ context.Context, in struct {
		Path string `path:"path,opaque"` // as bad as it can be
	}) (router.File, error) {
		return router.OpenFile(root.FS(), in.Path)
	})
	built(t, api)
	do(t, api, "GET /files/a.css", "").is(200).says("p {}")
	for _, path := range []string{
		"..%2foutside", "%2e%2e/outside", "%2e%2e%2foutside", "a.css/..%2f..%2foutside", ".%2f..%2foutside", "..%5coutside", `..\outside`, "%5c..%5coutside",
		"%2f" + strings.ReplaceAll(strings.TrimPrefix(above, "/"), "/", "%2f") + "%2foutside", "C:%5coutside", "C:outside", "%5c%5chost%5cshare", "NUL", "a.css::$DATA",
		"a.css%2f", "", ".", "..",
	} {
		if a := do(t, api, "GET /files/"+path, "").lacks("secret").lacks("p {}"); a.status != 404 && a.status != 307 {
			t.Errorf("%s: %d, want 404 or the clean path", path, a.status)
		}
	}
	do(t, api, "GET /files/link", "").lacks("secret")
}

type locked struct{}

func (locked) Open(string) (fs.File, error) { return nil, fs.ErrPermission }

func TestDownloadsAreNamedSafely(t *testing.T) { // A184
	t.Parallel()
	for name, want := range map[string]string{
		"report.pdf":                      `attachment; filename=report.pdf`,
		"my report.pdf":                   `attachment; filename="my report.pdf"`,
		"naïve €.txt":                     `attachment; filename="na_ve _.txt"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt`,
		"100%.txt":                        `attachment; filename=100_.txt; filename*=UTF-8''100%25.txt`,
		"a\"b;c.txt":                      `attachment; filename="a_b;c.txt"`,
		"../../etc/passwd":                `attachment; filename=passwd`,
		`..\..\boot.ini`:                  `attachment; filename=boot.ini`,
		"a\r\nX-Evil: 1.txt":              `attachment; filename="aX-Evil_ 1.txt"`,
		"gpj.\u202eexe":                   `attachment; filename=gpj.exe`,
		"":                                `attachment`,
		"..":                              `attachment`,
		"CON":                             `attachment; filename=_CON`,
		"lpt1.txt":                        `attachment; filename=_lpt1.txt`,
		"nul .tar.gz":                     `attachment; filename="_nul .tar.gz"`,
		"trailing. . ":                    `attachment; filename=trailing`,
		strings.Repeat("x", 300) + ".txt": `attachment; filename=` + strings.Repeat("x", 250) + ".txt",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := mortise.New("Named", "1")
			mortise.Get(api, "/", gives(router.File{Content: strings.NewReader("x"), Name: name, Attachment: true}))
			do(t, built(t, api), "GET /", "").is(200).has("Content-Disposition", want)
		})
	}
}

func TestAFileMayStandInAnEnvelope(t *testing.T) {
	t.Parallel()
	type envelope struct {
		Cache string      `header:"Cache-Control"`
		ETag  string      `header:"ETag"`
		File  router.File `body:"image/svg+xml"`
	}
	api := mortise.New("Envelope", "1")
	mortise.Get(api, "/", gives(envelope{"max-age=60", `"e"`, router.File{Content: strings.NewReader("<svg/>"), Name: "x.png"}}))
	built(t, api)
	do(t, api, "GET /", "").is(200).says("<svg/>").has("Content-Type", "image/svg+xml").has("Cache-Control", "max-age=60").has("Etag", `"e"`)
	do(t, api, "GET /", "", `If-None-Match: "e"`).is(304).says("").has("Etag", `"e"`)
}

// torn is a file that ends with an error.
type torn struct{ *strings.Reader }

func (f torn) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p[:min(len(p), 4)])
	if errors.Is(err, io.EOF) || f.Len() == 0 {
		err = errors.New("bad sector")
	}
	return n, err
}

func TestAFileThatCannotBeReadTruncatesTheAnswer(t *testing.T) {
	t.Parallel()
	book := new(logbook)
	api := mortise.New("Torn", "1", book.option())
	mortise.Get(api, "/", gives(router.File{Content: torn{strings.NewReader("12345678")}, ContentType: "text/plain"}))
	mortise.Get(api, "/etag", gives(router.File{Content: strings.NewReader("x"), ETag: "v1"}))
	w := httptest.NewRecorder()
	aborted(t, func() { built(t, api).ServeHTTP(w, newRequest("GET /", "")) })
	if lines := book.take(t); len(lines) != 1 || lines[0]["error"] != "bad sector" {
		t.Errorf("logged %v", lines)
	}
	do(t, api, "GET /etag", "").is(500)
}

func TestFilesAreDocumented(t *testing.T) {
	t.Parallel()
	operation := documented(t, fileAPI(t, new(journal)), "GET /file")
	for _, status := range []string{"200", "206", "304", "412", "416"} {
		if member(operation, "responses", status) == nil {
			t.Errorf("%s is not documented", status)
		}
	}
	binary := `{"application/octet-stream":{"schema":{"format":"binary","type":"string"}}}`
	for _, status := range []string{"200", "206"} {
		if got := text(member(operation, "responses", status, "content")); got != binary {
			t.Errorf("%s is documented as %s", status, got)
		}
	}
}

func TestFilesAreReadInPieces(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	api := mortise.New("Large", "1")
	mortise.Get(api, "/", func(context.Context, none) (router.File, error) {
		return router.File{Content: bytes.NewReader(data), Name: "x.bin"}, nil
	})
	answer := fetch(t.Context(), t, serves(t, api).URL, "Range: bytes=1048570-")
	got, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusPartialContent || string(got) != "abcdef" {
		t.Errorf("%d %q %v", answer.StatusCode, got, err)
	}
}

func FuzzFileName(f *testing.F) {
	f.Add("../a.txt")
	f.Add(`C:\CON.txt`)
	f.Add("a\x00\u202e\xff;\"%")
	f.Add(strings.Repeat("é", 200) + ".tar.gz")
	var current string // one call at a time
	api := mortise.New("Fuzzed", "1")
	mortise.Get(api, "/", func(context.Context, none) (router.File, error) {
		return router.File{Content: strings.NewReader("x"), Name: current, Attachment: true}, nil
	})
	built(f, api)
	f.Fuzz(func(t *testing.T, name string) {
		current = name
		value := do(t, api, "GET /", "").is(200).header.Get("Content-Disposition")
		kind, params, err := mime.ParseMediaType(value)
		if err != nil && strings.Count(value, "filename") == 2 { // mime refuses to see it in two forms
			plain, _, _ := strings.Cut(value, "; filename*")
			kind, params, err = mime.ParseMediaType(plain)
		}
		saved := params["filename"]
		if err != nil || kind != "attachment" || strings.ContainsAny(saved, "/\\\r\n\x00") || saved == ".." || len(saved) > 255 {
			t.Errorf("%q became %q: %q, %v", name, value, saved, err)
		}
	})
}

func TestAProblemOfAFileIsAProblem(t *testing.T) {
	t.Parallel()
	api := mortise.New("Missing", "1")
	mortise.Get(api, "/", func(context.Context, none) (router.File, error) { return router.File{}, problem.Gone("it was deleted") })
	do(t, built(t, api), "GET /", "").is(410).detail("it was deleted")
}
