package middleware

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/callsite"
	"github.com/mortise-go/mortise/internal/clientaddr"
	routed "github.com/mortise-go/mortise/internal/exchange"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/problem"
)

// ClientIP gives the address of the client, as [RemoteAddr] returns it, to
// whoever takes a [netip.Addr]:
//
//	func login(ctx context.Context, in struct {
//		Client netip.Addr
//		…
//	}) (*Token, error)
//
// The value is the zero Addr, whose IsValid is false, when the address cannot
// be determined. Every call returns the same handle.
func ClientIP() *di.Dependency { return clientIP }

var clientIP = di.Depends(addressOf, di.Named("middleware.ClientIP"), di.At(di.Admission))

func addressOf(_ context.Context, e routed.Exchange) (netip.Addr, error) {
	addr, _ := clientaddr.Of(e.Request)
	return addr, nil
}

// AllowIPs lets only clients of the networks ("10.0.0.0/8") and addresses pass
// and gives the address, a [netip.Addr]. The answer to anybody else, and to
// those whose address cannot be determined, is 403 "Access denied from this
// IP". Without arguments nobody passes.
//
// It panics if one of the arguments is neither a network nor an address, and
// logs a warning for a network that contains everybody. Behind a proxy it needs
// [ClientAddr].
func AllowIPs(networks ...string) *di.Dependency {
	return newAdmission("AllowIPs", networks, true).dependency()
}

// DenyIPs is the opposite of [AllowIPs]: it keeps the clients of the networks
// out, and those whose address cannot be determined. It panics without
// arguments, since it would keep nobody out.
func DenyIPs(networks ...string) *di.Dependency {
	return newAdmission("DenyIPs", networks, false).dependency()
}

// OnlyIPs is [AllowIPs] as a middleware, for handlers of net/http. It panics for
// the same reasons.
func OnlyIPs(networks ...string) func(http.Handler) http.Handler {
	return newAdmission("OnlyIPs", networks, true).middleware
}

// ExceptIPs is [DenyIPs] as a middleware, for handlers of net/http. It panics
// for the same reasons.
func ExceptIPs(networks ...string) func(http.Handler) http.Handler {
	return newAdmission("ExceptIPs", networks, false).middleware
}

// errAddress is shared by all refusals: they say nothing of the request.
var errAddress = problem.Forbidden("Access denied from this IP")

// An admission is a list of addresses and what being on it means.
type admission struct {
	name  string
	list  []netip.Prefix
	set   clientaddr.Set
	allow bool
}

func newAdmission(name string, networks []string, allow bool) *admission {
	list, err := clientaddr.ParsePrefixes(networks...)
	if err != nil {
		panic(fmt.Sprintf("middleware: %s: %v (%v)", name, err, callsite.User()))
	}
	if len(list) == 0 && !allow {
		panic(fmt.Sprintf("middleware: %s: nobody is kept out; name at least one network (%v)", name, callsite.User()))
	}
	for _, p := range list {
		if p.Bits() == 0 {
			slog.Warn("a list of addresses contains everybody", "list", name, "network", p.String())
		}
	}
	return &admission{name: name, list: list, set: clientaddr.NewSet(list...), allow: allow}
}

// admits reports whether a client may pass. Nobody knows where one without an
// address stands.
func (a *admission) admits(addr netip.Addr) bool {
	return addr.IsValid() && a.set.Contains(addr) == a.allow
}

func (a *admission) dependency() *di.Dependency {
	name := a.name + "(" + strings.Join(a.texts(), ", ") + ")"
	return di.Depends(func(_ context.Context, addr netip.Addr) (netip.Addr, error) {
		if !a.admits(addr) {
			return netip.Addr{}, errAddress
		}
		return addr, nil
	}, di.Named(name), di.At(di.Admission), di.Note(a), clientIP)
}

func (a *admission) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if addr, _ := clientaddr.Of(r); !a.admits(addr) {
			refuse(w, r, errAddress)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *admission) texts() []string {
	texts := make([]string, len(a.list))
	for i, p := range a.list {
		texts[i] = p.String()
		if p.IsSingleIP() {
			texts[i] = p.Addr().String()
		}
	}
	return texts
}

// Describe documents the list as the words and the answer.
func (a *admission) Describe(op *openapi.Operation) {
	words := "no address, so nobody"
	if len(a.list) > 0 {
		words = fmt.Sprintf("an address in `%s`", strings.Join(a.texts(), "`, `"))
	}
	if !a.allow {
		words = strings.Replace(words, " in ", " outside of ", 1)
	}
	op.Requirements = append(op.Requirements, words)
	op.AddResponse(openapi.Response{Status: http.StatusForbidden})
}
