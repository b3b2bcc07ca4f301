package router

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/mortise-go/mortise/internal/negotiate"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/problem"
)

// Encoder offers what is answered as JSON in another form too: encode writes v, the
// value that the handler gave. The client chooses by Accept, RFC 9110 section
// 12.5.1; what it weighs alike is taken in the order JSON, then the encoders as
// they are declared. What is not acceptable at all is answered with JSON, unless
// [StrictAccept] refuses it. Answers have Vary: Accept. Errors keep their own form.
// encode runs before resources are closed, and must be safe for concurrent use.
// Fits anywhere; inner ones are added to outer ones.
func Encoder(mediaType string, encode func(w io.Writer, v any) error) Option {
	return &option{fmt.Sprintf("Encoder(%q)", mediaType), anywhere, func(s *settings) {
		if s.wrong = checkForm(mediaType, encode == nil); s.wrong == nil {
			s.encoders = append(s.encoders, encoder{mediaType, sharedValue(mediaType), encode})
		}
	}}
}

// Decoder takes what is read from JSON in another form too: decode reads r, which
// is no longer than [MaxBody] allows, into v, a pointer to a zero value of the
// field's type. What it gives is checked by the validate tags, as after JSON. Its
// errors are answered 400, and their texts are not, unless they are problems
// themselves. It should be strict, so that nothing is read that is not used. It must
// be safe for concurrent use. Fits anywhere; inner ones are added to outer ones.
func Decoder(mediaType string, decode func(r io.Reader, v any) error) Option {
	return &option{fmt.Sprintf("Decoder(%q)", mediaType), anywhere, func(s *settings) {
		if s.wrong = checkForm(mediaType, decode == nil); s.wrong == nil {
			s.decoders = append(s.decoders, decoder{strings.ToLower(mediaType), decode})
		}
	}}
}

// StrictAccept answers 406 where the client accepts none of the forms that an
// answer has. It is refused before anything runs. Fits anywhere.
func StrictAccept() Option {
	return &option{"StrictAccept", anywhere, func(s *settings) { s.strictAccept = true }}
}

type encoder struct {
	mediaType string
	header    []string
	encode    func(io.Writer, any) error
}

type decoder struct {
	mediaType string
	decode    func(io.Reader, any) error
}

func checkForm(mediaType string, missing bool) error {
	bare, params, _ := mime.ParseMediaType(mediaType)
	switch {
	case !isMediaType(mediaType) || len(params) > 0:
		return errors.New("not a media type\n    give one such as \"application/yaml\", without parameters")
	case isJSON(bare):
		return errors.New("is JSON, which is written and read already")
	case missing:
		return errors.New("the function is nil")
	}
	return nil
}

// negotiates prepares the choice of a form, if there is one.
func (c *compiled) negotiates() {
	if c.answer.codec != nil && c.answer.mediaType == "" {
		c.encoders = c.settings.encoders
	}
	if c.answer.content == nil || c.encoders == nil && !c.settings.strictAccept {
		return
	}
	c.offers = []string{c.answer.contentType()}
	for _, e := range c.encoders {
		c.offers = append(c.offers, e.mediaType)
	}
}

// negotiate chooses the form of the answer.
func (s *session) negotiate() error {
	s.chosen = negotiate.Accept(s.r.Header["Accept"], s.route.offers)
	if s.chosen < 0 {
		if s.route.settings.strictAccept {
			return problem.New(http.StatusNotAcceptable, "", "this is available as "+strings.Join(s.route.offers, ", ")).
				WithHeader("Vary", "Accept")
		}
		s.chosen = 0
	}
	return nil
}

// encodeAs writes the content with an encoder.
func (s *session) encodeAs(e *encoder) error {
	v := reflect.ValueOf(s.answer.body).Elem().Interface()
	if err := e.encode(s.buf, v); err != nil {
		return fmt.Errorf("%v cannot be written as %s: %w", s.answer.content, e.mediaType, err)
	}
	return nil
}

// describeForms documents the other forms of an answer.
func (c *compiled) describeForms(op *openapi.Operation) {
	for _, e := range c.encoders {
		op.AddResponse(openapi.Response{Status: c.answer.status, Type: c.answer.content, ContentType: e.mediaType})
	}
	if c.offers != nil && c.settings.strictAccept {
		op.AddResponse(openapi.Response{Status: http.StatusNotAcceptable})
	}
}

// bodyTypes are the media types that a body may have.
func (c *compiled) bodyTypes() []string {
	types := []string{typeJSON}
	for _, d := range c.settings.decoders {
		types = append(types, d.mediaType)
	}
	return types
}

// decoder finds the one for the body; nil for JSON.
func (s *session) decoder() (found *decoder, err error) {
	list := s.route.settings.decoders
	if len(list) == 0 {
		return nil, checkContentType(s.r.Header, isJSON, typeJSON)
	}
	fits := func(mediaType string) bool {
		for i := range list {
			if list[i].mediaType == mediaType {
				found = &list[i]
			}
		}
		return found != nil || isJSON(mediaType)
	}
	err = checkContentType(s.r.Header, fits, s.route.bodyTypes()...)
	return found, err
}

// decodeAs reads a body with a decoder.
func (b *bodyBinder) decodeAs(d *decoder, r io.Reader) error {
	if err := d.decode(r, b.ptr); err != nil {
		if _, ok := errors.AsType[*problem.Problem](err); ok {
			return err
		}
		return problem.BadRequest("the body is not valid " + d.mediaType).Because(err)
	}
	return b.check(b.ptr, wholeBody)
}
