package ratelimit

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/callsite"
	"github.com/mortise-go/mortise/internal/exchange"
)

// PerIP limits how often a client address may call: a quota of requests for
// each window, all of them at once if need be. Required by a route, the route has
// the limit to itself; required by a group or an API, all of its routes share it.
// It is short for [Limiter.ByIP] of a limiter with one policy and a memory of its
// own, and panics if the numbers make no policy.
func PerIP(quota int, window time.Duration) *di.Dependency {
	name := fmt.Sprintf("ip-%d-per-%s", quota, short(window))
	return MustNew(Config{Policies: []Policy{{Name: name, Quota: quota, Window: window}}}).ByIP()
}

// Per limits how often a principal may call, whatever type of the API's own that
// is: Per(policy, func(u *User) string { return u.ID }). The key tells principals
// apart. It is short for [By] of a limiter with one policy and a memory of its
// own, and panics if the policy is wrong.
func Per[P any](policy Policy, key func(P) string) *di.Dependency {
	return By(MustNew(Config{Policies: []Policy{policy}}), key)
}

// By makes a dependency that limits each principal. It needs a P, from whatever
// dependency gives one, and runs behind authentication and authorization, in the
// stage [di.Quota]. A key that is made of several texts has to keep them apart,
// whoever chooses them, as fmt.Sprintf("%q %q", tenant, name) does. Panics if the
// limiter or the key is nil.
func By[P any](l *Limiter, key func(P) string) *di.Dependency {
	if key == nil {
		panic(fmt.Sprintf("ratelimit: By without a key counts nobody; give a function that tells principals apart (%v)", callsite.User()))
	}
	return by(l, "each caller", func(p P) Key { return KeyOf(key(p)) })
}

// ByCredential makes a dependency that limits each credential of a type such as
// security.APIKey or security.BearerToken. Credentials are digested before
// anything else, and never stored. The stage is [di.Quota], and whoever may make
// credentials up has as many quotas as they like: what verifies them has to be a guard
// that the route requires, made by security.Require or with [di.At] and
// [di.Authentication]. Any other dependency verifies behind the limit.
// Panics if the limiter is nil.
func ByCredential[C ~string](l *Limiter) *di.Dependency {
	return by(l, "each credential", func(c C) Key { return KeyOf("credential", string(c)) })
}

func by[P any](l *Limiter, whom string, key func(P) Key) *di.Dependency {
	if l.costly { // a Cost may look at the path values
		return di.Depends(func(_ context.Context, in struct {
			Principal P
			Request   *http.Request
			Exchange  exchange.Exchange
		}) (di.None, error) {
			return di.None{}, l.admit(in.Exchange, key(in.Principal).words())
		}, l.options(di.Quota, whom)...)
	}
	return di.Depends(func(_ context.Context, in struct {
		Principal P
		Exchange  exchange.Exchange
	}) (di.None, error) {
		return di.None{}, l.admit(in.Exchange, key(in.Principal).words())
	}, l.options(di.Quota, whom)...)
}

// ByIP makes a dependency that limits each client address, before anything is
// known about the caller: the stage is [di.Admission]. The address is that of
// the connection, or what middleware has found out about clients behind trusted
// proxies. Of IPv6 addresses the first 64 bits count, see [Config]; an IPv4
// address wrapped in IPv6 is itself. All clients whose address cannot be
// determined share one quota.
func (l *Limiter) ByIP() *di.Dependency {
	return l.admission("each client address", l.address)
}

// Shared makes a dependency that limits all callers together. The stage is
// [di.Admission].
func (l *Limiter) Shared() *di.Dependency {
	return l.admission("all callers together", func(*http.Request) words { return words{} })
}

func (l *Limiter) admission(whom string, key func(*http.Request) words) *di.Dependency {
	if l.costly {
		return l.byRequest(whom, key)
	}
	return di.Depends(func(_ context.Context, in struct{ Exchange exchange.Exchange }) (di.None, error) {
		return di.None{}, l.admit(in.Exchange, key(in.Exchange.Request))
	}, l.options(di.Admission, whom)...)
}

// ByRequest makes a dependency that limits by whatever the key finds in a
// request, such as KeyOf(r.Header.Get("X-Tenant"), r.PathValue("id")). Nothing of
// the request has been checked by then: the stage is [di.Admission]. The key must
// be safe for concurrent use, and not read the body. Panics if it is nil.
func (l *Limiter) ByRequest(key func(*http.Request) Key) *di.Dependency {
	if key == nil {
		panic(fmt.Sprintf("ratelimit: ByRequest without a key counts nobody; give one, or use ByIP or Shared (%v)", callsite.User()))
	}
	return l.byRequest("each key of the request", from(key))
}

// byRequest takes the request itself, since the key may look at its path values.
func (l *Limiter) byRequest(whom string, key func(*http.Request) words) *di.Dependency {
	return di.Depends(func(_ context.Context, in struct {
		Request  *http.Request
		Exchange exchange.Exchange
	}) (di.None, error) {
		return di.None{}, l.admit(in.Exchange, key(in.Request))
	}, l.options(di.Admission, whom)...)
}

func (l *Limiter) options(stage di.Stage, whom string) []di.Option {
	note := description{limiter: l, whom: whom}
	return []di.Option{di.At(stage), di.Named("ratelimit(" + note.title() + ")"), di.Note(note)}
}
