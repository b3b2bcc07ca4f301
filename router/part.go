package router

import (
	"fmt"
	"io"
	"mime/multipart"
	"reflect"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/bind"
)

// Parts are the parts of a form of type multipart/form-data in the order in which
// they come, for handlers that keep none of them: a field tagged body:"multipart".
// It is an iter.Seq2[*Part, error] by another name.
//
//	for part, err := range in.Parts {
//		if err != nil {
//			return none, err // 400, 413
//		}
//		_, err = io.Copy(store(part.FileName), part)
//		…
//	}
//
// The form is read while it is ranged over, once. A part serves until the next one
// is asked for. The limits of [Multipart] and [MaxBody] hold.
type Parts func(yield func(*Part, error) bool)

// A Part is one field of a form, which is read as it comes in.
type Part struct {
	// Name is the name of the field.
	Name string
	// File tells whether the part has a file name, so that it is a file.
	File bool
	// FileName is a safe form of the name that the client gave the file: without
	// directories, control characters and what file systems reserve. It may be
	// empty, and it is not unique.
	FileName string
	// ContentType is what the client says, without parameters; empty for nothing.
	ContentType string

	form    *multipartReader
	raw     *multipart.Part
	unnamed bool // a browser's empty field for a file
	read    int64
	failed  error
}

// Read reads the content. Its errors are answers: 413 over a limit, 400 for a form
// that broke off. It implements io.Reader.
func (p *Part) Read(b []byte) (int, error) {
	if p.failed != nil {
		return 0, p.failed
	}
	n, err := p.raw.Read(b)
	p.read += int64(n)
	limit := p.form.FieldBytes
	if p.File {
		limit = p.form.PartBytes
	}
	switch {
	case p.read > limit:
		n, err = 0, tooMuch(p.form.body.w, p.form.body.r, "a part of the form", limit)
	case err != nil && err != io.EOF: //nolint:errorlint // a wrapped EOF is a form that broke off
		err = p.form.unreadable(err)
	}
	p.failed = err
	return n, err
}

// drain reads what nobody has read, within the limits.
func (p *Part) drain() error {
	_, err := io.Copy(io.Discard, p)
	return err
}

func (m *multipartReader) all(yield func(*Part, error) bool) {
	for {
		part, err := m.next()
		if err == io.EOF { //nolint:errorlint // an answer may wrap one
			return
		}
		if err != nil {
			yield(nil, err)
			return
		}
		if !yield(part, nil) {
			return
		}
		if err := part.drain(); err != nil {
			yield(nil, err)
			return
		}
	}
}

// parts compiles a field tagged body:"multipart".
func (s *source) parts(f di.Field) (di.Input, error) {
	if f.Type != reflect.TypeFor[Parts]() {
		return nil, fmt.Errorf("field %s has body:\"multipart\" and the type %v\n    use router.Parts, or fields with tags such as form:\"name\" and the type router.Upload", fieldName(f), f.Type)
	}
	return &partsInput{fieldName(f), f.Tag}, nil
}

// partsInput is a field that takes a form part by part.
type partsInput struct {
	field string
	tag   reflect.StructTag
}

// Late keeps the body unread until all guards have passed.
func (*partsInput) Late() {}

func (*partsInput) Binder(of, ptr any) di.Binder { return &partsBinder{of.(*session), ptr.(*Parts)} }

type partsBinder struct {
	session *session
	to      *Parts
}

func (b *partsBinder) Bind() error {
	m, err := b.session.openMultipart()
	if err != nil {
		return err
	}
	*b.to = m.all
	return nil
}

// formMistake is what is wrong with one field of a form.
func formMistake(name, code, detail string, malformed bool) *bind.Error {
	return &bind.Error{Place: bind.Form, Name: name, Code: code, Detail: detail, Malformed: malformed}
}

// nothingSent answers a form without a body like one without fields.
func (s *session) nothingSent() bool {
	return s.r.ContentLength == 0 && s.r.Header["Content-Type"] == nil
}
