package router

import (
	"errors"
	"io"
	"reflect"

	"github.com/mortise-go/mortise/openapi"
)

// A Stream is an output that writes itself, piece by piece, after the handler has
// returned and before resources are closed.
//
//	func export(ctx context.Context, in struct{ DB *sql.DB }) (router.Stream, error) {
//		return func(w io.Writer) error { return writeCSV(ctx, w, in.DB) }, nil
//	}
//
// The media type is that of [ContentType], or of the tag in an envelope. The
// writer is also an [http.Flusher]; what is not flushed may wait for more. An error
// before the first byte is answered like one of the handler; an error after that
// cuts the connection, so that the client does not take the answer for whole. The
// handler's context ends when the client is gone. A nil Stream sends nothing. HEAD
// does not run it.
type Stream func(w io.Writer) error

func (*Stream) defaultType() string { return typeBytes }
func (*Stream) close() error        { return nil }

func (s *Stream) send(t *transmission) error {
	if *s == nil {
		return nil
	}
	return (*s)(t)
}

func (*Stream) describe(_ *openapi.Operation, success *openapi.Response) {
	success.Type = readerType
}

// readerContent is an output that is an io.Reader.
type readerContent struct{ value reflect.Value }

func (*readerContent) defaultType() string { return typeBytes }

func (*readerContent) describe(_ *openapi.Operation, success *openapi.Response) {
	success.Type = readerType
}

// reader is nil where the handler gave none.
func (c *readerContent) reader() io.Reader {
	switch c.value.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Func, reflect.Map, reflect.Slice, reflect.Chan:
		if c.value.IsNil() {
			return nil
		}
	}
	return c.value.Interface().(io.Reader)
}

func (c *readerContent) close() error {
	closer, ok := c.reader().(io.Closer)
	if !ok {
		return nil
	}
	return closer.Close()
}

// send copies the reader. One that has less than there is room for may be waiting
// for more, and so may the client be for what there is.
func (c *readerContent) send(t *transmission) error {
	r := c.reader()
	if r == nil {
		return nil
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if _, failed := t.Write(buf[:n]); failed != nil {
				return failed
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case t.ctx.Err() != nil:
			return t.ctx.Err()
		case n < len(buf):
			t.Flush()
		}
	}
}
