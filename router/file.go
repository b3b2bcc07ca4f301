package router

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"time"

	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/problem"
)

// A File is an output with a length, which is sent whole or in ranges: to GET and
// HEAD as RFC 9110 sections 13 and 14 have it, with 206, 304, 412 and 416, by means
// of [http.ServeContent].
//
//	func report(ctx context.Context, in struct{ Name string `path:"name"` }) (router.File, error) {
//		return router.OpenFile(reports, in.Name)
//	}
//
// A File without Content is answered 404.
type File struct {
	// Content is the file. It is closed if it is an io.Closer.
	Content io.ReadSeeker
	// Name is for the media type, where nothing else says it, and for saving.
	Name string
	// ContentType is the media type; if it is empty, it is that of [ContentType],
	// or the one that the system knows for the extension of the name, or
	// application/octet-stream. The content is never asked.
	ContentType string
	// Modified is the Last-Modified; zero for none.
	Modified time.Time
	// ETag is the entity tag, with its quotes, such as `"v1"` or `W/"v1"`; empty
	// for none.
	ETag string
	// Attachment asks browsers to save the file under its name, RFC 6266. Set it
	// for whatever users have uploaded, so that it is not run as a page of this
	// site.
	Attachment bool
}

// OpenFile opens a file of a file system, with its name and time. A name that is
// not valid ([fs.ValidPath]), does not exist or is a directory is a 404. Use an
// [os.Root] for directories whose links are not trusted.
func OpenFile(files fs.FS, name string) (File, error) {
	f, err := files.Open(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return File{}, problem.NotFound("there is no such file")
	}
	if err != nil {
		return File{}, err
	}
	file, err := fileOf(f)
	if err != nil {
		return File{}, alsoClosed(err, f.Close())
	}
	return file, nil
}

func fileOf(f fs.File) (File, error) {
	info, err := f.Stat()
	if err != nil {
		return File{}, err
	}
	if info.IsDir() {
		return File{}, problem.NotFound("there is no such file")
	}
	content, ok := f.(io.ReadSeeker)
	if !ok {
		return File{}, fmt.Errorf("a %T cannot seek, so that it cannot be sent in ranges; return it as an io.Reader", f)
	}
	return File{Content: content, Name: info.Name(), Modified: info.ModTime()}, nil
}

func (*File) defaultType() string { return typeBytes }

func (f *File) close() error {
	if c, ok := f.Content.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

func (f *File) describe(op *openapi.Operation, success *openapi.Response) {
	success.Type = readerType
	success.Headers = append(success.Headers,
		openapi.ResponseHeader{Name: "Accept-Ranges", Description: "The unit of ranges."},
		openapi.ResponseHeader{Name: "Last-Modified", Description: "When the file was changed."},
		openapi.ResponseHeader{Name: "ETag", Description: "The version of the file."})
	for _, name := range [...]string{"Range", "If-Range"} {
		op.AddParameter(openapi.Parameter{Name: name, In: "header", Description: "Asks for a part of the file, RFC 9110 section 14."})
	}
	describeConditions(op)
	op.AddResponse(
		openapi.Response{
			Status: http.StatusPartialContent, Type: readerType, ContentType: success.ContentType,
			Headers: []openapi.ResponseHeader{{Name: "Content-Range", Description: "Which part this is."}},
		},
		openapi.Response{Status: http.StatusNotModified},
		openapi.Response{Status: http.StatusPreconditionFailed},
		openapi.Response{
			Status:  http.StatusRequestedRangeNotSatisfiable,
			Headers: []openapi.ResponseHeader{{Name: "Content-Range", Description: "How long the file is."}},
		})
}

func (f *File) send(t *transmission) error {
	if f.Content == nil {
		return problem.NotFound("there is no such file")
	}
	if f.ETag != "" && !isETag(f.ETag) {
		return errors.New("the ETag of a File is not in quotes, as RFC 9110 section 8.8.3 wants it")
	}
	s := t.session
	h := t.header()
	for name, lines := range s.staged {
		h[name] = append(h[name], lines...)
	}
	s.staged = nil
	if h["Content-Type"] == nil {
		h["Content-Type"] = []string{f.mediaType(s.route.answer.mediaType)}
	}
	if f.ETag != "" {
		h.Set("ETag", f.ETag)
	}
	if f.Attachment {
		h.Set("Content-Disposition", disposition("attachment", f.Name))
	}
	if h["X-Content-Type-Options"] == nil {
		h["X-Content-Type-Options"] = []string{"nosniff"}
	}
	source := &watched{ReadSeeker: f.Content}
	w := &fileWriter{t: t}
	http.ServeContent(w, s.r, "", f.Modified, source)
	return cmp.Or(w.refusal(), source.err, w.err)
}

func (f *File) mediaType(declared string) string {
	return cmp.Or(f.ContentType, declared, mime.TypeByExtension(path.Ext(f.Name)), typeBytes)
}

// watched remembers why a file could not be read, which ServeContent passes over.
type watched struct {
	io.ReadSeeker
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadSeeker.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

func (w *watched) Seek(offset int64, whence int) (int64, error) {
	n, err := w.ReadSeeker.Seek(offset, whence)
	if err != nil {
		w.err = err
	}
	return n, err
}

// A fileWriter takes what ServeContent sends. Refusals become problems.
type fileWriter struct {
	t       *transmission
	refused int
	length  string // the Content-Range of a refusal
	err     error
}

func (w *fileWriter) Header() http.Header { return w.t.header() }

func (w *fileWriter) WriteHeader(status int) {
	if status >= http.StatusBadRequest {
		w.refused, w.length = status, w.Header().Get("Content-Range")
		return
	}
	w.t.session.status = cmp.Or(w.success(status), status)
	w.t.commit()
}

// success is the route's own status in place of 200.
func (w *fileWriter) success(status int) int {
	if status == http.StatusOK {
		return w.t.session.status
	}
	return 0
}

func (w *fileWriter) Write(p []byte) (int, error) {
	if w.refused != 0 {
		return len(p), nil
	}
	n, err := w.t.Write(p)
	w.err = cmp.Or(w.err, err)
	return n, err
}

func (w *fileWriter) refusal() error {
	switch w.refused {
	case 0:
		return nil
	case http.StatusPreconditionFailed:
		return errPrecondition()
	case http.StatusRequestedRangeNotSatisfiable:
		refusal := problem.New(w.refused, "", "the file has no such range")
		if w.length != "" {
			refusal = refusal.WithHeader("Content-Range", w.length)
		}
		return refusal
	}
	return errors.New("the file could not be sent")
}
