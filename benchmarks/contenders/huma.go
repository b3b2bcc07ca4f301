package contenders

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/mortise-go/mortise/benchmarks/workload"
)

// What huma reads and answers in each workload.
type (
	humaAnswer[T any] struct{ Body T }
	humaItem          struct {
		ID    int    `path:"id"`
		Page  int    `query:"page" default:"1" minimum:"1" maximum:"100"`
		Query string `query:"q"`
		Tag   string `header:"X-Request-Tag" required:"true" minLength:"1"`
	}
	humaOrder struct{ Body workload.Order }
	humaUser  struct {
		ID int `path:"id"`
	}
)

// humaRouter is huma 2 on net/http, without the links to schemas that it would
// add to every answer.
func humaRouter() http.Handler {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Workloads", "1.0.0")
	config.CreateHooks = nil
	config.DocsPath, config.OpenAPIPath, config.SchemasPath = "", "", ""
	api := humago.New(mux, config)
	users := workload.NewUsers()
	huma.Get(api, "/hello", func(context.Context, *struct{}) (*humaAnswer[workload.Message], error) {
		return &humaAnswer[workload.Message]{workload.Hello()}, nil
	})
	huma.Get(api, "/items/{id}", func(_ context.Context, in *humaItem) (*humaAnswer[workload.Item], error) {
		return &humaAnswer[workload.Item]{workload.FindItem(in.ID, in.Page, in.Query, in.Tag)}, nil
	})
	huma.Post(api, "/items", func(_ context.Context, in *humaOrder) (*humaAnswer[workload.Receipt], error) {
		return &humaAnswer[workload.Receipt]{workload.PlaceOrder(&in.Body)}, nil
	}, func(o *huma.Operation) { o.DefaultStatus = http.StatusOK })
	huma.Get(api, "/admin/users/{id}", humaView(users), func(o *huma.Operation) {
		o.Middlewares = huma.Middlewares{humaAdmit(api, users)}
	})
	for _, depth := range workload.Depths() {
		huma.Get(api, fmt.Sprintf("/chain%d", depth), func(ctx context.Context, _ *struct{}) (*humaAnswer[workload.Message], error) {
			return &humaAnswer[workload.Message]{workload.Chained(chainValue(ctx), depth)}, nil
		}, func(o *huma.Operation) { o.Middlewares = humaLinks(depth) })
	}
	return mux
}

func humaAdmit(api huma.API, users *workload.Users) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		by, err := users.Admit(c.Header("Authorization"))
		if err != nil {
			must(huma.WriteErr(api, c, workload.StatusOf(err), http.StatusText(workload.StatusOf(err))))
			return
		}
		next(huma.WithValue(c, userKey{}, by))
	}
}

func humaView(users *workload.Users) func(context.Context, *humaUser) (*humaAnswer[workload.UserView], error) {
	return func(ctx context.Context, in *humaUser) (*humaAnswer[workload.UserView], error) {
		by, _ := ctx.Value(userKey{}).(*workload.User)
		view, err := users.View(in.ID, by)
		if err != nil {
			return nil, huma.NewError(workload.StatusOf(err), http.StatusText(workload.StatusOf(err)))
		}
		return &humaAnswer[workload.UserView]{view}, nil
	}
}

func humaLinks(depth int) huma.Middlewares {
	links := make(huma.Middlewares, depth)
	for i := range links {
		links[i] = func(c huma.Context, next func(huma.Context)) {
			next(huma.WithValue(c, chainKey{}, workload.Next(chainValue(c.Context()))))
		}
	}
	return links
}
