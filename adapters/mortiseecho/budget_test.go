package mortiseecho_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v5"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
)

// blankWriter takes an answer and keeps nothing of it.
type blankWriter struct{ header http.Header }

func (w *blankWriter) Header() http.Header         { return w.header }
func (w *blankWriter) Write(b []byte) (int, error) { return len(b), nil }
func (w *blankWriter) WriteHeader(int)             {}

func allocations(h http.Handler) float64 {
	template := httptest.NewRequest("GET", "/name", nil)
	w, r := &blankWriter{http.Header{}}, new(http.Request)
	return testing.AllocsPerRun(200, func() {
		*r = *template
		clear(w.header)
		h.ServeHTTP(w, r)
	})
}

func TestEchoCostsOneRequestAndOneContext(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	api := router.New("Budget", "1")
	api.Handle("GET", "/name", di.Depends(func(context.Context, di.None) (string, error) { return "name", nil }))
	e := echo.New()
	mounted(t, e, "", api)
	if alone, within := allocations(api), allocations(e); within > alone+2 {
		t.Errorf("%v allocations within Echo and %v without it, want two more at most", within, alone)
	}
}
