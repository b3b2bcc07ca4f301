package problem_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/mortise-go/mortise/problem"
)

// A problem in a package variable is a class of errors.
var errNoPost = problem.NotFound("there is no such post")

func Example() {
	err := fmt.Errorf("showing post 7: %w", errNoPost.Because(sql.ErrNoRows))

	fmt.Println(err) // for the log
	fmt.Println(errors.Is(err, errNoPost), errors.Is(err, sql.ErrNoRows))

	w := httptest.NewRecorder()
	_ = problem.Write(w, httptest.NewRequest("GET", "/posts/7", nil), problem.From(err))
	fmt.Println(w.Code, w.Body) // for the client
	// Output:
	// showing post 7: 404 not-found: there is no such post: sql: no rows in result set
	// true true
	// 404 {"title":"Not Found","status":404,"detail":"there is no such post","code":"not-found"}
}

func ExampleFrom() {
	w := httptest.NewRecorder()
	_ = problem.Write(w, nil, problem.From(errors.New("pq: password authentication failed for user admin")))
	fmt.Println(w.Code, w.Body)
	// Output: 500 {"title":"Internal Server Error","status":500,"code":"internal-error"}
}

// declined answers for itself, without importing this package.
type declined struct{}

func (declined) Error() string   { return "acquirer said 51" }
func (declined) StatusCode() int { return http.StatusPaymentRequired }
func (declined) Code() string    { return "card-declined" }
func (declined) Detail() string  { return "the card was declined; try another one" }

func ExampleFrom_errorOfYourOwn() {
	p := problem.From(fmt.Errorf("paying: %w", declined{}))
	fmt.Println(p.StatusCode(), p.Code, p.Detail)
	// Output: 402 card-declined the card was declined; try another one
}

func ExampleUnauthorized() {
	w := httptest.NewRecorder()
	_ = problem.Write(w, nil, problem.Unauthorized("", `Bearer realm="api"`, `Basic realm="api", charset="UTF-8"`))
	for _, line := range w.Header()["Www-Authenticate"] {
		fmt.Println(line)
	}
	// Output:
	// Bearer realm="api"
	// Basic realm="api", charset="UTF-8"
}

func ExampleProblem_With() {
	w := httptest.NewRecorder()
	_ = problem.Write(w, nil, problem.Forbidden("a scope is missing").With("required_scopes", []string{"posts:write"}))
	fmt.Println(w.Body)
	// Output: {"title":"Forbidden","status":403,"detail":"a scope is missing","code":"forbidden","required_scopes":["posts:write"]}
}

func ExampleFastAPI() {
	w := httptest.NewRecorder()
	_ = problem.WriteAs(problem.FastAPI{}, w, nil, problem.Unprocessable(
		problem.Invalid{Place: "body.items[3].qty", Pointer: "/items/3/qty", Code: "max", Detail: "must be at most 7"},
	))
	fmt.Println(w.Body)
	// Output: {"detail":[{"loc":["body","items",3,"qty"],"msg":"must be at most 7","type":"max"}]}
}

func ExampleFastOpenAPI() {
	w := httptest.NewRecorder()
	_ = problem.WriteAs(problem.FastOpenAPI{}, w, nil, problem.NotFound("no such post"))
	fmt.Println(w.Body)
	// Output: {"error":{"type":"resource_not_found","message":"no such post","status":404}}
}
