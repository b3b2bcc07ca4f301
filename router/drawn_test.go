package router_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/middleware"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// A visitor is who comes: the token and the key that are presented.
type visitor struct{ token, key string }

func (v visitor) lines() (lines []string) {
	if v.token != "" {
		lines = append(lines, as(v.token))
	}
	if v.key != "" {
		lines = append(lines, "X-API-Key: "+v.key)
	}
	return lines
}

// A demand is something that a level requires, and what is known of it.
type demand struct {
	name   string
	make   func() *mortise.Dependency
	passes func(visitor) bool
	guard  bool // nobody passes without a credential, so it is lifted where a route is public
	stays  bool // and what is left of it lets nobody pass
}

func known(v visitor) bool { return v.token == "ada" || v.token == "eve" }

func everybody(visitor) bool { return true }

func nobody(visitor) bool { return false }

func demands() []demand {
	plain := func(context.Context, none) (none, error) { return none{}, nil }
	named := func(_ context.Context, c *claims) (keyOf, error) { return keyOf(c.Subject), nil }
	hasKey := func(v visitor) bool { return v.key == "key-bob" }
	either := func(v visitor) bool {
		return (known(v) || v.token == "") && (hasKey(v) || v.key == "") && (v.token != "" || v.key != "")
	}
	admin := func(v visitor) bool { return v.token == "ada" }
	return []demand{
		{name: "role", make: func() *mortise.Dependency { return mortise.RequireRole[*account]("admin") }, passes: admin, guard: true},
		{name: "scope", make: func() *mortise.Dependency { return mortise.Security(checkScopes, "admin:read") }, passes: admin, guard: true},
		{name: "account", make: func() *mortise.Dependency {
			return mortise.Depends(func(context.Context, *account) (none, error) { return none{}, nil })
		}, passes: known, guard: true},
		{name: "key", make: func() *mortise.Dependency { return keyHolder }, passes: hasKey, guard: true},
		{name: "either", make: func() *mortise.Dependency { return security.AnyOf[keyOf](mortise.Depends(named), keyHolder) }, passes: either, guard: true},
		{name: "optional", make: func() *mortise.Dependency { return optionalKey }, passes: func(v visitor) bool { return v.key == "" || hasKey(v) }},
		{name: "plain", make: func() *mortise.Dependency { return mortise.Depends(plain) }, passes: everybody},
		{name: "inside", make: func() *mortise.Dependency { return middleware.AllowIPs("192.0.2.0/24") }, passes: everybody},
		{name: "outside", make: func() *mortise.Dependency { return middleware.AllowIPs("10.0.0.0/8") }, passes: nobody},
		{name: "role and outside", make: func() *mortise.Dependency {
			return security.AllOf[none](mortise.Depends(plain), mortise.RequireRole[*account]("admin"), middleware.AllowIPs("10.0.0.0/8"))
		}, passes: nobody, guard: true, stays: true},
		{name: "role and inside", make: func() *mortise.Dependency {
			return security.AllOf[none](mortise.Depends(plain), middleware.AllowIPs("192.0.2.0/24"), mortise.RequireRole[*account]("admin"))
		}, passes: admin, guard: true},
	}
}

// A level is what an API, a group or a route declares.
type level struct {
	demands []demand
	public  bool
}

func (l level) options() []router.Option {
	var opts []router.Option
	for _, d := range l.demands {
		opts = append(opts, d.make())
	}
	if l.public {
		opts = append(opts, mortise.Public())
	}
	return opts
}

func (l level) guards() bool {
	return slices.ContainsFunc(l.demands, func(d demand) bool { return d.guard })
}

func (l level) String() string {
	var names []string
	for _, d := range l.demands {
		names = append(names, d.name)
	}
	if l.public {
		names = append(names, "PUBLIC")
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// A layout is an API with a single route.
type layout struct {
	levels  []level // from the API, by its groups, to the route
	account bool    // whether the handler takes one
}

func draw(random *rand.Rand) layout {
	all := demands()
	l := layout{levels: make([]level, 2+random.IntN(3)), account: random.IntN(3) == 0}
	for i := range l.levels {
		for range random.IntN(3) {
			l.levels[i].demands = append(l.levels[i].demands, all[random.IntN(len(all))])
		}
		l.levels[i].public = i > 0 && random.IntN(5) == 0
	}
	return l
}

func (l layout) build() *mortise.API {
	last := len(l.levels) - 1
	api := newGuarded(l.levels[0].options()...)
	group := api.Group("")
	for _, level := range l.levels[1:last] {
		group = group.Group("", level.options()...)
	}
	if l.account {
		mortise.Get(group, "/", whoami, l.levels[last].options()...)
	} else {
		mortise.Get(group, "/", gives("fine"), l.levels[last].options()...)
	}
	return api
}

// public is the outermost level that is, or -1.
func (l layout) public() int {
	return slices.IndexFunc(l.levels, func(l level) bool { return l.public })
}

// mistaken reports whether something inside of what is public asks for a
// credential.
func (l layout) mistaken() bool {
	p := l.public()
	return p >= 0 && (l.account || slices.ContainsFunc(l.levels[p:], level.guards))
}

// passes is the naive model: everything that is declared has to let a visitor
// pass, but for guards around what is public.
func (l layout) passes(v visitor) bool {
	for _, level := range l.levels {
		for _, d := range level.demands {
			if l.public() >= 0 && d.guard && !d.stays {
				continue
			}
			if !d.passes(v) {
				return false
			}
		}
	}
	return !l.account || known(v)
}

// Whatever an API, its groups and a route declare, and which of them are public,
// those get in who satisfy all of it, and the document says who they are.
func TestDrawnLayoutsLetInWhomTheyShould(t *testing.T) { // A87, A214, L11, L15
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 1))
	draws, served := 1500, 0
	if testing.Short() || raceEnabled {
		draws = 300
	}
	for range draws {
		l := draw(random)
		api := l.build()
		err := api.Build()
		if (err != nil) != l.mistaken() {
			t.Errorf("%v: Build = %v, want a mistake: %t", l, err, l.mistaken())
		}
		if err != nil {
			continue
		}
		served++
		ways, _ := documented(t, api, "GET /")["security"].([]any)
		for _, token := range []string{"", "ada", "eve", "bad"} {
			for _, key := range []string{"", "key-bob", "bad"} {
				l.try(t, api, visitor{token, key}, ways)
			}
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d of %d layouts were served", served, draws)
}

func (l layout) try(t *testing.T, api *mortise.API, v visitor, ways []any) {
	t.Helper()
	a := do(t, api, "GET /", "", v.lines()...)
	if in := l.passes(v); (a.status == 200) != in || !in && a.status != 401 && a.status != 403 {
		t.Errorf("%v: %+v got %d, want to get in: %t", l, v, a.status, in)
	}
	if h := do(t, api, "HEAD /", "", v.lines()...); h.status != a.status {
		t.Errorf("%v: %+v got %d for HEAD and %d for GET", l, v, h.status, a.status)
	}
	outside := slices.ContainsFunc(l.levels, func(l level) bool {
		return slices.ContainsFunc(l.demands, func(d demand) bool { return !d.passes(visitor{"ada", "key-bob"}) })
	})
	if v.token == "bad" || v.token == "eve" || v.key == "bad" || outside {
		return
	}
	documented := len(ways) == 0
	for _, way := range ways {
		_, token := way.(map[string]any)["BearerAuth"]
		_, key := way.(map[string]any)["ApiKeyAuth"]
		documented = documented || (!token || v.token != "") && (!key || v.key != "")
	}
	if documented != (a.status == 200) {
		t.Errorf("%v: %+v got %d, and the document says %v", l, v, a.status, ways)
	}
}
