package router

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strconv"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/openapi"
)

// Lines are JSON values, one per line: an output, or a field tagged body:"jsonl".
// It is an iter.Seq2[T, error] by another name.
//
// As an output it is sent as application/jsonl, unless [ContentType] says
// application/x-ndjson. Lines leave together where they come fast, and within 50
// milliseconds in any case. An error before the first line is answered as always,
// a later one cuts the connection. A nil Lines sends nothing, and HEAD does not
// run it.
//
// As an input it reads the body while it is ranged over, once; application/jsonl
// and application/x-ndjson are taken. Each line is decoded as strictly as a JSON
// body, and checked. A mistake is yielded with the place of its line, such as
// body[3].qty: who returns it answers 400 or 422, and who goes on gets the next
// line. When the body cannot be read any further, or a line is longer than
// [MaxLine] says, that is the last error.
type Lines[T any] func(yield func(T, error) bool)

// DefaultMaxLine is the limit for the lines of a body where [MaxLine] says
// nothing: 64 KiB.
const DefaultMaxLine = 64 << 10

// MaxLine limits the lines of bodies read as [Lines] to a number of bytes; a longer
// one is answered 413. The default is [DefaultMaxLine]. Fits anywhere; the
// innermost counts. [MaxBody] limits them all together.
func MaxLine(bytes int) Option {
	return &option{fmt.Sprintf("MaxLine(%d)", bytes), anywhere, func(s *settings) {
		if s.maxLine = bytes; bytes <= 0 {
			s.wrong = errors.New("not a number of bytes; give 1 or more")
		}
	}}
}

const typeLines = "application/jsonl"

func isLines(mediaType string) bool {
	return mediaType == typeLines || mediaType == "application/x-ndjson"
}

func (*Lines[T]) defaultType() string { return typeLines }
func (*Lines[T]) close() error        { return nil }

func (*Lines[T]) describe(_ *openapi.Operation, success *openapi.Response) {
	success.Type = reflect.TypeFor[[]T]()
	success.Description = "A stream of JSON values, one per line."
}

func (l *Lines[T]) send(t *transmission) error {
	if *l == nil {
		return nil
	}
	p := newPacer(t, 50*time.Millisecond, (*pacer).flush)
	defer p.stop()
	c := codec.For(reflect.TypeFor[T]())
	for v, err := range *l {
		if err == nil {
			err = p.write(false, func(buf *codec.Buffer) error {
				if err := encodeLine(buf, c, &v); err != nil {
					return err
				}
				return buf.WriteByte('\n')
			})
		}
		if err != nil {
			return err
		}
	}
	return p.failure()
}

// receiver is how the router sees a *Lines[T] that is read.
type receiver interface {
	item() reflect.Type
	receive(r *lineReader)
}

func (*Lines[T]) item() reflect.Type { return reflect.TypeFor[T]() }

func (l *Lines[T]) receive(r *lineReader) {
	*l = func(yield func(T, error) bool) {
		for number, line := range r.all() {
			var v T
			at := strconv.Itoa(number)
			err := r.items.decode(line, &v, position{place: "body[" + at + "]", silent: true}, r.options)
			if err != nil {
				var none T
				v, err = none, clientError(err)
			}
			if !yield(v, err) {
				return
			}
		}
		if err := r.failure; err != nil {
			var none T
			yield(none, err)
		}
	}
}

// lines compiles a field tagged body:"jsonl".
func (s *source) lines(f di.Field) (di.Input, error) {
	r, ok := reflect.TypeAssert[receiver](reflect.New(f.Type))
	if !ok {
		return nil, fmt.Errorf("field %s has body:\"jsonl\" and the type %v\n    use router.Lines of the type of one line", fieldName(f), f.Type)
	}
	items, err := s.compiledBody(f, r.item())
	if err != nil {
		return nil, err
	}
	return &linesInput{items, fieldName(f), r.item(), f.Tag}, nil
}

// linesInput is a field that takes the body line by line.
type linesInput struct {
	items *body
	field string
	item  reflect.Type
	tag   reflect.StructTag
}

// Late keeps the body unread until all guards have passed.
func (*linesInput) Late() {}

func (in *linesInput) Binder(of, ptr any) di.Binder {
	return &linesBinder{in.items, of.(*session), ptr.(receiver)}
}

type linesBinder struct {
	items   *body
	session *session
	to      receiver
}

func (b *linesBinder) Bind() error {
	s := b.session
	if err := checkContentType(s.r.Header, isLines, typeLines, "application/x-ndjson"); err != nil {
		return err
	}
	in, err := s.openBody()
	if err != nil {
		return err
	}
	b.to.receive(&lineReader{in: in, limit: orDefault(s.route.settings.maxLine, DefaultMaxLine), items: b.items, options: s.strictMembers()})
	return nil
}

// A lineReader takes a body apart.
type lineReader struct {
	in      *bodyReader
	limit   int
	items   *body
	options codec.Options
	failure error // why there are no more lines, but for the end
}

// all yields the lines that are not blank with their numbers, from 0.
func (r *lineReader) all() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		scan := bufio.NewScanner(r.in)
		scan.Buffer(make([]byte, 0, min(r.limit, 4<<10)), r.limit+2) // and the line end
		scan.Split(wholeLines)
		for number := 0; scan.Scan(); number++ {
			line, whole := bytes.CutSuffix(scan.Bytes(), []byte{'\n'})
			if !whole && r.in.failure() != nil {
				break // a piece of a line
			}
			line = bytes.TrimSuffix(line, []byte{'\r'})
			if len(line) > r.limit {
				r.failure = tooMuch(r.in.w, r.in.r, "a line of the body", int64(r.limit))
				return
			}
			if len(bytes.TrimSpace(line)) > 0 && !yield(number, line) {
				return
			}
		}
		switch err := scan.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			r.failure = tooMuch(r.in.w, r.in.r, "a line of the body", int64(r.limit))
		case err != nil:
			r.failure = err
		}
	}
}

// wholeLines is a bufio.SplitFunc for lines with their ends, the last of which may
// be missing.
func wholeLines(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}
