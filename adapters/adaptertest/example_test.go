package adaptertest_test

import (
	"fmt"

	"github.com/mortise-go/mortise/adapters/adaptertest"
)

func ExampleCases() {
	for _, c := range adaptertest.Cases()[3:5] {
		fmt.Println(c.Name)
	}
	// Output:
	// path values are seen by code that knows net/http only
	// what no route matches is a 404 of the API
}
