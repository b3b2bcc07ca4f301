package bind_test

import (
	"fmt"
	"net/http/httptest"
	"reflect"

	"github.com/mortise-go/mortise/internal/bind"
)

func Example() {
	type listUsers struct {
		Page int `query:"page" default:"1" validate:"min=1,max=1000"`
	}
	f, _ := reflect.TypeFor[listUsers]().FieldByName("Page")

	// When the API is built.
	page, err := bind.Compile(bind.Spec{Place: bind.Query, Name: "page", Type: f.Type, Tag: f.Tag, Field: "listUsers.Page"}, bind.Options{})
	if err != nil {
		panic(err)
	}
	plan, err := bind.NewPlan(nil, []*bind.Param{page}, bind.Limits{})
	if err != nil {
		panic(err)
	}

	// When a frame is made.
	var in listUsers
	src := plan.NewSource()
	binder := page.Binder(&in.Page, src)

	// For each request.
	for _, query := range []string{"?page=2", "", "?page=0", "?page=two", "?page=1&page=2", "?page=%"} {
		src.Load(httptest.NewRequest("GET", "/users"+query, nil))
		if err := binder.Bind(); err != nil {
			fmt.Println(err, err.Malformed)
		} else {
			fmt.Println(in.Page)
		}
		src.Reset()
	}
	// Output:
	// 2
	// 1
	// query.page: must be at least 1 false
	// query.page: expected an integer false
	// query.page: given more than once true
	// query: is malformed: % must be followed by two hexadecimal digits true
}

func ExampleCompile_incorrect() {
	_, err := bind.Compile(bind.Spec{
		Place: bind.Query,
		Name:  "page",
		Type:  reflect.TypeFor[int](),
		Tag:   `query:"page" default:"x"`,
		Field: "ListUsers.Page",
	}, bind.Options{})
	fmt.Println(err)
	// Output:
	// field ListUsers.Page has default:"x", which is not an int; specify a number, such as default:"1"
}
