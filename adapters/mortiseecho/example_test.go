package mortiseecho_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/labstack/echo/v5"

	"github.com/mortise-go/mortise/adapters/mortiseecho"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
)

//docs:begin value
type Team struct{ Name string }

// findTeam is middleware of Echo, whose result the API takes by type.
func findTeam(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c *echo.Context) error {
		c.Set("team", &Team{Name: c.Request().Header.Get("X-Team")})
		return next(c)
	}
}

func greet(_ context.Context, in struct {
	Name string `path:"name"`
	Team *Team
}) (string, error) {
	return in.Name + " of " + in.Team.Name, nil
}

//docs:end value

//docs:begin mount
func newEcho() *echo.Echo {
	api := router.New("Teams", "1.0.0")
	api.Provide(mortiseecho.Value[*Team]("team"))
	api.Handle("GET", "/hello/{name}", di.Depends(greet))

	e := echo.New()
	e.Use(findTeam)
	e.GET("/health", func(c *echo.Context) error { return c.String(200, "fine") })
	if err := mortiseecho.Mount(e, "/api", api); err != nil {
		log.Fatal(err)
	}
	return e
}

//docs:end mount

func ExampleMount() {
	e := newEcho()
	r := httptest.NewRequest("GET", "/api/hello/ada", nil)
	r.Header.Set("X-Team", "engines")
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output: 200 "ada of engines"
}
