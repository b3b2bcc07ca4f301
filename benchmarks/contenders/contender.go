package contenders

import (
	"fmt"
	"net/http"
)

// Contender is one way to serve the workloads.
type Contender struct {
	// Name tells contenders apart, and is what the ratio program prints.
	Name string
	// New returns a handler of its own for all workloads. It panics if the
	// framework refuses a route.
	New func() http.Handler
}

// Baseline is the name of the contender that ratios refer to: net/http by hand
// with encoding/json.
const Baseline = "net/http"

// All returns every contender, the baseline first.
func All() []Contender {
	return []Contender{
		{Baseline, func() http.Handler { return netHTTP(encodingJSON{}) }},
		{"net/http json2", func() http.Handler { return netHTTP(json2{}) }},
		{"mortise", mortiseRouter},
		{"mortise jwt", mortiseJWT},
		{"chi", chiRouter},
		{"echo", echoRouter},
		{"gin", ginRouter},
		{"huma", humaRouter},
	}
}

// must stops a contender whose framework refuses a route.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("a contender cannot be built: %v", err))
	}
}
