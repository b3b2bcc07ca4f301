package di_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mortise-go/mortise/di"
)

type Config struct{ Greeting string }

type Greeter struct{ config *Config }

func config(context.Context, di.None) (*Config, error)       { return &Config{"hello"}, nil }
func greeter(_ context.Context, c *Config) (*Greeter, error) { return &Greeter{c}, nil }

func Example() {
	scope := di.NewScope(nil)
	scope.Provide(di.Depends(config), di.Depends(greeter))

	greet, err := di.Prepare(scope, nil, func(_ context.Context, g *Greeter) (string, error) {
		return g.config.Greeting, nil
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(greet(context.Background()))
	// Output: hello <nil>
}

// Account is who is calling.
type Account struct {
	Name   string
	Active bool
	Scopes []string
}

func anna(context.Context, di.None) (*Account, error) {
	return &Account{Name: "anna", Scopes: []string{"posts:read"}}, nil
}

func active(_ context.Context, a *Account) (*Account, error) {
	if !a.Active {
		return nil, errors.New(a.Name + " is not active")
	}
	return a, nil
}

// A guard takes a value and gives it back, or an error. What a scope requires
// runs whether or not somebody needs its value.
func ExampleScope_Require() {
	scope := di.NewScope(nil)
	scope.Provide(di.Depends(anna))
	scope.Require(di.Depends(active, di.At(di.Authorization)))

	work, err := di.Prepare(scope, nil, func(context.Context, di.None) (string, error) {
		return "worked", nil
	})
	if err != nil {
		panic(err)
	}
	_, err = work(context.Background())
	fmt.Println(err)
	// Output: anna is not active
}

// A package can offer a chain under one name. Nobody else sees what a handle
// brings.
func ExampleDependency_With() {
	greeting := di.Depends(greeter).With(di.Depends(config))

	scope := di.NewScope(nil)
	scope.Provide(greeting)
	greet, err := di.Prepare(scope, nil, func(_ context.Context, g *Greeter) (string, error) {
		return g.config.Greeting, nil
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(greet(context.Background()))
	// Output: hello <nil>
}

// Each set of scopes is checked, though one handle checks them all.
func ExampleRequires() {
	verify := di.Depends(func(_ context.Context, in struct {
		Required di.Scopes
		Account  *Account
	}) (di.None, error) {
		for _, s := range in.Required {
			if !slices.Contains(in.Account.Scopes, s) {
				return di.None{}, fmt.Errorf("%s lacks %s", in.Account.Name, s)
			}
		}
		return di.None{}, nil
	})

	scope := di.NewScope(nil)
	scope.Provide(di.Depends(anna))
	scope.Require(verify.With(di.Requires("posts:read")), verify.With(di.Requires("posts:write")))
	work, err := di.Prepare(scope, nil, func(context.Context, di.None) (di.None, error) {
		return di.None{}, nil
	})
	if err != nil {
		panic(err)
	}
	_, err = work(context.Background())
	fmt.Println(err)
	// Output: anna lacks posts:write
}

// Tx is what a transaction would be.
type Tx struct{}

func begin(context.Context, di.None) (di.Resource[*Tx], error) {
	fmt.Println("begin")
	return di.Resource[*Tx]{Value: &Tx{}, Close: func(err error) error {
		if err != nil {
			fmt.Println("roll back:", err)
			return nil
		}
		fmt.Println("commit")
		return nil
	}}, nil
}

func ExampleResource() {
	scope := di.NewScope(nil)
	scope.Provide(di.Depends(begin))
	for _, failure := range []error{nil, errors.New("no such post")} {
		work, err := di.Prepare(scope, nil, func(context.Context, *Tx) (di.None, error) {
			fmt.Println("work")
			return di.None{}, failure
		})
		if err != nil {
			panic(err)
		}
		_, _ = work(context.Background())
	}
	// Output:
	// begin
	// work
	// commit
	// begin
	// work
	// roll back: no such post
}

// absentKey says that no key was presented. Only such errors let another
// alternative try.
type absentKey struct{}

func (absentKey) Error() string { return "no key" }
func (absentKey) Absent() bool  { return true }

func ExampleAnyOf() {
	byKey := di.Depends(func(context.Context, di.None) (*Account, error) { return nil, absentKey{} })
	scope := di.NewScope(nil)
	scope.Provide(di.AnyOf[*Account](nil, byKey, di.Depends(anna)))

	who, err := di.Prepare(scope, nil, func(_ context.Context, a *Account) (string, error) { return a.Name, nil })
	if err != nil {
		panic(err)
	}
	fmt.Println(who(context.Background()))
	// Output: anna <nil>
}

func ExampleOptionally() {
	byKey := di.Depends(func(context.Context, di.None) (*Account, error) { return nil, absentKey{} })
	scope := di.NewScope(nil)
	scope.Provide(di.Optionally[*Account](byKey))

	who, err := di.Prepare(scope, nil, func(_ context.Context, a di.Optional[*Account]) (string, error) {
		return a.Or(&Account{Name: "a guest"}).Name, nil
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(who(context.Background()))
	// Output: a guest <nil>
}

// A test replaces who is calling. The guard goes on guarding.
func ExampleReplaceType() {
	scope := di.NewScope(nil)
	scope.Provide(di.Depends(anna))
	scope.Require(di.Depends(active))

	ben := di.Depends(func(context.Context, di.None) (*Account, error) {
		return &Account{Name: "ben", Active: true}, nil
	})
	container := di.NewContainer(di.ReplaceType(ben))
	who, err := di.Prepare(scope, container, func(_ context.Context, a *Account) (string, error) { return a.Name, nil })
	if err != nil {
		panic(err)
	}
	fmt.Println(who(context.Background()))
	// Output: ben <nil>
}

func ExampleContainer() {
	pool := di.Depends(func(context.Context, di.None) (di.Resource[*Config], error) {
		fmt.Println("open the pool")
		return di.Resource[*Config]{Value: &Config{}, Close: func(error) error {
			fmt.Println("close the pool")
			return nil
		}}, nil
	}, di.Application)

	scope := di.NewScope(nil)
	scope.Provide(pool, di.Depends(greeter))
	container := di.NewContainer()
	work, err := di.Prepare(scope, container, func(context.Context, *Greeter) (di.None, error) {
		fmt.Println("work")
		return di.None{}, nil
	})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	if err := container.Start(ctx); err != nil {
		panic(err)
	}
	_, _ = work(ctx)
	_, _ = work(ctx)
	_ = container.Close(nil)
	// Output:
	// open the pool
	// work
	// work
	// close the pool
}

// A mistake is told when the program is built.
func ExamplePrepare_incorrect() {
	scope := di.NewScope(nil)
	scope.Provide(di.Depends(greeter, di.Named("greeter")))

	_, err := di.Prepare(scope, nil, func(context.Context, *Greeter) (di.None, error) { return di.None{}, nil })
	missing, _ := errors.AsType[*di.MissingError](err)
	fmt.Println(missing.Type, "is needed by", missing.Path[0].Name())
	// Output: *di_test.Config is needed by greeter
}

// A router runs a plan for each request.
func ExampleCompile() {
	scope := di.NewScope(nil)
	scope.Provide(di.Depends(config), di.Depends(greeter))
	handler := di.Depends(func(_ context.Context, g *Greeter) (string, error) { return g.config.Greeting, nil })

	plan, mistakes := di.Compile(di.NewScope(scope), handler, nil, di.NewContainer())
	if plan == nil {
		panic(errors.Join(mistakes...))
	}
	for range 2 {
		frame := plan.Acquire()
		err := frame.Run(context.Background())
		fmt.Println(*frame.Output().(*string), err)
		if err = frame.Close(err); err != nil {
			panic(err)
		}
		frame.Release()
	}
	// Output:
	// hello <nil>
	// hello <nil>
}
