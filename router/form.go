package router

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/bind"
	"github.com/mortise-go/mortise/internal/codec"
)

// A form is what has been read of a form that has more than texts.
type form struct {
	parts map[string]*received
	room  int64    // for files in memory
	temp  []string // the temporary files
	odd   []*bind.Error
}

// received is what came under one name.
type received struct {
	files []Upload
	text  bool     // a text, where a file was expected
	json  [][]byte // the texts of JSON parts
}

func (f *form) named(name string) *received {
	if f == nil || f.parts[name] == nil {
		return &received{}
	}
	return f.parts[name]
}

func (f *form) add(name string) *received {
	r := f.parts[name]
	if r == nil {
		r = &received{}
		f.parts[name] = r
	}
	return r
}

// loadForm reads a form once for all its fields.
func (s *session) loadForm() error {
	if !s.formRead {
		s.formRead = true
		s.formErr = s.readForm()
	}
	return s.formErr
}

func (s *session) readForm() error {
	if s.route.source.multipart {
		return s.readMultipart()
	}
	buf := codec.GetBuffer()
	defer buf.Free()
	if err := s.readBody(buf); err != nil {
		return err
	}
	if buf.Len() == 0 {
		return nil
	}
	if err := checkContentType(s.r.Header, isForm, typeForm); err != nil {
		return err
	}
	if err := s.params.LoadForm(buf.Bytes()); err != nil {
		return err
	}
	return nil
}

const typeForm = "application/x-www-form-urlencoded"

func isForm(mediaType string) bool { return mediaType == typeForm }

// readMultipart reads a form part by part: texts for the parameters, files and
// JSON for the fields that are waiting for them.
func (s *session) readMultipart() error {
	if s.nothingSent() {
		return nil
	}
	m, err := s.openMultipart()
	if err != nil {
		return err
	}
	s.form = &form{parts: map[string]*received{}, room: m.Memory}
	for part, err := range m.all {
		if err == nil {
			err = s.readPart(part)
		}
		if err != nil {
			return err
		}
	}
	return joinedMistakes(s.form.odd)
}

// joinedMistakes chains mistakes into one error.
func joinedMistakes(list []*bind.Error) error {
	if len(list) == 0 {
		return nil
	}
	for i, e := range list[:len(list)-1] {
		e.Next = list[i+1]
	}
	return list[0]
}

func (s *session) readPart(p *Part) error {
	switch s.route.source.fields[p.Name] {
	case fileField:
		return s.readFile(p)
	case jsonField:
		text, err := io.ReadAll(p)
		if p.ContentType != "" && !isJSON(p.ContentType) {
			s.form.odd = append(s.form.odd, formMistake(p.Name, bind.CodeType, "must be "+typeJSON, false))
		}
		got := s.form.add(p.Name)
		got.json = append(got.json, text)
		return err
	}
	if p.File && s.route.source.fields[p.Name] == textField {
		s.form.odd = append(s.form.odd, formMistake(p.Name, bind.CodeType, "expected a text, got a file", false))
		return p.drain()
	}
	return s.readText(p)
}

func (s *session) readFile(p *Part) error {
	got := s.form.add(p.Name)
	if !p.File {
		got.text = true
		return p.drain()
	}
	u, err := p.keep(&s.form.room)
	if u.path != "" {
		s.form.temp = append(s.form.temp, u.path)
	}
	if err != nil || p.unnamed && u.Size == 0 { // what browsers send where no file was chosen
		return err
	}
	got.files = append(got.files, u)
	return nil
}

// readText reads a text, or passes over what nobody knows, which is a mistake
// where the API is strict.
func (s *session) readText(p *Part) error {
	var text []byte
	var err error
	if s.route.source.fields[p.Name] == textField {
		text, err = io.ReadAll(p)
	} else {
		err = p.drain()
	}
	if err != nil {
		return err
	}
	if err := s.params.AddForm(p.Name, string(text)); err != nil {
		return err
	}
	return nil
}

// removeFiles removes the temporary files of the form.
func (s *session) removeFiles() {
	if s.form == nil {
		return
	}
	for _, path := range s.form.temp {
		_ = os.Remove(path) //nolint:gosec // os.CreateTemp has named it; it may be open on a system that minds
	}
	s.form = nil
}

// fieldKind is what a field of a multipart form holds.
type fieldKind uint8

const (
	unknownField fieldKind = iota
	textField
	fileField
	jsonField
)

// String is for messages.
func (k fieldKind) String() string {
	switch k {
	case textField:
		return "a text"
	case fileField:
		return "a file"
	case jsonField:
		return "JSON"
	}
	return "nothing"
}

// jsonPart compiles a field tagged form:"name,json".
func (s *source) jsonPart(f di.Field, name string) (di.Input, error) {
	if name == "" {
		return nil, fmt.Errorf("field %s has no name; write form:\"name,json\"", fieldName(f))
	}
	b, err := s.compiledBody(f, f.Type)
	if err != nil {
		return nil, err
	}
	return &jsonPartInput{b, name, fieldName(f), f.Type, f.Tag}, nil
}

// isJSONPart splits form:"name,json".
func isJSONPart(tag string) (name string, ok bool) { return strings.CutSuffix(tag, ",json") }

// jsonPartInput is a field that a JSON part of a form is decoded into.
type jsonPartInput struct {
	*body
	name  string
	field string
	typ   reflect.Type
	tag   reflect.StructTag
}

// Late keeps the body unread until all guards have passed.
func (*jsonPartInput) Late() {}

func (in *jsonPartInput) Binder(of, ptr any) di.Binder {
	return &jsonPartBinder{in, of.(*session), ptr}
}

type jsonPartBinder struct {
	*jsonPartInput
	session *session
	ptr     any
}

func (b *jsonPartBinder) Bind() error {
	if err := b.session.loadForm(); err != nil {
		return err
	}
	switch texts := b.session.form.named(b.name).json; {
	case len(texts) > 1:
		return formMistake(b.name, bind.CodeRepeated, "is given more than once", true)
	case len(texts) == 1 && len(texts[0]) > 0:
		return b.decode(texts[0], b.ptr, position{place: "form." + b.name, silent: true}, b.session.strictMembers())
	case b.optional:
		return nil
	}
	return formMistake(b.name, bind.CodeRequired, "is required", false)
}
