package security_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// A tree is a combination of any depth: of credentials, of guards, and of trees
// that stand in several places.
type tree struct {
	kind   byte // 'a'nd, 'o'r, 'l'enient or, 'g'uard, 0 for a leaf
	leaf   int
	of     []*tree
	handle *di.Dependency
}

func (x *tree) String() string {
	if x.kind == 0 {
		return "ABC"[x.leaf : x.leaf+1]
	}
	parts := make([]string, len(x.of))
	for i, y := range x.of {
		parts[i] = y.String()
	}
	return string(x.kind) + "(" + strings.Join(parts, " ") + ")"
}

// plant makes trees, each of some that are there.
func plant(random *rand.Rand, n int) []*tree {
	leaves := callers()
	var trees []*tree
	for i, d := range leaves {
		trees = append(trees, &tree{leaf: i, handle: d})
	}
	for range n {
		x := &tree{kind: "aoolg"[random.IntN(5)]}
		for range 2 + random.IntN(2) {
			x.of = append(x.of, trees[random.IntN(len(trees))])
		}
		if x.kind == 'l' && x.guards() {
			x.kind = 'o' // whom a lenient one excuses should not be up to guards that may have run or not
		}
		handles := make([]*di.Dependency, len(x.of))
		for i, y := range x.of {
			handles[i] = y.handle
		}
		switch x.kind {
		case 'a':
			x.handle = security.AllOf[caller](handles[0], handles[1:]...)
		case 'o':
			x.handle = security.AnyOf[caller](handles...)
		case 'l':
			x.handle = security.AnyOfLenient[caller](handles...)
		case 'g':
			x.of = x.of[:1]
			x.handle = di.Depends(mayPass, di.At(di.Authorization), handles[0])
		}
		trees = append(trees, x)
	}
	return trees[len(leaves):]
}

func mayPass(_ context.Context, in struct {
	Caller  caller
	Request *http.Request
}) (caller, error) {
	if in.Request.Header.Get("X-May") == "" {
		return "", security.RoleRequired("x")
	}
	return in.Caller, nil
}

// A trial is what a request presents, and whether guards let it pass.
type trial struct {
	presented
	may bool
}

// The outcomes of a tree.
const (
	absent    = "absent"
	wrong     = "wrong"
	forbidden = "forbidden"
)

// judge says what becomes of a trial, as the documentation tells it: who comes
// through, and else why nobody does.
func (x *tree) judge(t trial) (who caller, refused string) {
	switch x.kind {
	case 0:
		return caller(algebra[x.leaf].scheme), [...]string{none: absent, good: "", bad: wrong}[t.presented[x.leaf]]
	case 'g':
		who, refused = x.of[0].judge(t)
		if refused == "" && !t.may {
			refused = forbidden
		}
		return who, refused
	case 'a':
		return x.judgeAll(t)
	}
	return x.judgeAny(t)
}

func (x *tree) judgeAll(t trial) (who caller, refused string) {
	who, _ = x.of[0].judge(t)
	for i, y := range x.of {
		if _, refused = y.judge(t); refused == "" {
			continue
		}
		if refused == absent && slices.ContainsFunc(x.of[i:], func(z *tree) bool { return z.isWrong(t) }) {
			refused = wrong
		}
		return who, refused
	}
	return who, ""
}

func (x *tree) judgeAny(t trial) (caller, string) {
	all := absent
	for i, y := range x.of {
		who, refused := y.judge(t)
		switch {
		case refused == "" && x.kind == 'o' && slices.ContainsFunc(x.of[i+1:], func(z *tree) bool { return z.isWrong(t) }):
			return "", wrong
		case refused == "":
			return who, ""
		case refused == wrong && x.kind == 'l':
			all = wrong
		case refused != absent:
			return "", refused
		}
	}
	return "", all
}

// isWrong reports whether a credential of a tree that does not count is wrong.
func (x *tree) isWrong(t trial) bool {
	switch x.kind {
	case 0:
		return t.presented[x.leaf] == bad
	case 'l':
		_, refused := x.judge(t)
		return refused == wrong
	}
	return slices.ContainsFunc(x.of, func(y *tree) bool { return y.isWrong(t) })
}

func (x *tree) guards() bool {
	return x.kind == 'g' || slices.ContainsFunc(x.of, (*tree).guards)
}

// Combinations of any depth, with guards in them and with parts that they share,
// let pass whom they should, and the document says whom that is.
func TestDrawnCombinationsLetPassWhomTheyShould(t *testing.T) { // A76, A214, L11
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 8))
	rounds := 60
	if testing.Short() || raceEnabled {
		rounds = 10
	}
	for range rounds {
		trees := plant(random, 12)
		api := newAPI(t, func(api *router.Router) {
			for i, x := range trees {
				get(api, fmt.Sprintf("/%d", i), func(_ context.Context, c caller) (string, error) { return string(c), nil },
					x.handle, router.OperationID(fmt.Sprint("o", i)))
			}
		})
		d := documentOf(t, api)
		for i, x := range trees {
			path := fmt.Sprintf("/%d", i)
			ways := d.get(path).Security
			for n := range 54 {
				tries(t, api, path, x, trial{presented{n % 3, n / 3 % 3, n / 9 % 3}, n >= 27}, ways)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// tries sends one request.
func tries(t *testing.T, api http.Handler, path string, x *tree, r trial, ways []map[string][]string) {
	t.Helper()
	lines := r.lines()
	if r.may {
		lines = append(lines, "X-May: yes")
	}
	a := call(t, api, http.MethodGet, path, lines...)
	who, refused := x.judge(r)
	switch {
	case refused == "" && a.status == 200 && strings.TrimSpace(a.body) == fmt.Sprintf("%q", who):
	case refused != "" && a.status == 401:
	case refused != "" && a.status == 403 && !r.may: // or 401, since authentication comes before guards
	default:
		t.Errorf("%v with %v: answered %d %s, want %q %s", x, r, a.status, a.body, who, refused)
	}
	if slices.Contains(r.presented[:], bad) || !r.may {
		return
	}
	documented := slices.ContainsFunc(ways, func(way map[string][]string) bool {
		for i, s := range algebra {
			if _, needed := way[s.scheme]; needed && r.presented[i] != good {
				return false
			}
		}
		return true
	})
	if documented != (a.status == 200) {
		t.Errorf("%v with %v: answered %d, and the document says %v", x, r, a.status, ways)
	}
}
