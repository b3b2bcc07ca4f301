package session_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security/session"
)

func Example() {
	type data struct {
		Theme string `json:"theme"`
	}
	sessions, err := session.New[data](session.Config{Store: session.NewMemory(session.MemoryConfig{})})
	if err != nil {
		panic(err)
	}
	api := router.New("Films", "1.0.0")
	api.Provide(sessions.Dependency(), sessions.Starter())
	api.Handle("POST", "/login", di.Depends(func(ctx context.Context, starter *session.Starter[data]) (di.None, error) {
		_, err := starter.Start(ctx, "ada", data{Theme: "dark"}) // after a look at her password
		return di.None{}, err
	}), router.Public())
	api.Handle("GET", "/theme", di.Depends(func(_ context.Context, s *session.Session[data]) (string, error) {
		return s.Data.Theme, nil
	}))
	api.Handle("POST", "/logout", di.Depends(session.Logout[data]), router.OperationID("logout"))

	var cookies []*http.Cookie
	for _, line := range [][2]string{{"GET", "/theme"}, {"POST", "/login"}, {"GET", "/theme"}, {"POST", "/logout"}, {"GET", "/theme"}} {
		r := httptest.NewRequest(line[0], line[1], nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if line[1] == "/login" {
			cookies = w.Result().Cookies()
		}
		fmt.Println(line[0], line[1], w.Code)
	}
	// Output:
	// GET /theme 401
	// POST /login 204
	// GET /theme 200
	// POST /logout 204
	// GET /theme 401
}
