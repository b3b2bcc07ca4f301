// Package problem turns Go errors into RFC 9457 problem details, and writes
// them.
//
// A handler says what went wrong by returning an error:
//
//	func post(ctx context.Context, in getPost) (*Post, error) {
//		p, err := db.Post(ctx, in.ID)
//		if errors.Is(err, sql.ErrNoRows) {
//			return nil, problem.NotFound("there is no such post").Because(err)
//		}
//		return p, err
//	}
//
// and the client is answered
//
//	HTTP/1.1 404 Not Found
//	Content-Type: application/problem+json
//	Cache-Control: no-store
//
//	{"title":"Not Found","status":404,"detail":"there is no such post","code":"not-found"}
//
// # Problems
//
// A [Problem] is an error. Its fields are what the client reads; its cause,
// given with [Problem.Because], is what [errors.Is], [errors.As] and the log
// see, and is never rendered. The constructors, one a status, fill in the
// title and a stable kebab-case code. The methods that begin with With, and
// Because, return a changed copy, so a problem may be a package variable:
//
//	var errNoPost = problem.NotFound("there is no such post")
//
//	return nil, errNoPost.Because(err) // errors.Is(…, errNoPost) holds
//
// # Errors of your own
//
// [From] decides what a client is told about any error. An error type of your
// own needs no import of this package; it answers for itself with methods:
//
//	StatusCode() int      400..599; without it the error is a 500
//	Code() string         the kebab-case code; default: the one of the status
//	Detail() string       the text for the client; default: none
//	Header() http.Header  extra header fields, such as Retry-After
//
// # Shapes
//
// [RFC9457] is the shape of the answer unless a router is given another
// [Renderer]: [FastAPI] and [FastOpenAPI] speak as those frameworks do, for
// clients that already read them.
//
// # Security considerations
//
// The text of an error is never sent: only a Problem's fields, and what an
// error type offers in a method made for it, reach the client. An error that
// says nothing of the kind is a 500 whose body says nothing. Take care with
// error types of client libraries that have a StatusCode method: wrap them,
// lest the status of a server behind yours become your own.
//
// A detail is written by the programmer. Do not build one from submitted
// values: they land in logs and in the browsers of others. In the body they
// can do no harm to its form, since it is JSON; in header fields control
// characters are replaced, so that no value can add a line.
package problem
