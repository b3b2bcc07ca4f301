package router_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
)

// show sends a request and prints what comes back.
func show(h http.Handler, method, target, body string) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
}

type task struct {
	ID    int64  `json:"id"`
	Title string `json:"title" validate:"required,max=40"`
}

// createTask takes a body, and gives an envelope.
func createTask(_ context.Context, in struct {
	Task task `body:"json"`
}) (out struct {
	Location string `header:"Location"`
	Body     task   `body:"json"`
}, err error) {
	in.Task.ID = 1
	out.Location, out.Body = "/tasks/1", in.Task
	return out, nil
}

// getTask fails with a problem.
func getTask(_ context.Context, in struct {
	ID int64 `path:"id"`
}) (task, error) {
	if in.ID != 1 {
		return task{}, problem.NotFound("there is no such task")
	}
	return task{1, "Write"}, nil
}

func Example() {
	api := router.New("Tasks", "1.0.0")
	api.Handle("POST", "/tasks", di.Depends(createTask), router.Status(201))
	api.Handle("GET", "/tasks/{id}", di.Depends(getTask), router.Problems(404))
	if err := api.Build(); err != nil {
		fmt.Println(err)
		return
	}
	show(api, "POST", "/tasks", `{"title": "Write"}`)
	show(api, "POST", "/tasks", `{"title": ""}`)
	show(api, "GET", "/tasks/1", "")
	show(api, "GET", "/tasks/2", "")
	// Output:
	// 201 {"id":1,"title":"Write"}
	// 422 {"title":"Unprocessable Content","status":422,"code":"validation-failed","errors":[{"place":"body.title","pointer":"/title","code":"required","detail":"is required"}]}
	// 200 {"id":1,"title":"Write"}
	// 404 {"title":"Not Found","status":404,"detail":"there is no such task","code":"not-found"}
}

// A path parameter that is not in the path is found when the API is built.
func ExampleRouter_Build() {
	api := router.New("Tasks", "1.0.0")
	api.Handle("GET", "/tasks/{task}", di.Depends(getTask))
	message := api.Build().Error()
	fmt.Println(message[strings.Index(message, "field"):])
	// Output:
	// field getTask.ID has the tag path:"id", but the path has no {id}
	//     did you mean path:"task"?
}

type clockTime struct{ text string }

func ExampleRouter_With() {
	api := router.New("Clock", "1.0.0")
	api.Provide(di.Depends(func(context.Context, di.None) (clockTime, error) { return clockTime{"12:00"}, nil }))
	api.Handle("GET", "/now", di.Depends(func(_ context.Context, c clockTime) (string, error) { return c.text, nil }))

	// In a test, at midnight.
	midnight := di.Depends(func(context.Context, di.None) (clockTime, error) { return clockTime{"00:00"}, nil })
	show(api.With(di.ReplaceType(midnight)), "GET", "/now", "")
	show(api, "GET", "/now", "")
	// Output:
	// 200 "00:00"
	// 200 "12:00"
}

func ExampleGroup() {
	api := router.New("Tasks", "1.0.0")
	v1 := api.Group("/v1", router.Tags("v1"))
	v1.Handle("GET", "/tasks/{id}", di.Depends(getTask))
	show(api, "GET", "/v1/tasks/1", "")
	show(api, "GET", "/tasks/1", "")
	// Output:
	// 200 {"id":1,"title":"Write"}
	// 404 {"title":"Not Found","status":404,"detail":"there is nothing at this path","code":"not-found"}
}

func ExampleRedirect() {
	api := router.New("Tasks", "1.0.0")
	api.Handle("GET", "/latest", di.Depends(func(context.Context, di.None) (router.Redirect, error) {
		return router.Redirect{To: "/tasks/1"}, nil
	}))
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/latest", nil))
	fmt.Println(w.Code, w.Header().Get("Location"))
	// Output: 303 /tasks/1
}

func ExampleWriteRoutes() {
	api := router.New("Tasks", "1.0.0")
	api.Handle("POST", "/tasks", di.Depends(createTask))
	api.Handle("GET", "/tasks/{id}", di.Depends(getTask), router.Public())
	_ = router.WriteRoutes(os.Stdout, api.Audit())
	// Output:
	//    POST  /tasks       open
	//    GET   /tasks/{id}  public
}
