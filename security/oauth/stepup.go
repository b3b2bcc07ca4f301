package oauth

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
)

// An Authentication is how well, and how recently, somebody must have logged in
// (RFC 9470). At least one of ACR and MaxAge is required.
type Authentication struct {
	// ACR are the values of the claim acr that will do, the preferred one first.
	ACR []string
	// MaxAge is how long ago the login may be, by the claim auth_time: whole seconds; 0
	// means any time.
	MaxAge time.Duration
	// Leeway is how far clocks may differ. 0 means 30 s, [security.NoLeeway] none.
	Leeway time.Duration
	// Challenge is that of the 401; the zero value is the Bearer challenge of the
	// default realm.
	Challenge security.Challenge
}

// RequireAuthentication makes a guard that lets only tokens pass whose login was
// good enough, and gives their information. Otherwise the answer is 401
// "insufficient_user_authentication" (RFC 9470 §3), which tells the client how to
// have the user log in again. A token without the claims does not pass. It runs
// before scopes are compared, and panics if a is of no use.
func RequireAuthentication(a Authentication) *di.Dependency {
	a.mustCheck()
	a.ACR = slices.Clone(a.ACR)
	refusal := a.refusal()
	return di.Depends(func(_ context.Context, info *security.TokenInfo) (*security.TokenInfo, error) {
		if !a.isMetBy(info, time.Now()) {
			return nil, refusal
		}
		return info, nil
	}, di.Named("oauth.RequireAuthentication"), di.At(di.SecondFactor), di.Note(a))
}

func (a Authentication) mustCheck() {
	refuse := func(why string) { panic("oauth: RequireAuthentication: " + why) }
	switch {
	case len(a.ACR) == 0 && a.MaxAge == 0:
		refuse("nothing is required; name values of acr, or set MaxAge")
	case a.MaxAge < 0 || a.MaxAge%time.Second != 0:
		refuse(fmt.Sprintf("MaxAge is %v; want whole seconds", a.MaxAge))
	case a.Leeway < 0 && a.Leeway != security.NoLeeway || a.Leeway > maxLeeway:
		refuse(fmt.Sprintf("Leeway is %v; want 0 to %v, or security.NoLeeway", a.Leeway, maxLeeway))
	}
	for _, value := range a.ACR {
		if err := security.CheckScope(value); err != nil { // acr_values are separated by spaces, too
			refuse(fmt.Sprintf("ACR holds %q, which cannot stand in a challenge; leave out spaces and quotation marks", value))
		}
	}
}

// isMetBy compares the claims. auth_time is a number of seconds since 1970 (OpenID
// Connect Core 1.0 §2).
func (a Authentication) isMetBy(info *security.TokenInfo, now time.Time) bool {
	if acr, _ := info.Extra["acr"].(string); len(a.ACR) > 0 && !slices.Contains(a.ACR, acr) {
		return false
	}
	if a.MaxAge == 0 {
		return true
	}
	seconds, ok := info.Extra["auth_time"].(float64)
	if !ok || seconds < 0 || seconds > math.MaxInt32*8 {
		return false
	}
	leeway := orDefault(a.Leeway, defaultLeeway)
	if a.Leeway == security.NoLeeway {
		leeway = 0
	}
	login := time.Unix(int64(seconds), 0)
	return !login.After(now.Add(leeway)) && now.Before(login.Add(a.MaxAge+leeway))
}

const stepUpDetail = "A stronger or more recent login is required"

func (a Authentication) refusal() *problem.Problem {
	c := a.Challenge.WithError("insufficient_user_authentication", stepUpDetail)
	if len(a.ACR) > 0 {
		c = c.With("acr_values", strings.Join(a.ACR, " "))
	}
	if a.MaxAge > 0 {
		c = c.With("max_age", strconv.FormatInt(int64(a.MaxAge/time.Second), 10))
	}
	return problem.New(http.StatusUnauthorized, problem.CodeMFARequired, stepUpDetail).WithChallenge(c.String())
}

// Describe documents the guard.
func (a Authentication) Describe(op *openapi.Operation) {
	var words []string
	if len(a.ACR) > 0 {
		words = append(words, "a login of one of the classes `"+strings.Join(a.ACR, "`, `")+"`")
	}
	if a.MaxAge > 0 {
		words = append(words, fmt.Sprintf("a login no longer ago than %v", a.MaxAge))
	}
	op.Requirements = append(op.Requirements, strings.Join(words, ", "))
	op.AddResponse(openapi.Response{Status: http.StatusUnauthorized})
}
