package contenders

import (
	"context"
	"net/http"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"

	"github.com/mortise-go/mortise/benchmarks/workload"
)

// mortiseJWT is Mortise as people use it: the token is read by the strict
// verifier of package security. With golang-jwt instead, as all the others, it
// is mortiseRouter.
func mortiseJWT() http.Handler {
	verifier, err := security.NewVerifier(security.VerifierConfig{
		Algorithms: []string{"HS256"}, Key: workload.Secret(), AnyIssuer: true, AnyAudience: true,
	})
	must(err)
	return mortiseAPI(func(_ context.Context, token security.BearerToken) (*workload.Claims, error) {
		return security.Verify[workload.Claims](verifier, string(token))
	})
}

func mortiseRouter() http.Handler {
	users := workload.NewUsers()
	return mortiseAPI(func(_ context.Context, token security.BearerToken) (*workload.Claims, error) {
		c, err := users.Verify(string(token))
		if err != nil {
			return nil, security.InvalidToken().Because(err)
		}
		return c, nil
	})
}

func mortiseAPI(claims func(context.Context, security.BearerToken) (*workload.Claims, error)) http.Handler {
	api := mortise.New("Benchmarks", "1", router.DocumentAt(""))
	m := &mortiseHandlers{workload.NewUsers()}
	api.Provide(mortise.Depends(claims), mortise.Depends(m.current))
	mortise.Get(api, "/hello", m.hello)
	mortise.Get(api, "/items/{id}", m.item)
	mortise.Post(api, "/items", m.order)
	mortise.Get(api, "/admin/users/{id}", m.user, mortise.Security(m.allow, workload.AdminScope))
	mortiseChain(api)
	must(api.Build())
	return api
}

type mortiseHandlers struct{ users *workload.Users }

func (m *mortiseHandlers) hello(context.Context, mortise.None) (workload.Message, error) {
	return workload.Hello(), nil
}

func (m *mortiseHandlers) item(_ context.Context, in struct {
	ID    int    `path:"id"`
	Page  int    `query:"page" default:"1" validate:"min=1,max=100"`
	Query string `query:"q" default:""`
	Tag   string `header:"X-Request-Tag"`
}) (workload.Item, error) {
	return workload.FindItem(in.ID, in.Page, in.Query, in.Tag), nil
}

func (m *mortiseHandlers) order(_ context.Context, in struct {
	Order workload.Order `body:"json"`
}) (workload.Receipt, error) {
	return workload.PlaceOrder(&in.Order), nil
}

func (m *mortiseHandlers) current(_ context.Context, c *workload.Claims) (*workload.User, error) {
	u, err := m.users.Current(c)
	if err != nil {
		return nil, security.UserNotFound().Because(err)
	}
	return u, nil
}

func (m *mortiseHandlers) allow(_ context.Context, in struct {
	Required security.Scopes
	Claims   *workload.Claims
	User     *workload.User
}) (*workload.User, error) {
	for _, scope := range in.Required {
		if err := workload.Allow(in.Claims, in.User, scope); err != nil {
			return nil, security.InsufficientScope(security.Challenge{}, in.Required, in.Claims.Scopes).Because(err)
		}
	}
	return in.User, nil
}

func (m *mortiseHandlers) user(_ context.Context, in struct {
	ID int `path:"id"`
	By *workload.User
}) (workload.UserView, error) {
	view, err := m.users.View(in.ID, in.By)
	if err != nil {
		return workload.UserView{}, problem.NotFound("").Because(err)
	}
	return view, nil
}

// link makes one dependency of the chain.
func link[P, C ~struct{ N int }]() *mortise.Dependency {
	return mortise.Depends(func(_ context.Context, p P) (C, error) {
		return C(struct{ N int }{workload.Next(struct{ N int }(p).N)}), nil
	})
}

// chained makes the handler at the end of a chain.
func chained[L ~struct{ N int }](depth int) func(context.Context, L) (workload.Message, error) {
	return func(_ context.Context, l L) (workload.Message, error) {
		return workload.Chained(struct{ N int }(l).N, depth), nil
	}
}

func mortiseChain(api *mortise.API) {
	api.Provide(mortise.Depends(func(context.Context, mortise.None) (workload.Link1, error) {
		return workload.Link1{N: workload.Next(0)}, nil
	}))
	api.Provide(
		link[workload.Link1, workload.Link2](), link[workload.Link2, workload.Link3](), link[workload.Link3, workload.Link4](),
		link[workload.Link4, workload.Link5](), link[workload.Link5, workload.Link6](), link[workload.Link6, workload.Link7](),
		link[workload.Link7, workload.Link8](), link[workload.Link8, workload.Link9](), link[workload.Link9, workload.Link10](),
		link[workload.Link10, workload.Link11](), link[workload.Link11, workload.Link12](), link[workload.Link12, workload.Link13](),
		link[workload.Link13, workload.Link14](), link[workload.Link14, workload.Link15](), link[workload.Link15, workload.Link16](),
		link[workload.Link16, workload.Link17](), link[workload.Link17, workload.Link18](), link[workload.Link18, workload.Link19](),
		link[workload.Link19, workload.Link20](), link[workload.Link20, workload.Link21](), link[workload.Link21, workload.Link22](),
		link[workload.Link22, workload.Link23](), link[workload.Link23, workload.Link24](), link[workload.Link24, workload.Link25](),
		link[workload.Link25, workload.Link26](), link[workload.Link26, workload.Link27](), link[workload.Link27, workload.Link28](),
		link[workload.Link28, workload.Link29](), link[workload.Link29, workload.Link30](), link[workload.Link30, workload.Link31](),
		link[workload.Link31, workload.Link32](),
	)
	mortise.Get(api, "/chain1", chained[workload.Link1](1))
	mortise.Get(api, "/chain2", chained[workload.Link2](2))
	mortise.Get(api, "/chain4", chained[workload.Link4](4))
	mortise.Get(api, "/chain8", chained[workload.Link8](8))
	mortise.Get(api, "/chain16", chained[workload.Link16](16))
	mortise.Get(api, "/chain32", chained[workload.Link32](32))
}
