package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/openapi/ui"
)

// The document and the page lie beside each other, and the page needs its own path and everything below it.
func ExampleHandler() {
	document := openapi.New(openapi.Info{Title: "Blog", Version: "1.0.0"})
	docs := ui.Handler(ui.Config{Title: "Blog"})

	mux := http.NewServeMux()
	mux.Handle("GET /openapi.json", document.Handler())
	mux.Handle("GET /docs", docs)
	mux.Handle("GET /docs/", docs)

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/docs", nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output: 200 text/html; charset=utf-8
}
