package contenders

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v5"

	"github.com/mortise-go/mortise/benchmarks/workload"
)

// echoItem is what W2 reads, bound by echo from path, query and header.
type echoItem struct {
	ID    int    `param:"id"`
	Page  int    `query:"page" validate:"gte=1,lte=100"`
	Query string `query:"q"`
}

// echoValidator lets echo validate what it bound.
type echoValidator struct{}

// Validate checks a struct by its tags.
func (echoValidator) Validate(v any) error { return workload.Validator().Struct(v) }

// echoRouter is Echo 5 with its binder and a validator.
func echoRouter() http.Handler {
	e := echo.New()
	e.Validator = echoValidator{}
	users := workload.NewUsers()
	e.GET("/hello", func(c *echo.Context) error { return c.JSON(http.StatusOK, workload.Hello()) })
	e.GET("/items/:id", echoFindItem)
	e.POST("/items", echoPlaceOrder)
	e.GET("/admin/users/:id", echoView(users), echoAdmit(users))
	for _, depth := range workload.Depths() {
		e.GET(fmt.Sprintf("/chain%d", depth), func(c *echo.Context) error {
			n, _ := c.Get("chain").(int)
			return c.JSON(http.StatusOK, workload.Chained(n, depth))
		}, echoLinks(depth)...)
	}
	return e
}

func echoFindItem(c *echo.Context) error {
	in := echoItem{Page: workload.PageDefault}
	if err := c.Bind(&in); err != nil {
		return err
	}
	if err := c.Validate(&in); err != nil {
		return echo.NewHTTPError(http.StatusUnprocessableEntity, "invalid")
	}
	tag := c.Request().Header.Get("X-Request-Tag")
	if tag == "" {
		return echo.NewHTTPError(http.StatusUnprocessableEntity, "no tag")
	}
	return c.JSON(http.StatusOK, workload.FindItem(in.ID, in.Page, in.Query, tag))
}

func echoPlaceOrder(c *echo.Context) error {
	var order workload.Order
	if err := c.Bind(&order); err != nil {
		return err
	}
	if err := c.Validate(&order); err != nil {
		return echo.NewHTTPError(http.StatusUnprocessableEntity, "invalid")
	}
	return c.JSON(http.StatusOK, workload.PlaceOrder(&order))
}

func echoAdmit(users *workload.Users) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			by, err := users.Admit(c.Request().Header.Get("Authorization"))
			if err != nil {
				return echo.NewHTTPError(workload.StatusOf(err), err.Error())
			}
			c.Set("user", by)
			return next(c)
		}
	}
}

func echoView(users *workload.Users) echo.HandlerFunc {
	return func(c *echo.Context) error {
		by, _ := c.Get("user").(*workload.User)
		id, ok := number(c.Param("id"))
		if !ok || by == nil {
			return echo.NewHTTPError(http.StatusUnprocessableEntity, "invalid")
		}
		view, err := users.View(id, by)
		if err != nil {
			return echo.NewHTTPError(workload.StatusOf(err), err.Error())
		}
		return c.JSON(http.StatusOK, view)
	}
}

func echoLinks(depth int) []echo.MiddlewareFunc {
	links := make([]echo.MiddlewareFunc, depth)
	for i := range links {
		links[i] = func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c *echo.Context) error {
				n, _ := c.Get("chain").(int)
				c.Set("chain", workload.Next(n))
				return next(c)
			}
		}
	}
	return links
}

// number reads a decimal path value.
func number(text string) (n int, ok bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil
}
