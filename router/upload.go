package router

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"reflect"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/bind"
)

// An Upload is a file of a form: a field tagged form:"name" of this type is
// required, a *Upload is nil when there is none, and a []Upload takes any number.
// A route that reads one takes forms of type multipart/form-data.
//
// The tag accept:"image/png,image/*" says what the file may be. The type that the
// client gives must be among these, and must not contradict the first bytes of the
// content; other files are answered 422.
//
// An Upload serves until the answer is sent. What it was kept in is removed then,
// before background work begins.
type Upload struct {
	// Name is a safe form of the name that the client gave the file: without
	// directories, control characters and what file systems reserve. It may be
	// empty, and it is not unique.
	Name string
	// ContentType is what the client says, without parameters, and
	// application/octet-stream if it says nothing. Only with an accept tag has it
	// been compared with the content.
	ContentType string
	// Size is the number of bytes.
	Size int64

	data []byte
	path string // of the temporary file; empty when data is all of it
}

// Open reads the file from its beginning. It may be called any number of times; the
// caller closes what it returns. The error is that of the file system.
func (u Upload) Open() (multipart.File, error) {
	if u.path != "" {
		return os.Open(u.path)
	}
	return inMemory{bytes.NewReader(u.data)}, nil
}

// inMemory is an upload that did not need a file.
type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// The types that hold uploads.
var (
	uploadType    = reflect.TypeFor[Upload]()
	pointerUpload = reflect.TypeFor[*Upload]()
	uploads       = reflect.TypeFor[[]Upload]()
)

// isUpload recognises fields for files.
func isUpload(t reflect.Type) bool { return t == uploadType || t == pointerUpload || t == uploads }

// upload compiles a field for files.
func (s *source) upload(f di.Field, name string) (di.Input, error) {
	in := &uploadInput{name: name, field: fieldName(f), typ: f.Type, tag: f.Tag}
	if name == "" || strings.ContainsAny(name, ",\r\n") {
		return nil, fmt.Errorf("field %s has form:%q; a file has a name and no options", in.field, name)
	}
	accept, ok := f.Tag.Lookup("accept")
	if !ok {
		return in, nil
	}
	for kind := range strings.SplitSeq(accept, ",") {
		kind = strings.TrimSpace(kind)
		if !isRange(kind) {
			return nil, fmt.Errorf("field %s has accept:%q, which is no list of media types\n    write ones such as accept:\"image/png,image/jpeg\" or accept:\"image/*\"", in.field, accept)
		}
		in.accept = append(in.accept, strings.ToLower(kind))
	}
	return in, nil
}

// uploadInput is a field for files.
type uploadInput struct {
	name   string
	field  string
	typ    reflect.Type
	tag    reflect.StructTag
	accept []string
}

func (in *uploadInput) required() bool {
	return in.typ == uploadType && in.tag.Get("required") != "false"
}

// Late keeps the body unread until all guards have passed.
func (*uploadInput) Late() {}

func (in *uploadInput) Binder(of, ptr any) di.Binder {
	return &uploadBinder{in, of.(*session), ptr}
}

type uploadBinder struct {
	*uploadInput
	session *session
	ptr     any
}

func (b *uploadBinder) Bind() error {
	if err := b.session.loadForm(); err != nil {
		return err
	}
	got := b.session.form.named(b.name)
	files := got.files
	switch {
	case got.text:
		return formMistake(b.name, bind.CodeType, "expected a file, got a text", false)
	case len(files) == 0 && b.required():
		return formMistake(b.name, bind.CodeRequired, "is required", false)
	case len(files) > 1 && b.typ != uploads:
		return formMistake(b.name, bind.CodeRepeated, "is given more than once", true)
	}
	for i := range files {
		if err := b.check(&files[i]); err != nil {
			if b.typ == uploads {
				err.Path = fmt.Sprintf("[%d]", i)
			}
			return err
		}
	}
	b.set(files)
	return nil
}

func (b *uploadBinder) set(files []Upload) {
	switch to := b.ptr.(type) {
	case *[]Upload:
		*to = files
	case **Upload:
		if len(files) > 0 {
			*to = &files[0]
		}
	case *Upload:
		if len(files) > 0 {
			*to = files[0]
		}
	}
}

// check compares what a file is said to be with what is accepted and what it
// looks like.
func (b *uploadBinder) check(u *Upload) *bind.Error {
	if b.accept == nil {
		return nil
	}
	looks, _, _ := strings.Cut(http.DetectContentType(u.data[:min(len(u.data), 512)]), ";")
	if covers(b.accept, u.ContentType) && !contradicts(u.ContentType, looks) {
		return nil
	}
	return formMistake(b.name, bind.CodeType, "must be a file of the type "+strings.Join(b.accept, " or "), false)
}

// contradicts tells whether content that looks like one type is said to be of
// another. Types that net/http cannot tell look like text, like the container that
// they are stored in, or like nothing.
func contradicts(said, looks string) bool {
	switch {
	case said == looks:
		return false
	case isTold(said):
		return true
	}
	switch looks {
	case typeBytes, "text/plain", "text/xml", "application/zip", "application/x-gzip":
		return false
	}
	return true
}

// isTold lists the types that net/http recognises by their first bytes.
func isTold(mediaType string) bool {
	switch mediaType {
	case "application/pdf", "application/postscript", "application/zip", "application/x-gzip", "application/wasm",
		"application/x-rar-compressed", "application/ogg", "application/vnd.ms-fontobject",
		"image/x-icon", "image/bmp", "image/gif", "image/webp", "image/png", "image/jpeg",
		"audio/basic", "audio/aiff", "audio/midi", "audio/wave", "video/avi", "video/webm", "video/mp4",
		"font/ttf", "font/otf", "font/collection", "font/woff", "font/woff2", "text/html":
		return true
	}
	return false
}

// keep stores a part, in memory as far as there is room. left is that room.
func (p *Part) keep(left *int64) (Upload, error) {
	u := Upload{Name: p.FileName, ContentType: p.ContentType}
	if u.ContentType == "" {
		u.ContentType = typeBytes
	}
	before := *left
	var head bytes.Buffer
	n, err := io.Copy(&head, io.LimitReader(p, max(*left, 512)))
	if err != nil {
		return u, err
	}
	u.data, u.Size = head.Bytes(), n
	*left = max(0, *left-n)
	var more [1]byte
	extra, err := io.ReadFull(p, more[:])
	if err == io.EOF { //nolint:errorlint // an answer may wrap one
		return u, nil
	}
	if err != nil {
		return u, err
	}
	err = u.spill(io.MultiReader(bytes.NewReader(more[:extra]), p), p.form.TempDir)
	*left = before // what went to the file does not stay
	return u, err
}

// spill moves what is there to a temporary file, and the rest with it. The first
// bytes stay, for who looks at them.
func (u *Upload) spill(rest io.Reader, dir string) (err error) {
	f, err := os.CreateTemp(dir, "upload-*")
	if err != nil {
		return err
	}
	defer func() { err = alsoClosed(err, f.Close()) }()
	u.path = f.Name()
	if _, err = f.Write(u.data); err != nil {
		return err
	}
	n, err := io.Copy(f, rest)
	u.Size += n
	u.data = bytes.Clone(u.data[:min(len(u.data), 512)])
	return err
}
