package router

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/openapi"
)

// The options in this file are words for the document that code cannot tell.

// ExternalDocs points to a page about a route or a whole API. Fits the API,
// routes, webhooks and callbacks.
func ExternalDocs(docs openapi.ExternalDocs) Option {
	return &option{"ExternalDocs", onRouter | onRoute | onMessage, func(s *settings) {
		if s.at == onRouter {
			s.api.docs = &docs
			return
		}
		s.docs = &docs
	}}
}

// DescribeTagGroup puts tags under headings, for pages that show many. Tags
// that are in no group come under "Other". Fits the API.
func DescribeTagGroup(groups ...openapi.TagGroup) Option {
	return &option{"DescribeTagGroup", onRouter, func(s *settings) { s.api.tagGroups = append(s.api.tagGroups, groups...) }}
}

// DocumentExtension adds a member such as "x-logo" to the document itself; see
// [Extension] for those of operations. Fits the API.
func DocumentExtension(name string, value any) Option {
	return &option{fmt.Sprintf("DocumentExtension(%q)", name), onRouter, func(s *settings) {
		if s.api.extensions == nil {
			s.api.extensions = map[string]any{}
		}
		s.api.extensions[name] = value
	}}
}

// RequestExamples gives examples of the request body, each with a name. Fits a
// route, a webhook and a callback.
func RequestExamples(examples ...openapi.Example) Option {
	return &option{"RequestExamples", onRoute | onMessage, func(s *settings) { s.requestExamples = append(s.requestExamples, examples...) }}
}

// ParameterExamples gives examples of a parameter, whoever reads it, each with
// a name. Fits a route. See [Response] for examples of answers.
func ParameterExamples(parameter string, examples ...openapi.Example) Option {
	return &option{fmt.Sprintf("ParameterExamples(%q)", parameter), onRoute, func(s *settings) {
		s.parameterExamples = append(s.parameterExamples, parameterExamples{parameter, examples})
	}}
}

type parameterExamples struct {
	parameter string
	examples  []openapi.Example
}

// EditOperation changes the finished operation, as a last resort for what no
// option says. The function is called when the API is built. It cannot change a
// lock: a difference in the security of the operation is a mistake. Fits a
// route, a webhook and a callback.
func EditOperation(edit func(*openapi.OperationEntity)) Option {
	return &option{"EditOperation", onRoute | onMessage, func(s *settings) { s.edits = append(s.edits, edit) }}
}

// describeWords adds what only options tell.
func (c *compiled) describeWords(op *openapi.Operation, b *builder) {
	s := &c.settings
	op.Servers, op.Docs, op.Callbacks, op.Edits = s.servers, s.docs, s.callbacks, s.edits
	if len(s.requestExamples) > 0 {
		c.addRequestExamples(op, b)
	}
	for _, given := range s.parameterExamples {
		named := func(p openapi.Parameter) bool { return strings.EqualFold(p.Name, given.parameter) }
		i := slices.IndexFunc(op.Parameters, named)
		if i < 0 {
			b.mistake(c.route, fmt.Errorf("ParameterExamples: nothing reads a parameter %q", given.parameter))
			continue
		}
		op.Parameters[i].Examples = append(slices.Clip(op.Parameters[i].Examples), given.examples...)
	}
}

func (c *compiled) addRequestExamples(op *openapi.Operation, b *builder) {
	if op.Body == nil || len(op.Body.Content) == 0 {
		b.mistake(c.route, fmt.Errorf("RequestExamples: nothing reads a body"))
		return
	}
	media := &op.Body.Content[0]
	media.Examples = append(slices.Clip(media.Examples), c.settings.requestExamples...)
}
