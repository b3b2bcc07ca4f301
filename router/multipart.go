package router

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/mortise-go/mortise/problem"
)

// MultipartConfig limits forms of type multipart/form-data, beside [MaxBody], which
// limits them as a whole. The zero value of a field means its default.
type MultipartConfig struct {
	// Parts is how many parts a form may have; more are answered 400. The default
	// is 1000.
	Parts int
	// PartBytes is how long a single file may be; a longer one is answered 413.
	// The default is what MaxBody allows.
	PartBytes int64
	// FieldBytes is how long a text or a JSON part may be; a longer one is
	// answered 413. The default is 64 KiB.
	FieldBytes int64
	// Memory is how much of the files of one request is kept in memory; the rest
	// goes to temporary files. The default is 1 MiB.
	Memory int64
	// TempDir is where the temporary files are; the default is [os.TempDir].
	TempDir string
}

// Multipart limits forms with files. Fits anywhere; the innermost counts.
func Multipart(config MultipartConfig) Option {
	return &option{"Multipart", anywhere, func(s *settings) {
		if s.multipart = config; config.Parts < 0 || config.PartBytes < 0 || config.FieldBytes < 0 || config.Memory < 0 {
			s.wrong = errors.New("a negative limit; give positive ones, or 0 for the default")
		}
	}}
}

func (c MultipartConfig) withDefaults(maxBody int64) MultipartConfig {
	c.Parts = orDefault(c.Parts, 1000)
	c.PartBytes = orDefault(c.PartBytes, maxBody)
	c.FieldBytes = orDefault(c.FieldBytes, 64<<10)
	c.Memory = orDefault(c.Memory, 1<<20)
	return c
}

const typeMultipart = "multipart/form-data"

// headerRoom bounds the header of a part, and what stands before the first one.
// It includes what is read ahead.
const headerRoom = 32 << 10

// A multipartReader takes a form apart, RFC 7578.
type multipartReader struct {
	MultipartConfig
	body  *bodyReader
	meter *meter
	form  *multipart.Reader
	count int
}

// openMultipart reads nothing yet.
func (s *session) openMultipart() (*multipartReader, error) {
	fits := func(mediaType string) bool { return mediaType == typeMultipart }
	if err := checkContentType(s.r.Header, fits, typeMultipart); err != nil {
		return nil, err
	}
	// RFC 2046 section 5.1.1: a boundary has 1 to 70 characters.
	_, params, _ := mime.ParseMediaType(s.r.Header.Get("Content-Type"))
	if boundary := params["boundary"]; boundary == "" || len(boundary) > 70 {
		return nil, problem.BadRequest("the Content-Type has no boundary of 1 to 70 characters")
	}
	body, err := s.openBody()
	if err != nil {
		return nil, err
	}
	m := &meter{of: body}
	return &multipartReader{
		MultipartConfig: s.route.settings.multipart.withDefaults(s.route.settings.maxBody),
		body:            body,
		meter:           m,
		form:            multipart.NewReader(m, params["boundary"]),
	}, nil
}

// next is the next part, and io.EOF behind the last.
func (m *multipartReader) next() (*Part, error) {
	m.meter.limit(headerRoom)
	raw, err := m.form.NextRawPart()
	m.meter.lift()
	if err == io.EOF { // a wrapped EOF is a form that broke off
		return nil, io.EOF
	}
	if err != nil {
		return nil, m.unreadable(err)
	}
	if m.count++; m.count > m.Parts {
		return nil, problem.BadRequest(fmt.Sprintf("the form has more than %d parts", m.Parts))
	}
	return m.part(raw)
}

// unreadable tells why a form cannot be read any further.
func (m *multipartReader) unreadable(err error) error {
	if failure := m.body.failure(); failure != nil {
		return failure
	}
	if errors.Is(err, errHeaderRoom) {
		return problem.BadRequest("the header of a part is too large")
	}
	return problem.BadRequest("the form is malformed").Because(err)
}

// part looks at the header of a part, RFC 7578 section 4.
func (m *multipartReader) part(raw *multipart.Part) (*Part, error) {
	disposition, params, err := mime.ParseMediaType(raw.Header.Get("Content-Disposition"))
	name, named := params["name"]
	if err != nil || disposition != "form-data" || !named || len(raw.Header["Content-Disposition"]) > 1 {
		return nil, problem.BadRequest("a part of the form has no Content-Disposition: form-data with a name")
	}
	// Section 4.7: Content-Transfer-Encoding is deprecated, and these change nothing.
	switch strings.ToLower(raw.Header.Get("Content-Transfer-Encoding")) {
	case "", "binary", "8bit", "7bit":
	default:
		return nil, problem.BadRequest("a part of the form has a Content-Transfer-Encoding")
	}
	file, isFile := params["filename"]
	if !isFile && hasParts(raw.Header.Get("Content-Type")) {
		return nil, problem.BadRequest("a part of the form has parts of its own; files of one name come one by one")
	}
	p := &Part{Name: name, File: isFile, FileName: safeFileName(file), form: m, raw: raw, unnamed: file == ""}
	if p.ContentType, _, err = mime.ParseMediaType(raw.Header.Get("Content-Type")); err != nil || !isMediaType(p.ContentType) {
		p.ContentType = ""
	}
	return p, nil
}

// hasParts recognises a form within the form, in which files of one name once came,
// RFC 7578 section 4.3. It is taken apart by some and a text to others. A file may be
// of such a type, a saved page for one.
func hasParts(contentType string) bool {
	const kind = "multipart/"
	return len(contentType) >= len(kind) && strings.EqualFold(contentType[:len(kind)], kind)
}

// A meter bounds what is read of a body until it is lifted.
type meter struct {
	of      io.Reader
	limited bool
	left    int
}

var errHeaderRoom = errors.New("the header of a part is too large")

func (m *meter) limit(bytes int) { m.limited, m.left = true, bytes }
func (m *meter) lift()           { m.limited = false }

func (m *meter) Read(p []byte) (int, error) {
	if !m.limited {
		return m.of.Read(p)
	}
	if m.left <= 0 {
		return 0, errHeaderRoom
	}
	n, err := m.of.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}
