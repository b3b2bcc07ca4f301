package mortiseecho

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/labstack/echo/v5"

	"github.com/mortise-go/mortise/di"
)

type contextKey struct{}

// errElsewhere says that there is no Echo around the API, as in a test that
// serves the API alone.
var errElsewhere = errors.New("mortiseecho: the request did not come through Mount or MountGroup; in a test, replace the dependency with di.ReplaceType")

// FromContext returns the echo.Context of the request that ctx belongs to, and
// false when the request did not come through Echo. It serves until the
// handler returns.
func FromContext(ctx context.Context) (*echo.Context, bool) {
	c, ok := ctx.Value(contextKey{}).(*echo.Context)
	return c, ok
}

// Context gives the *echo.Context of the request to handlers and dependencies
// that take one. A request that did not come through Echo is answered 500.
func Context() *di.Dependency {
	return di.Depends(func(ctx context.Context, _ di.None) (*echo.Context, error) {
		c, ok := FromContext(ctx)
		if !ok {
			return nil, errElsewhere
		}
		return c, nil
	})
}

// Value gives what a middleware has put into the echo.Context, as in
// c.Set("tenant", tenant), to handlers and dependencies that take a T. Where
// it is missing or of another type, the request is answered 500, and the log
// says which.
func Value[T any](key string) *di.Dependency {
	return di.Depends(func(ctx context.Context, _ di.None) (T, error) {
		var none T
		c, ok := FromContext(ctx)
		if !ok {
			return none, errElsewhere
		}
		switch v := c.Get(key).(type) {
		case T:
			return v, nil
		case nil:
			return none, fmt.Errorf("mortiseecho: nothing is in the echo.Context at %q, want %v; is the middleware that sets it before the API?", key, reflect.TypeFor[T]())
		default:
			return none, fmt.Errorf("mortiseecho: what is in the echo.Context at %q is %T, want %v", key, v, reflect.TypeFor[T]())
		}
	})
}
