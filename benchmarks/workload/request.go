package workload

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Request is one request of a workload with the answer it has to get.
type Request struct {
	// Name is the workload's name, such as W1 or W5/D08.
	Name string
	// Method and Target are the first line of the request.
	Method, Target string
	// Header has one value for each field.
	Header map[string]string
	// Body is the request's JSON, or empty.
	Body []byte
	// Want is the value whose JSON is the answer, with status 200.
	Want any
}

// Requests returns the request of each workload, in order.
func Requests() []Request {
	order := SampleOrder()
	users := NewUsers()
	admin, err := users.Admit("Bearer " + Good())
	if err != nil {
		panic(err) // the good token is good
	}
	view, err := users.View(7, admin)
	if err != nil {
		panic(err) // the store has a user 7
	}
	list := []Request{
		{Name: "W1", Method: http.MethodGet, Target: "/hello", Want: Hello()},
		{Name: "W2", Method: http.MethodGet, Target: "/items/42?page=2&q=abc", Header: map[string]string{"X-Request-Tag": "req-7f3a9c"},
			Want: FindItem(42, 2, "abc", "req-7f3a9c")},
		{Name: "W3", Method: http.MethodPost, Target: "/items", Header: map[string]string{"Content-Type": "application/json"},
			Body: JSON(order), Want: PlaceOrder(&order)},
		{Name: "W4", Method: http.MethodGet, Target: "/admin/users/7", Header: map[string]string{"Authorization": "Bearer " + Good()}, Want: view},
	}
	for _, depth := range Depths() {
		list = append(list, Request{Name: fmt.Sprintf("W5/D%02d", depth), Method: http.MethodGet, Target: fmt.Sprintf("/chain%d", depth), Want: Hello()})
	}
	return list
}

// Named returns the requests whose name is one of names or lies below one, as
// W5/D08 lies below W5; all requests for no names.
func Named(names ...string) []Request {
	var list []Request
	for _, r := range Requests() {
		wanted := len(names) == 0
		for _, name := range names {
			wanted = wanted || r.Name == name || strings.HasPrefix(r.Name, name+"/")
		}
		if wanted {
			list = append(list, r)
		}
	}
	return list
}

// JSON returns the JSON of a value of this package. It panics for others that
// have none.
func JSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
