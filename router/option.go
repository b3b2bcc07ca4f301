package router

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-playground/validator/v10"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/openapi/ui"
	"github.com/mortise-go/mortise/problem"
)

// An Option says something about what is being declared: a router, a group or
// a route. A *di.Dependency is an option too: it is required there. Which
// options fit where is part of their documentation; one that does not fit is
// reported by [Router.Build].
type Option interface {
	// Declares says what the option declares, for messages.
	Declares() string
}

// level is where options may stand.
type level uint8

const (
	onRouter level = 1 << iota
	onGroup
	onRoute
	onMessage // that the API sends: a webhook or a callback

	anywhere = onRouter | onGroup | onRoute
)

func (l level) String() string {
	var places []string
	for i, place := range [...]string{"an API", "a group", "a route", "a webhook", "a callback"} {
		if l&(1<<min(i, 3)) != 0 {
			places = append(places, place)
		}
	}
	last := len(places) - 1
	if last == 0 {
		return places[0]
	}
	return strings.Join(places[:last], ", ") + " or " + places[last]
}

// option is every option of this package.
type option struct {
	text  string
	where level
	apply func(*settings)
}

func (o *option) Declares() string { return "option " + o.text }

// settings are what options set. Those of a group start as a copy of those
// around it.
type settings struct {
	operation // inherited
	own       // of one route
	api       *global
	at        level // what is being declared
	wrong     error // with the option that was just applied
}

// operation is what routes inherit.
type operation struct {
	tags         []string
	responses    []openapi.Response
	servers      []openapi.Server
	extensions   map[string]any
	deprecated   bool
	hidden       bool
	public       bool
	publicBy     *Group // the outermost group that is declared Public, if one is
	maxBody      int64
	readTimeout  time.Duration // of a body; 0 for the server's own
	maxLine      int
	streams      StreamConfig
	multipart    MultipartConfig
	encoders     []encoder
	decoders     []decoder
	strictAccept bool
	etag         autoETag
}

// own is what a single route says of itself.
type own struct {
	id, summary, description string
	status                   int
	docs                     *openapi.ExternalDocs
	callbacks                []openapi.Callback
	edits                    []func(*openapi.OperationEntity)
	requestExamples          []openapi.Example
	parameterExamples        []parameterExamples
	parameters               []openapi.Parameter // of a message
	contentType              string
}

// global is what the router alone has.
type global struct {
	prefix            Prefix
	info              openapi.Info
	servers           []openapi.Server
	tags              []openapi.Tag
	tagGroups         []openapi.TagGroup
	docs              *openapi.ExternalDocs
	webhooks          []openapi.Webhook
	extensions        map[string]any
	version           openapi.Version
	docsPath          string
	docsPage          ui.Config
	docsGuards        []*di.Dependency
	documentPath      string
	renderer          problem.Renderer
	logger            *slog.Logger
	validator         *validator.Validate
	defaults          []*di.Dependency
	rejectUnknown     bool
	rejectParameters  bool
	firstOfRepeated   bool
	described         map[reflect.Type]map[string]any
	backgroundTimeout time.Duration
	strict            bool
}

// inherit copies what an inner declaration starts with.
func (s *settings) inherit() settings {
	inner := settings{operation: s.operation, api: s.api}
	inner.tags = slices.Clip(inner.tags)
	inner.responses = slices.Clip(inner.responses)
	inner.servers = slices.Clip(inner.servers)
	inner.encoders = slices.Clip(inner.encoders)
	inner.decoders = slices.Clip(inner.decoders)
	return inner
}

// Tags adds tags to the operations. Fits anywhere; those of outer
// declarations come first.
func Tags(tags ...string) Option {
	return &option{fmt.Sprintf("Tags(%q)", tags), anywhere | onMessage, func(s *settings) { s.tags = append(s.tags, tags...) }}
}

// Summary is a few words about a route. The default is made of the handler's
// name: listUsers becomes "List users".
func Summary(text string) Option {
	return &option{"Summary", onRoute | onMessage, func(s *settings) { s.summary = text }}
}

// Description explains a route, or a whole API, in CommonMark.
func Description(text string) Option {
	return &option{"Description", onRouter | onRoute | onMessage, func(s *settings) { s.description = text }}
}

// OperationID names the operation of a route for generated clients: letters,
// digits, ".", "-" and "_", and not the id of another. The default is made of
// the handler's name, and where several handlers have one name, of method and
// path too.
func OperationID(id string) Option {
	return &option{"OperationID", onRoute | onMessage, func(s *settings) { s.id = id }}
}

// Status is the status of a route's success, such as 201: one from 200 to 399.
// The default is 200, or 204 for a handler that gives nothing.
func Status(code int) Option {
	return &option{fmt.Sprintf("Status(%d)", code), onRoute, func(s *settings) {
		if s.status = code; code < 200 || code > 399 {
			s.status, s.wrong = 0, errors.New("not a status of a success\n    give one from 200 to 399; to fail, return an error, and document it with Problems")
		}
	}}
}

// ContentType is the media type of a route's success, for outputs that are sent as
// they are: texts, bytes, readers, a [Stream], a [File]. Without it texts and bytes
// are JSON, and the others application/octet-stream. An envelope says it in the tag
// of its field instead, such as body:"text/csv". JSON may have a media type of its
// own, such as "application/hal+json".
func ContentType(mediaType string) Option {
	return &option{fmt.Sprintf("ContentType(%q)", mediaType), onRoute, func(s *settings) {
		if s.contentType = mediaType; !isMediaType(mediaType) {
			s.contentType, s.wrong = "", errors.New("not a media type\n    give one such as \"text/csv\" or \"text/plain; charset=utf-8\"")
		}
	}}
}

// Deprecated marks operations as deprecated in the document. Fits anywhere.
func Deprecated() Option {
	return &option{"Deprecated", anywhere | onMessage, func(s *settings) { s.deprecated = true }}
}

// Hidden keeps operations out of the document. They are served all the same,
// so it protects nothing. Fits anywhere.
func Hidden() Option {
	return &option{"Hidden", anywhere | onMessage, func(s *settings) { s.hidden = true }}
}

// Public declares that routes are open to everybody. Guards that are required
// further out, by the API or by a group around the declaration, do not run for
// them. A guard that is required further in, or a credential that the route
// needs nevertheless, is a mistake. Fits groups and routes.
func Public() Option {
	return &option{"Public", onGroup | onRoute, func(s *settings) { s.public = true }}
}

// MaxBody limits request bodies to a number of bytes; a body of exactly that
// size is accepted, and a larger one is answered 413. The default is
// [DefaultMaxBody], and 0 refuses every body. Fits anywhere; the innermost
// counts.
func MaxBody(bytes int64) Option {
	return &option{fmt.Sprintf("MaxBody(%d)", bytes), anywhere, func(s *settings) {
		if s.maxBody = bytes; bytes < 0 {
			s.wrong = errors.New("not a number of bytes; give 0 or more")
		}
	}}
}

// DefaultMaxBody is the limit for request bodies where [MaxBody] says nothing:
// 1 MiB.
const DefaultMaxBody = 1 << 20

// ReadTimeout is how long a client may take to send a body, from when it is first
// read, which is behind the guards. One that is slower is answered 408. It
// replaces the server's own ReadTimeout, which is for requests of all kinds: give
// uploads more time, and small forms less. Without it the server's counts. Fits
// anywhere; the innermost counts.
func ReadTimeout(d time.Duration) Option {
	return &option{fmt.Sprintf("ReadTimeout(%v)", d), anywhere, func(s *settings) {
		if s.readTimeout = d; d <= 0 {
			s.wrong = errors.New("not a time to send anything in; give a positive one, or leave the option out for the server's own")
		}
	}}
}

// Problems documents that operations may answer with these statuses as problems:
// 400 to 599, and as in [openapi.Response] 4 and 5 for a class, 0 for any other. Those which the dependencies bring are documented by themselves.
// Fits anywhere.
func Problems(statuses ...int) Option {
	return &option{fmt.Sprintf("Problems(%d)", statuses), anywhere, func(s *settings) {
		for _, status := range statuses {
			if !isError(status) || status > 599 {
				s.wrong = fmt.Errorf("%d is not the status of a problem; give 400 to 599, and document other answers with Response", status)
			}
			s.responses = append(s.responses, openapi.Response{Status: status})
		}
	}}
}

// Response documents a further answer of operations, or says more about one
// that they have: one with neither Type nor ContentType adds its Description,
// Headers, Examples and Links to the others of its status. Fits anywhere.
func Response(r openapi.Response) Option {
	return &option{fmt.Sprintf("Response(%d)", r.Status), anywhere | onMessage, func(s *settings) { s.responses = append(s.responses, r) }}
}

// Extension adds a member such as "x-internal" to the operations in the
// document. Fits anywhere.
func Extension(name string, value any) Option {
	return &option{fmt.Sprintf("Extension(%q)", name), anywhere | onMessage, func(s *settings) {
		extended := map[string]any{name: value}
		for k, v := range s.extensions {
			if k != name {
				extended[k] = v
			}
		}
		s.extensions = extended
	}}
}

// Info replaces what the document says of the whole API. Empty fields keep
// what was there. Fits the API.
func Info(info openapi.Info) Option {
	return &option{"Info", onRouter, func(s *settings) {
		if info.Title == "" {
			info.Title = s.api.info.Title
		}
		if info.Version == "" {
			info.Version = s.api.info.Version
		}
		s.api.info = info
	}}
}

// Server adds an address at which the API can be reached. At a group or a route
// the addresses are those of its operations, instead of the API's. Fits
// anywhere.
func Server(servers ...openapi.Server) Option {
	return &option{"Server", anywhere, func(s *settings) {
		if s.at == onRouter {
			s.api.servers = append(s.api.servers, servers...)
			return
		}
		s.servers = append(s.servers, servers...)
	}}
}

// DescribeTag describes tags in the document, in the order in which they
// should appear. Fits the API.
func DescribeTag(tags ...openapi.Tag) Option {
	return &option{"DescribeTag", onRouter, func(s *settings) { s.api.tags = append(s.api.tags, tags...) }}
}

// DescribeType gives the type T a JSON schema in place of the one that is
// derived, wherever T is used. It is for types of other modules, whose JSON
// their fields and methods do not tell:
//
//	router.DescribeType[decimal.Decimal](map[string]any{"type": "string", "pattern": `^-?[0-9]+(\.[0-9]+)?$`})
//
// It documents and checks nothing; a type of your own rather tells its schema
// by the methods that package openapi names. Fits the API.
func DescribeType[T any](schema map[string]any) Option {
	t := reflect.TypeFor[T]()
	return &option{fmt.Sprintf("DescribeType[%v]", t), onRouter, func(s *settings) {
		if s.api.described == nil {
			s.api.described = map[reflect.Type]map[string]any{}
		}
		s.api.described[t] = schema
	}}
}

// ProvideByDefault makes dependencies available by type where nothing else
// gives the type. Fits the API.
func ProvideByDefault(ds ...*di.Dependency) Option {
	return &option{"ProvideByDefault", onRouter, func(s *settings) { s.api.defaults = append(s.api.defaults, ds...) }}
}

// RenderErrors chooses the shape of error answers, in the answers and in the
// document. The default is problem.RFC9457. Fits the API.
func RenderErrors(r problem.Renderer) Option {
	return &option{"RenderErrors", onRouter, func(s *settings) { s.api.renderer = r }}
}

// Logger receives the causes of internal errors, each with the request's id.
// The default is slog.Default() at the time of the first request. Fits the
// API.
func Logger(l *slog.Logger) Option {
	return &option{"Logger", onRouter, func(s *settings) { s.api.logger = l }}
}

// Validator gives a validator with rules, aliases and struct checks of the
// user's own. It must not be changed afterwards. Fits the API.
func Validator(v *validator.Validate) Option {
	return &option{"Validator", onRouter, func(s *settings) { s.api.validator = v }}
}

// RejectUnknownMembers refuses JSON bodies that have members which the Go type
// has no field for, and forms that have fields which nothing reads. By default
// these are passed over. Fits the API.
func RejectUnknownMembers() Option {
	return &option{"RejectUnknownMembers", onRouter, func(s *settings) { s.api.rejectUnknown = true }}
}

// RejectUnknownParameters refuses requests whose query has parameters that
// nothing reads, with 422, after those who may not use the route have been
// refused. What security schemes read is known, and so is every member of a deep
// object. A route whose handler, or something that it needs, takes *http.Request
// may read any name, and accepts all. By default unknown parameters are passed
// over. Fits the API.
func RejectUnknownParameters() Option {
	return &option{"RejectUnknownParameters", onRouter, func(s *settings) { s.api.rejectParameters = true }}
}

// FirstOfRepeated takes the first of several values given for a parameter that
// holds one. By default they are refused with 400, because a proxy that looked at
// the request may have taken another one. Fits the API.
func FirstOfRepeated() Option {
	return &option{"FirstOfRepeated", onRouter, func(s *settings) { s.api.firstOfRepeated = true }}
}

// Strict makes a route a mistake that is neither locked nor declared [Public].
// Fits the API.
func Strict() Option {
	return &option{"Strict", onRouter, func(s *settings) { s.api.strict = true }}
}
