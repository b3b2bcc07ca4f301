package router_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
)

func ExampleEvents() {
	countdown := func(_ context.Context, in struct {
		From int `query:"from" validate:"max=10"`
	}) (router.Events[int], error) {
		return func(yield func(router.Event[int], error) bool) {
			for n := in.From; n > 0; n-- {
				if !yield(router.Event[int]{Name: "count", Data: n}, nil) {
					return
				}
			}
		}, nil
	}
	api := router.New("Launch", "1.0.0")
	api.Handle("GET", "/countdown", di.Depends(countdown))

	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/countdown?from=2", nil))
	fmt.Print(w.Body)
	// Output:
	// event: count
	// data: 2
	//
	// event: count
	// data: 1
}

func ExampleFile() {
	api := router.New("Files", "1.0.0")
	api.Handle("GET", "/digits", di.Depends(func(context.Context, di.None) (router.File, error) {
		return router.File{Content: strings.NewReader("0123456789"), Name: "digits.txt", ETag: `"v1"`}, nil
	}))

	r := httptest.NewRequest(http.MethodGet, "/digits", nil)
	r.Header.Set("Range", "bytes=2-4")
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("Content-Range"), w.Body)
	// Output: 206 bytes 2-4/10 234
}

func ExampleEncoder() {
	asXML := func(w io.Writer, v any) error { return xml.NewEncoder(w).Encode(v) }
	api := router.New("Numbers", "1.0.0", router.Encoder("application/xml", asXML))
	api.Handle("GET", "/answer", di.Depends(func(context.Context, di.None) (int, error) { return 42, nil }))

	for _, accept := range []string{"application/json", "application/xml"} {
		r := httptest.NewRequest(http.MethodGet, "/answer", nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Println(w.Body)
	}
	// Output:
	// 42
	// <int>42</int>
}

func ExampleBackground() {
	api := router.New("Mail", "1.0.0")
	api.Handle("POST", "/users", di.Depends(func(_ context.Context, later router.Background) (string, error) {
		later.Add(func(context.Context) error {
			fmt.Println("a letter is sent")
			return nil
		})
		return "welcome", nil
	}))

	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/users", nil))
	_ = api.Close() // waits for the letter
	fmt.Println(w.Body)
	// Output:
	// a letter is sent
	// "welcome"
}
