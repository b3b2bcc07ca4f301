package router

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
)

// Webhook documents a request that the API sends by itself, to addresses that
// were agreed upon elsewhere: a POST with a T as its JSON body, or without a
// body for di.None. Fits the API.
//
// The options say more: Summary, Description, Tags, Deprecated, OperationID,
// ExternalDocs, Extension, Parameter, RequestExamples, Response for what the
// receiver may answer, which is any 2XX by default, and EditOperation.
func Webhook[T any](name string, opts ...Option) Option {
	return &option{fmt.Sprintf("Webhook(%q)", name), onRouter, func(s *settings) {
		op, err := message(reflect.TypeFor[T](), opts)
		s.wrong = err
		s.api.webhooks = append(s.api.webhooks, openapi.Webhook{Name: name, Operation: op})
	}}
}

// Callback documents a request that the API sends because of the requests that
// a route gets, to an address which these name: url is a runtime expression in
// braces, such as "{$request.body#/callback_url}", or a URL that contains some.
// The rest is as for [Webhook]. Fits a route.
func Callback[T any](name, url string, opts ...Option) Option {
	return &option{fmt.Sprintf("Callback(%q)", name), onRoute, func(s *settings) {
		op, err := message(reflect.TypeFor[T](), opts)
		s.wrong = err
		s.callbacks = append(s.callbacks, openapi.Callback{Name: name, URL: url, Operation: op})
	}}
}

// Parameter documents a header or another parameter of a request that the API
// sends, such as the one that holds a signature. What routes read is documented
// by itself. Fits a Webhook and a Callback.
func Parameter(p openapi.Parameter) Option {
	return &option{fmt.Sprintf("Parameter(%q)", p.Name), onMessage, func(s *settings) { s.parameters = append(s.parameters, p) }}
}

// message is the operation of a request that the API sends.
func message(body reflect.Type, opts []Option) (*openapi.Operation, error) {
	s := settings{api: &global{}, at: onMessage}
	var mistakes []error
	for _, o := range opts {
		if err := s.applyToMessage(o); err != nil {
			mistakes = append(mistakes, err)
		}
	}
	op := &openapi.Operation{
		Method:      http.MethodPost,
		ID:          s.id,
		Summary:     s.summary,
		Description: s.description,
		Tags:        unique(s.tags),
		Deprecated:  s.deprecated,
		Hidden:      s.hidden,
		Docs:        s.docs,
		Parameters:  s.parameters,
		Responses:   s.responses,
		Public:      true, // nothing is asked of the API itself
		Extensions:  s.extensions,
		Edits:       s.edits,
	}
	if body != noneType {
		op.Body = &openapi.Body{Required: true, Content: []openapi.Media{{Type: body, Examples: s.requestExamples}}}
	}
	if len(op.Responses) == 0 {
		op.AddResponse(openapi.Response{Status: 2, Description: "The message has arrived."})
	}
	return op, errors.Join(mistakes...)
}

func (s *settings) applyToMessage(o Option) error {
	known, ok := o.(*option)
	switch d, isGuard := o.(*di.Dependency); {
	case o == nil:
		return nil
	case isGuard && d == nil:
		return errors.New("a dependency among the options is nil")
	case !ok:
		return fmt.Errorf("%s does not fit a request that the API sends", o.Declares())
	case known.where&onMessage == 0:
		return fmt.Errorf("%s does not fit a request that the API sends", known.text)
	}
	known.apply(s)
	err := s.wrong
	s.wrong = nil
	if err != nil {
		err = fmt.Errorf("%s: %w", known.text, err)
	}
	return err
}
