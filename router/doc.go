// Package router turns functions into documented HTTP routes: what a function
// takes is read from the request or resolved, what it gives is the answer, and
// the OpenAPI document is derived from the chain that serves.
//
//	type Post struct {
//		ID    int64  `json:"id"`
//		Title string `json:"title"`
//	}
//
//	func getPost(ctx context.Context, in struct {
//		ID int64 `path:"id"`
//	}) (Post, error) {
//		return Post{in.ID, "Hello"}, nil
//	}
//
//	func main() {
//		api := router.New("Blog", "1.0.0")
//		api.Handle("GET", "/posts/{id}", di.Depends(getPost))
//		if err := api.Build(); err != nil {
//			log.Fatal(err)
//		}
//		log.Fatal(http.ListenAndServe(":8080", api)) // the document is at /openapi.json
//	}
//
// Programs usually import package mortise, the front door, whose generic verbs
// say mortise.Get(api, "/posts/{id}", getPost).
//
// # Inputs
//
// Handlers and dependencies are functions of the shape
//
//	func(ctx context.Context, in In) (Out, error)
//
// If a dependency in scope gives the type In, its value is passed. Otherwise In
// is a struct, filled field by field. A field with one of these tags is read from
// the request; any other exported field is found by its type, by the same rules;
// an embedded struct is flattened.
//
//	tag              reads                              absent, it is
//	path:"id"        the wildcard {id} or {id...}       never absent
//	query:"page"     a parameter of the query           required, unless it has a default or may be missing
//	header:"X-Tag"   a field of the header              as query
//	cookie:"theme"   a cookie                           as query
//	form:"name"      a field of a form                  as query
//	form:"name,json" a JSON part of a multipart form    required, unless the type is a pointer
//	body:"json"      the JSON body                      required, unless the type is a pointer
//	body:"jsonl"     [Lines] of JSON                    no lines
//	body:"multipart" the [Parts] of a form              no parts
//	body:"image/*"   the body as io.Reader, []byte      required, unless required:"false"
//	                 or string, of these media types
//
// A form is urlencoded, unless a field takes a file, an [Upload], or a JSON part:
// then it is multipart/form-data, within the limits of [Multipart].
//
// A pointer, an Optional, a slice or a field with required:"false" may be missing.
// These tags go with the first ones: default:"1", validate:"min=1,max=100" with
// the rules of validator/v10, enum:"a,b", layout:"2006-01-02", and for the
// document doc, example, format and deprecated.
//
// A JSON body is checked with all that it holds, elements of lists and maps
// included; null is a value only where the type has one, such as a pointer; and
// a member may be an Optional, or one of several types by openapi.OneOf.
//
// These types need no provider: *http.Request, [ResponseHeader], [Prefix],
// [Preconditions], [Background], and, from package di, Scopes.
//
// # Outputs
//
//	output                                         answer
//	a struct, slice, map, string, number, pointer  200 and JSON; nil slices are [], nil maps {}
//	di.None, or a struct without fields            204
//	[Redirect]                                     303 and Location
//	a text or bytes, with [ContentType]            200, as they are
//	[File]                                         200, 206, 304, 412 or 416
//	[Events], [Lines], [Stream], an io.Reader      200, sent piece by piece
//	a struct with one of the tags below            an envelope
//
//	tag             type                                   sends
//	status:"201"    int                                    the status; 201 while the field is 0
//	header:"ETag"   text, number, bool, time, pointer      a field of the header; nothing while it is empty
//	header:"Link"   slice of these                         a line for each element
//	cookie:"theme"  *http.Cookie, []*http.Cookie           Set-Cookie; nothing for nil
//	body:"json"     anything                               the content
//	body:"text/csv" text, bytes, a reader, a [Stream], …   the content, as it is
//
// In an envelope every field has a tag: one that would not be sent is a mistake.
// What cannot be encoded is a 500 of which nothing has been sent, because the
// answer is encoded before resources are closed, and sent after. What is sent piece
// by piece is sent before resources are closed; an error in the middle of it cuts
// the connection.
//
// [Encoder] adds other forms than JSON, from which the client chooses by Accept.
// Answers with an ETag or Last-Modified are compared with the conditions of the
// request, RFC 9110 section 13.
//
// HEAD is answered wherever GET is, with the same header; OPTIONS with 204 and
// Allow; a path that is not clean, or lacks its final slash, with 307.
//
// # Errors
//
//	error                                          answer
//	*problem.Problem, or an error that wraps it    the problem
//	StatusCode() int, and optionally Code() string,
//	Detail() string, Header() http.Header          a problem of these
//	StatusCode() int and ErrorBody() any           that body as JSON, for protocols with errors of their own
//	context.Canceled, context.DeadlineExceeded     503
//	any other error, a panic                       500, which says nothing
//
// The cause of a 5xx is logged, once, with the request's id, which the client
// gets as X-Request-Id: its own if that is harmless, or else a new one. A 401 that
// names no scheme gets the challenges of all that the route accepts.
// [RenderErrors] changes the shape of all errors, in answers and document alike,
// those of the middleware in [Router.Use] included.
//
// What is wrong with a request is told together, with places such as "query.page"
// and "body.items[3].qty": 400 when it cannot be read at all, 415, 413 and 408 for
// a body of another kind, over the limit or too slow, 422 for values that are
// refused.
//
// # Order
//
//	middleware              of [Router.Use], the first is the outermost
//	route match             404, 405, 307, 406
//	admission               403, 429      addresses, coarse limits
//	authentication          401, 400      credentials and what verifies them
//	revocation, 2nd factor  401
//	scopes                  403
//	roles and permissions   403
//	quota of a principal    429
//	ownership               403, 404
//	remaining parameters    400, 422      all mistakes together with
//	body                    400..422      those of the body
//	other dependencies
//	handler
//	encoding of the answer
//	closing of resources                  last opened, first closed; may fail the request
//	sending                               of pieces: before the closing
//	background work
//
// A dependency has its stage from the options di.At; within a stage the order of
// declaration counts, and what a dependency needs always runs before it. A
// guard's own parameters are bound when it runs. A body is never read before the
// last guard has passed.
//
// # Groups
//
// A [Group] has a prefix, options and dependencies of its own, and passes them
// inwards. [Group.Provide] makes dependencies available by type: they run where
// something needs them. [Group.Require], or a *di.Dependency among the options
// of a router, a group or a route, makes them run in any case.
//
// [Public] opens a route or a group: guards required further out do not run for
// it. A guard further in, or a credential that something needs nevertheless, is
// a mistake. With [Strict] so is a route that is neither locked nor public.
//
// # Mounting
//
// [Router.Under] is the API below a prefix of a host that has other routes. A
// host routes by paths of its own; the API matches the whole path again, so that
// a lock is bound to what the API has matched.
//
// # Mistakes
//
// [Router.Build] reports everything that is wrong with the declarations, all at
// once, in the order of their places, and without calling a handler or a
// dependency. A mistake that many routes have in common is told once:
//
//	GET /users (api.go:30): nothing provides *store.DB
//	    needed by auth.CurrentUser (auth.go:12)
//	    needed by listUsers (users.go:7)
//	    did you mean store.DB, provided at main.go:19?
//	    and so for 12 more routes
//
// Put it in a test of one line.
//
// # Tests
//
// A router is an http.Handler, so httptest serves it. [Router.With] makes one that
// replaces dependencies by type or by handle, for one test, beside any others:
//
//	api.With(di.ReplaceType(di.Depends(fakeUser)))
//
// # The document
//
// It describes what the compiled chain does: parameters that dependencies read at
// any depth, merged; locks, combined as they are enforced; the answers that these
// bring along. Options add what code cannot tell: [Summary], [Description],
// [Tags], [Problems], [Response], [Deprecated], [Hidden], examples, servers, and
// what the API sends itself, see [Webhook] and [Callback]. [Router.Audit] tells
// the same to operators, hidden routes included.
//
// It is served as OpenAPI 3.1 at /openapi.json, as YAML at /openapi.yaml, and for
// older tools as 3.0.3 at /openapi-3.0.json and /openapi-3.0.yaml. [GuardDocs]
// guards all of these and the page.
//
// # Security considerations
//
//   - A lock is bound to the matched operation and never to a prefix of the path;
//     a path parameter that holds an escaped slash, a backslash, a dot segment or
//     a control character is refused.
//   - Answers of operations that take a credential, and only those, get
//     Cache-Control: no-store and Vary, unless the handler says otherwise.
//   - No answer repeats a submitted value, and no 5xx says why. Names of members
//     and map keys may be repeated, in places.
//   - Bodies have a limit, [DefaultMaxBody], see [MaxBody]. They are not
//     decompressed. Time limits are the server's business, but for what is sent
//     piece by piece, which has one for each write, see [Streams].
//   - Names of uploaded files are made safe, and their types are the client's word
//     unless a tag says what is accepted. Send them back with [File.Attachment].
//   - A handle that is nil is a mistake, not a guard that is missing.
//   - Hidden routes are served. The document tells all others to everybody:
//     [DocumentAt] moves it or switches it off.
package router
