package house_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/house"
)

// floors is the drawing of the house: a package may use what lies below it,
// never its neighbour, never upstairs. house.Policy explains the notation.
//
// DO NOT CHANGE THIS TEXT TO FIX A BUILD. It is a policy, not a description. An
// import that it refuses is a question about the design, to be answered there.
const floors = `
	# The cellar. Its rooms know nothing of ours, or a neighbour they were built on.
	NONE < internal/ascii, internal/callsite, internal/clientaddr, internal/codec, internal/deadline, internal/exchange,
		internal/journal, internal/mistake, internal/negotiate, internal/pattern, internal/requestid,
		internal/shape, internal/structured;
	internal/shape < internal/rules;
	internal/shape, internal/rules < internal/bind;

	# The ground floor, useful without what stands on it.
	internal/codec    < problem;
	internal/callsite < di;
	internal/shape, internal/rules, internal/codec, internal/negotiate < openapi/...;

	# The first floor and the garden.
	di, openapi/..., problem, internal/... < router, security/..., middleware, ratelimit;
	security < security/...;

	# The roof joins what may not know each other. The porch mounts routers on
	# other hosts and puts stores on other servers.
	router, security/..., middleware, ratelimit < ., adapters/...;

	# Programs, and what looks at the house from outside.
	. < mortisetest, examples/..., conformance/..., benchmarks/...;
	mortisetest < examples/..., conformance/...;
	adapters/mortiseecho < examples/guide-echo;
	adapters/mortiseredis < examples/guide-redis, examples/films-redis;
	NONE < internal/need, internal/crash;
	internal/need  < internal/house;
	internal/house < internal/house/...;

	# Walls.
	router       !< security/...;
	security/... !< router;
	.        !< adapters/...;
	std:net/http !< di, internal/callsite, internal/shape, internal/rules, internal/codec;
	std:unsafe   !< ...;
	internal/need, internal/crash, internal/house !<
		., di, openapi, problem, router, security/..., middleware, ratelimit, adapters/...;
	std:testing !<
		., di, openapi, problem, router, security/..., middleware, ratelimit,
		adapters/mortiseecho, adapters/mortiseredis;

	# What others wrote, each in the rooms that need it.
	github.com/go-json-experiment/json/...   < internal/codec;
	github.com/go-playground/validator/v10/... < internal/rules, openapi, router, .;
	github.com/golang-jwt/jwt/v5             < security, security/token;
	github.com/pquerna/otp/..., github.com/boombuler/barcode/... < security/totp;
	golang.org/x/crypto/...                  < security/...;
	github.com/swaggest/jsonschema-go, github.com/swaggest/openapi-go/... < openapi;
	github.com/swaggest/swgui/v5/static      < openapi/...;
`

// nested are the modules that may import what their go.mod lists.
var nested = []string{"conformance", "benchmarks", "adapters", "examples", "tools"}

func policy(t *testing.T) *house.Policy {
	t.Helper()
	p, err := house.ParsePolicy(floors)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestImportsFollowTheFloors(t *testing.T) {
	t.Parallel()
	policy, tree := policy(t), repository(t)
	for _, pkg := range tree.Packages {
		for f := range pkg.Production() {
			if !policy.Knows(pkg.Dir) {
				t.Errorf("%s stands on no floor: say in floors_test.go what it may import", pkg.Dir)
				break
			}
			for _, spec := range f.Syntax.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				if name := house.Named(module, imported); !policy.Allows(pkg.Dir, name) && !free(pkg.Dir, name) {
					t.Errorf("%s: %s may not import %s", tree.Fset.Position(spec.Pos()), pkg.Dir, imported)
				}
			}
		}
	}
}

// free reports whether an import is the business of a nested module: its own
// packages, and what others wrote.
func free(dir, imported string) bool {
	for _, name := range nested {
		if dir == name || strings.HasPrefix(dir, name+"/") {
			first, _, _ := strings.Cut(imported, "/")
			return first == name || strings.Contains(first, ".") && imported != "."
		}
	}
	return false
}

func TestFloorsHoldTheDrawing(t *testing.T) {
	t.Parallel()
	policy := policy(t)
	for _, tt := range []struct {
		name, pkg, imported string
		want                bool
	}{
		{"di may find the user's place", "di", "internal/callsite", true},
		{"di may not know problems", "di", "problem", false},
		{"di may not know HTTP", "di", "std:net/http", false},
		{"di may know contexts", "di", "std:context", true},
		{"openapi may not know di", "openapi", "di", false},
		{"openapi may read rules", "openapi", "internal/rules", true},
		{"router may build on di", "router", "di", true},
		{"router may use the cellar", "router", "internal/bind", true},
		{"router may not know security", "router", "security", false},
		{"security may not know router", "security", "router", false},
		{"no part of security may know router", "security/token", "router", false},
		{"tokens build on security", "security/token", "security", true},
		{"a registry of verifiers builds on security", "security/connexion", "security", true},
		{"a registry of verifiers knows no server", "security/connexion", "security/remote", false},
		{"a program may stand on another host", "examples/guide-echo", "adapters/mortiseecho", true},
		{"no other program has to", "examples/guide", "adapters/mortiseecho", false},
		{"tokens may not know passwords", "security/token", "security/password", false},
		{"passwords build on security", "security/password", "security", true},
		{"second factors may not know passwords", "security/totp", "security/password", false},
		{"only second factors draw codes", "security/password", "github.com/boombuler/barcode/qr", false},
		{"the cellar may not know the ground floor", "internal/codec", "problem", false},
		{"shape may not know rules", "internal/shape", "internal/rules", false},
		{"the roof joins router", ".", "router", true},
		{"the roof joins security", ".", "security", true},
		{"the roof reaches down to the ground", ".", "di", true},
		{"no floor imports the roof", "router", ".", false},
		{"an adapter leans on router", "adapters/mortiseecho", "router", true},
		{"a store's adapter knows the stores' interfaces", "adapters/mortiseredis", "security/token", true},
		{"the kit that tests adapters is a part of tests", "adapters/adaptertest", "std:testing", true},
		{"an adapter ships no test helpers", "adapters/mortiseecho", "std:testing", false},
		{"an adapter may not know the roof", "adapters/mortiseecho", ".", false},
		{"an example may use the roof", "examples/hello", ".", true},
		{"nobody ships test helpers", "security", "internal/need", false},
		{"nobody needs unsafe", "router", "std:unsafe", false},
		{"the codec's upstream stays with the codec", "problem", "github.com/go-json-experiment/json", false},
		{"the codec may use its upstream", "internal/codec", "github.com/go-json-experiment/json/jsontext", true},
		{"the docs pages take only the assets", "openapi", "github.com/swaggest/swgui", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := policy.Allows(tt.pkg, tt.imported); got != tt.want {
				t.Errorf("Allows(%q, %q) = %t, want %t", tt.pkg, tt.imported, got, tt.want)
			}
		})
	}
}

func TestPolicyNotation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text, pkg, imported string
		want                      bool
	}{
		{"a rule allows", "a < b;", "b", "a", true},
		{"a rule has one direction", "a < b;", "a", "b", false},
		{"what is not said is refused", "a < b;", "b", "c", false},
		{"rules reach upwards", "a < b; b < c;", "c", "a", true},
		{"lists multiply", "a, b < c, d;", "d", "b", true},
		{"a wall wins over a rule", "a < b; a !< b;", "b", "a", false},
		{"a wall wins over a reach", "a < b; b < c; a !< c;", "c", "a", false},
		{"a tree covers its folder", "x/... < b;", "b", "x", true},
		{"a tree covers what is below", "x/... < b;", "b", "x/y/z", true},
		{"a tree does not cover a longer name", "x/... < b;", "b", "xy", false},
		{"a tree may stand above", "a < x/...;", "x/y", "a", true},
		{"the standard library is free", "NONE < a;", "a", "std:fmt", true},
		{"the standard library can be walled off", "NONE < a; std:fmt !< ...;", "a", "std:fmt", false},
		{"an outside module is for those named", "example.com/m < a;", "a", "example.com/m", true},
		{"an outside module does not reach upwards", "example.com/m < a; a < b;", "b", "example.com/m", false},
		{"comments are no rules", "a < b; # c < b;", "b", "c", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := house.ParsePolicy(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Allows(tt.pkg, tt.imported); got != tt.want {
				t.Errorf("under %q, Allows(%q, %q) = %t, want %t", tt.text, tt.pkg, tt.imported, got, tt.want)
			}
		})
	}
}

func TestPolicyMistakesAreQuoted(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a b;", "a < b < c;", "a, < b;", "a !< b !< c;", "a > b;"} {
		if _, err := house.ParsePolicy("x < y;\n" + text); err == nil || !strings.Contains(err.Error(), strings.TrimSuffix(strings.TrimSpace(text), ";")) {
			t.Errorf("ParsePolicy(%q) = %v, want an error that quotes it", text, err)
		}
	}
}

func FuzzParsePolicy(f *testing.F) {
	f.Add(floors, "router", "security")
	f.Add("a < b; b < a;", "a", "b")
	f.Add("... < ...;", ".", "std:fmt")
	f.Fuzz(func(t *testing.T, text, pkg, imported string) {
		p, err := house.ParsePolicy(text)
		if err != nil {
			return
		}
		if p.Allows(pkg, imported) && strings.HasPrefix(imported, "example.com/") && !p.Knows(pkg) {
			t.Errorf("a package without a floor may import %q", imported)
		}
	})
}

func TestNamed(t *testing.T) {
	t.Parallel()
	for imported, want := range map[string]string{
		module:                       ".",
		module + "/internal/codec":   "internal/codec",
		"net/http":                   "std:net/http",
		"fmt":                        "std:fmt",
		"github.com/mortise-go/else": "github.com/mortise-go/else",
		module + "s/x":               module + "s/x",
	} {
		if got := house.Named(module, imported); got != want {
			t.Errorf("Named(%q) = %q, want %q", imported, got, want)
		}
	}
}
