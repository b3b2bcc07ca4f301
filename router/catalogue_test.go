package router_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// get declares GET of a path with a handler that takes In and gives nothing.
func get[In any](api *mortise.API, path string, opts ...router.Option) {
	mortise.Get(api, path, func(context.Context, In) (none, error) { return none{}, nil }, opts...)
}

// out declares GET / with a handler that gives an Out.
func out[Out any](api *mortise.API, opts ...router.Option) {
	var v Out
	mortise.Get(api, "/", gives(v), opts...)
}

type (
	database struct{ n int }
	session  struct{ n int }
	tagged   struct {
		ID int `path:"id"`
	}
	paged struct {
		Page int `query:"page" default:"x"`
	}
	loop    struct{ n int }
	crosses struct{ n int }
	meta    struct {
		Tag string `header:"X-Tag"`
	}
	envelope struct {
		Tag  string `header:"X-Tag"`
		Name string
		Age  int
	}
	unencodable struct {
		Done chan bool `json:"done"`
		Call func()    `json:"call"`
	}
	checked struct {
		Name string `json:"name" validate:"requird"`
		Age  int    `json:"age" validate:"min=x,emial"`
	}
)

func openDatabase(context.Context, none) (*database, error)    { return nil, nil }
func openSession(context.Context, *database) (*session, error) { return nil, nil }
func needsLoop(context.Context, *crosses) (*loop, error)       { return nil, nil }
func needsCrosses(context.Context, *loop) (*crosses, error)    { return nil, nil }
func readsBody(_ context.Context, in struct {
	Body order `body:"json"`
}) (*session, error) {
	return nil, nil
}
func takesToken(context.Context, security.BearerToken) (none, error) { return none{}, nil }

// catalogue is every mistake that an API can make, as its author sees it.
func catalogue() map[string]func(*mortise.API) {
	all := map[string]func(*mortise.API){}
	for _, some := range []func() map[string]func(*mortise.API){
		pathMistakes,
		optionMistakes,
		parameterMistakes,
		bodyMistakes,
		outputMistakes,
		dependencyMistakes,
		lockMistakes,
		documentMistakes,
		contentMistakes,
		formMistakes,
	} {
		maps.Copy(all, some())
	}
	return all
}

// pathMistakes are those of paths and methods.
func pathMistakes() map[string]func(*mortise.API) {
	return map[string]func(*mortise.API){
		"path without a slash":       func(api *mortise.API) { get[none](api, "users") },
		"path that is empty":         func(api *mortise.API) { get[none](api, "") },
		"path with a bad wildcard":   func(api *mortise.API) { get[none](api, "/users/{id") },
		"path with a wildcard twice": func(api *mortise.API) { get[none](api, "/{id}/{id}") },
		"path that is not clean":     func(api *mortise.API) { get[none](api, "/a//b") },
		"path with a host":           func(api *mortise.API) { get[none](api, "example.com/a") },
		"method in lower case":       func(api *mortise.API) { mortise.Handle(api, "get", "/", gives(1)) },
		"method that is empty":       func(api *mortise.API) { mortise.Handle(api, "", "/", gives(1)) },
		"method with a space":        func(api *mortise.API) { mortise.Handle(api, "GET IT", "/", gives(1)) },
		"handler that is nil":        func(api *mortise.API) { api.Handle("GET", "/", nil) },
		"route declared twice":       func(api *mortise.API) { get[none](api, "/a"); get[none](api, "/a") },
		"routes that overlap":        func(api *mortise.API) { get[*http.Request](api, "/{x}/b"); get[*http.Request](api, "/a/{y}") },
		"route in conflict with two": func(api *mortise.API) {
			get[*http.Request](api, "/{x}/b")
			get[*http.Request](api, "/{x}/c")
			get[*http.Request](api, "/a/{y}")
		},
		"route below the docs pages":            func(api *mortise.API) { get[none](api, "/docs/mine") },
		"route where the docs pages are":        func(api *mortise.API) { get[none](api, "/docs") },
		"route where the document is":           func(api *mortise.API) { get[none](api, "/openapi.json") },
		"wildcard that nothing reads":           func(api *mortise.API) { get[none](api, "/users/{id}") },
		"path parameter without a wildcard":     func(api *mortise.API) { get[tagged](api, "/users") },
		"path parameter of another name":        func(api *mortise.API) { get[tagged](api, "/users/{uid}") },
		"path parameter with a choice of names": func(api *mortise.API) { get[tagged](api, "/{a}/{b}") },
		"path parameter of a function literal": func(api *mortise.API) {
			get[struct {
				ID int `path:"id"`
			}](api, "/users")
		},
		"group with a prefix without a slash":      func(api *mortise.API) { api.Group("v1") },
		"group with a prefix that ends in a slash": func(api *mortise.API) { api.Group("/v1/") },
		"group with a bad prefix and routes": func(api *mortise.API) {
			mortise.Get(api.Group("v1/"), "/users", func(context.Context, none) (none, error) { return none{}, nil })
		},
		"option that is nil": func(api *mortise.API) {
			var guard router.Option
			get[none](api, "/", guard)
		},
		"path with a colon": func(api *mortise.API) {
			get[struct {
				ID int `path:"id"`
			}](api, "/users/:id")
		},
		"path with a type": func(api *mortise.API) {
			get[struct {
				ID int `path:"id"`
			}](api, "/users/{id:int}")
		},
		"body without its tag": func(api *mortise.API) {
			get[struct{ Order untaggedBody }](api, "/field")
			get[untaggedBody](api, "/input")
		},
		"rules of elsewhere": func(api *mortise.API) {
			get[struct {
				Page int    `query:"page" validate:"ge=1,le=10"`
				Name string `query:"name" validate:"max_length=20"`
			}](api, "/")
		},
		"group with a prefix of a slash": func(api *mortise.API) { api.Group("/") },
	}
}

// optionMistakes are those of options.
func optionMistakes() map[string]func(*mortise.API) {
	return map[string]func(*mortise.API){
		"option of a route on a group": func(api *mortise.API) { api.Group("", router.Summary("s"), router.Status(201)) },
		"option of the API on a route": func(api *mortise.API) { get[none](api, "/", router.Strict(), router.Docs("/d")) },
		"option that is none of ours":  func(api *mortise.API) { get[none](api, "/", foreign{}) },
		"status of a failure":          func(api *mortise.API) { get[none](api, "/", router.Status(404)) },
		"status without a body":        func(api *mortise.API) { mortise.Get(api, "/", gives(1), router.Status(204)) },
		"negative limit":               func(api *mortise.API) { get[none](api, "/", router.MaxBody(-1)) },
		"problem that is none":         func(api *mortise.API) { get[none](api, "/", router.Problems(404, 200)) },
		"dependency that is nil":       func(api *mortise.API) { get[none](api, "/", (*mortise.Dependency)(nil)) },
	}
}

// parameterMistakes are those of parameters.
func parameterMistakes() map[string]func(*mortise.API) {
	return map[string]func(*mortise.API){
		"field of two places": func(api *mortise.API) {
			get[struct {
				A int `query:"a" header:"A"`
			}](api, "/")
		},
		"field that is not exported": func(api *mortise.API) {
			get[struct {
				a int `query:"a"`
			}](api, "/")
		},
		"field without a name": func(api *mortise.API) {
			get[struct {
				A int `query:""`
			}](api, "/")
		},
		"default of another type": func(api *mortise.API) { get[paged](api, "/") },
		"tags with slips in their names": func(api *mortise.API) {
			get[struct {
				A int    `qery:"a"`
				B int    `query:"b" deflaut:"1" validate:"min=1"`
				C string `query:"c" vaildate:"max=20" example:"x"`
				D struct {
					Name string `json:"name" bson:"name" validates:"required"`
				} `body:"json"`
			}](api, "/")
		},
		"default that breaks a rule": func(api *mortise.API) {
			get[struct {
				A int `query:"a" default:"0" validate:"min=1"`
			}](api, "/")
		},
		"parameter of a type that is no text": func(api *mortise.API) {
			get[struct {
				A chan int `query:"a"`
			}](api, "/")
		},
		"header that holds a struct": func(api *mortise.API) {
			get[struct {
				A database `header:"A"`
			}](api, "/")
		},
		"header with a bad name": func(api *mortise.API) {
			get[struct {
				A int `header:"A B"`
			}](api, "/")
		},
		"rule that does not exist": func(api *mortise.API) {
			get[struct {
				A int `query:"a" validate:"minimum=1"`
			}](api, "/")
		},
		"rule that does not fit its type": func(api *mortise.API) {
			get[struct {
				A bool `query:"a" validate:"email"`
			}](api, "/")
		},
		"rule with a bad parameter": func(api *mortise.API) {
			get[struct {
				A int `query:"a" validate:"min=x"`
			}](api, "/")
		},
		"several mistakes in one input": func(api *mortise.API) {
			get[struct {
				A int    `query:"a" default:"x"`
				B bool   `query:"b" validate:"email"`
				C string `path:"c"`
				D *session
			}](api, "/")
		},
	}
}

// bodyMistakes are those of bodies.
func bodyMistakes() map[string]func(*mortise.API) {
	return map[string]func(*mortise.API){
		"body of another kind": func(api *mortise.API) {
			get[struct {
				A order `body:"xml"`
			}](api, "/")
		},
		"body that is optional": func(api *mortise.API) {
			get[struct {
				A mortise.Optional[order] `body:"json"`
			}](api, "/")
		},
		"body of a union that is none": func(api *mortise.API) {
			get[struct {
				A struct {
					Pet mortise.OneOf[any, pets] `json:"pet"`
				} `body:"json"`
			}](api, "/")
		},
		"body with optional elements": func(api *mortise.API) {
			get[struct {
				A struct {
					Names []mortise.Optional[string] `json:"names"`
				} `body:"json"`
			}](api, "/")
		},
		"body that is no JSON": func(api *mortise.API) {
			get[struct {
				A unencodable `body:"json"`
			}](api, "/")
		},
		"body with bad rules": func(api *mortise.API) {
			get[struct {
				A checked `body:"json"`
			}](api, "/")
		},
		"body of an interface": func(api *mortise.API) {
			get[struct {
				A fmt.Stringer `body:"json"`
			}](api, "/")
		},
		"body read twice": func(api *mortise.API) {
			api.Provide(mortise.Depends(readsBody))
			get[struct {
				S *session
				A order `body:"json"`
			}](api, "/")
		},
		"body read as JSON and a form": func(api *mortise.API) {
			get[struct {
				A order  `body:"json"`
				B string `form:"b"`
			}](api, "/")
		},
		"body read by a guard": func(api *mortise.API) { get[none](api, "/", mortise.Depends(readsBody, di.At(di.Authentication))) },
		"body that a guard needs": func(api *mortise.API) {
			api.Provide(mortise.Depends(readsBody))
			get[none](api, "/", mortise.Depends(func(context.Context, *session) (none, error) { return none{}, nil }, di.At(di.Ownership)))
		},
	}
}

// pets are told apart by a member that one has not, one has as a number, and one is no object.
type pets struct{}

func (pets) Discriminator() mortise.Discriminator[any] {
	return mortise.Discriminator[any]{Property: "count", Mapping: map[string]any{
		"cat": order{}, "dog": 1, "eel": struct{ Length int }{},
	}}
}

// outputMistakes are those of outputs.
func outputMistakes() map[string]func(*mortise.API) {
	return map[string]func(*mortise.API){
		"output that is no JSON":  out1[unencodable],
		"output that is an error": out1[error],
		"output that cannot be absent": out1[struct {
			Name mortise.Optional[string] `json:"name"`
		}],
		"output that loses fields": out1[envelope],
		"output behind a pointer":  out1[*meta],
		"output with an embedded pointer": out1[struct {
			*meta
			Body int `body:"json"`
		}],
		"output with two bodies": out1[struct {
			A int `body:"json"`
			B int `body:"json"`
		}],
		"output of another kind": out1[struct {
			A string `body:"xml"`
		}],
		"output with a bad header": out1[struct {
			A database `header:"X A"`
			B int      `body:""`
		}],
		"output with a bad cookie": out1[struct {
			A string `cookie:"a"`
		}],
		"output with a bad status": out1[struct {
			A string `status:"201"`
		}],
		"output with the status of a failure": out1[struct {
			A int `status:"404"`
		}],
		"output with a tag that is not filled": out1[struct {
			a string `header:"A"`
		}],
	}
}

// dependencyMistakes are those of dependencies.
func dependencyMistakes() map[string]func(*mortise.API) {
	return map[string]func(*mortise.API){
		"missing provider":        func(api *mortise.API) { get[*database](api, "/users") },
		"missing in a dependency": func(api *mortise.API) { api.Provide(mortise.Depends(openSession)); get[*session](api, "/users") },
		"missing pointer":         func(api *mortise.API) { api.Provide(mortise.Depends(gives(database{}))); get[*database](api, "/users") },
		"missing tag":             func(api *mortise.API) { get[struct{ Page int }](api, "/users") },
		"missing for many routes": func(api *mortise.API) {
			api.Provide(mortise.Depends(openSession))
			for i := range 5 {
				get[*session](api, fmt.Sprint("/", i))
			}
		},
		"mistakes of one input for many routes": func(api *mortise.API) {
			get[paged](api, "/a")
			get[paged](api, "/b")
			get[paged](api, "/c")
			get[tagged](api, "/d")
			get[tagged](api, "/e")
		},
		"circle": func(api *mortise.API) {
			api.Provide(mortise.Depends(needsLoop), mortise.Depends(needsCrosses))
			get[*loop](api, "/")
		},
		"two of one type": func(api *mortise.API) {
			api.Provide(mortise.Depends(openDatabase), mortise.Depends(openDatabase))
			get[*database](api, "/")
		},
		"lifetime too short": func(api *mortise.API) {
			api.Provide(mortise.Depends(openDatabase), mortise.Depends(openSession, di.Application))
			get[*session](api, "/")
		},
		"application from a request": func(api *mortise.API) {
			get[*session](api, "/", mortise.Depends(func(context.Context, *http.Request) (*session, error) { return nil, nil }, di.Application))
		},
		"scopes that nothing reads": func(api *mortise.API) { get[none](api, "/", mortise.Security(takesToken, "admin:read")) },
	}
}

// lockMistakes are those of locks.
func lockMistakes() map[string]func(*mortise.API) {
	return map[string]func(*mortise.API){
		"public and locked": func(api *mortise.API) { get[security.BearerToken](api, "/", mortise.Public()) },
		"public group with a guard": func(api *mortise.API) {
			mortise.Get(api.Group("/g", mortise.Public(), mortise.Security(takesToken)), "/", gives(1))
		},
		"guard that nothing takes": func(api *mortise.API) {
			get[none](api, "/", mortise.Depends(takesToken, middleware.AllowIPs("10.0.0.0/8")))
		},
		"scopes that an alternative does not read": func(api *mortise.API) {
			reads := mortise.Depends(func(context.Context, struct {
				Required security.Scopes
				Token    security.BearerToken
			}) (string, error) {
				return "", nil
			})
			key := mortise.Depends(takesAs[security.APIKey], security.APIKeyHeader("X-API-Key", security.SchemeConfig{}))
			get[none](api, "/", security.AnyOf[string](reads, key).With(di.Requires("admin:read")))
		},
		"guard without a scheme": func(api *mortise.API) {
			get[none](api, "/", mortise.Security(func(context.Context, none) (none, error) { return none{}, nil }))
		},
		"two schemes of one name": func(api *mortise.API) {
			get[security.APIKey](api, "/a", security.APIKeyHeader("X-A", security.SchemeConfig{}))
			get[security.APIKey](api, "/b", security.APIKeyHeader("X-B", security.SchemeConfig{}))
		},
		"Bearer and Basic at once": func(api *mortise.API) {
			get[string](api, "/", security.AllOf[string](
				mortise.Depends(takesAs[security.BearerToken], security.Bearer(security.SchemeConfig{})),
				mortise.Depends(takesAs[security.BasicCredentials], security.Basic(security.SchemeConfig{}))))
		},
		"two tokens of OAuth2 at once": func(api *mortise.API) {
			flows := openapi.OAuthFlows{ClientCredentials: &openapi.OAuthFlow{TokenURL: "https://login.example.com/token"}}
			get[string](api, "/", security.AllOf[string](
				mortise.Depends(takesAs[security.BearerToken], security.OAuth2(flows, security.SchemeConfig{Name: "ours"})),
				mortise.Depends(takesAs[security.BearerToken], security.OAuth2(flows, security.SchemeConfig{Name: "theirs"}))))
		},
		"role that is not declared": func(api *mortise.API) {
			roles := security.NewRBAC(security.RBACConfig{Roles: []string{"basic", "admin"}})
			api.Provide(mortise.Depends(takesHolder))
			get[none](api, "/", mortise.RequireMinRole[*holder](roles, "amdin"))
		},
		"grant to a role that is not declared": func(api *mortise.API) {
			roles := security.NewRBAC(security.RBACConfig{
				Roles: []string{"basic"}, Permissions: []string{"posts:read"}, Grants: map[string][]string{"basci": {"posts:read"}},
			})
			api.Provide(mortise.Depends(takesHolder))
			get[none](api, "/", mortise.RequireGrant[*holder](roles, "posts:read"))
		},
		"information function that is nil": func(api *mortise.API) {
			get[*security.TokenInfo](api, "/", security.TokenInfoFrom(security.Bearer(security.SchemeConfig{}), nil, security.InfoConfig{}))
		},
		"information of a scheme of another kind": func(api *mortise.API) {
			verify := func(context.Context, string) (*security.TokenInfo, error) { return nil, nil }
			get[*security.TokenInfo](api, "/", security.TokenInfoFrom(security.Basic(security.SchemeConfig{}), verify, security.InfoConfig{}))
		},
	}
}

// holder is a principal.
type holder struct{ n int }

func (*holder) HasRole(string) bool { return false }

func takesHolder(context.Context, security.BearerToken) (*holder, error) { return nil, nil }

func takesAs[C any](context.Context, C) (string, error) { return "", nil }

// documentMistakes are those of the document.
func documentMistakes() map[string]func(*mortise.API) {
	return map[string]func(*mortise.API){
		"operations that are one to OpenAPI": func(api *mortise.API) {
			get[struct {
				A string `path:"a"`
			}](api, "/{a}")
			get[struct {
				B string `path:"b"`
			}](api, "/{b...}")
		},
		"method that OpenAPI does not know": func(api *mortise.API) { mortise.Handle(api, "QUERY", "/", gives(1)) },
		"extension with a bad name":         func(api *mortise.API) { get[none](api, "/", router.Extension("internal", true)) },
		"response with a bad status":        func(api *mortise.API) { get[none](api, "/", router.Response(openapi.Response{Status: 42})) },
		"docs at a bad path":                func(*mortise.API) {},
		"license with two addresses":        func(api *mortise.API) {},
		"example of another type": func(api *mortise.API) {
			get[struct {
				A int `query:"a" example:"x"`
			}](api, "/")
		},
	}
}

// out1 is out for the catalogue.
func out1[Out any](api *mortise.API) { out[Out](api) }

// foreign is an option of somebody else.
type foreign struct{}

func (foreign) Declares() string { return "a cat" }

type untaggedBody struct {
	Text string `json:"text"`
}
