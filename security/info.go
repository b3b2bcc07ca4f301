package security

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/mortise-go/mortise/di"
)

// A ScopeValidator decides whether the granted scopes are enough, in place of
// [GrantedScopes.Has]: where admin:* stands for admin:read, say. It must not
// change the lists. An error is the answer.
type ScopeValidator func(ctx context.Context, required, granted []string) (bool, error)

// An InfoConfig adjusts [TokenInfoFrom], [BasicInfoFrom] and [APIKeyInfoFrom].
// The zero value is ready to use.
type InfoConfig struct {
	// ScopeValidator compares scopes; nil means exactly.
	ScopeValidator ScopeValidator
	// Leeway is how far clocks may differ. 0 means 30 s, [NoLeeway] none; more than
	// 120 s is a mistake that the API's Build reports.
	Leeway time.Duration
	// Told are scopes that the function for a user or a key is told of and that
	// somebody else enforces, such as a token that is required beside it.
	Told []string
	// DangerouslyIgnoreState leaves Active, Exp and Nbf of the information to the
	// function that gave it.
	DangerouslyIgnoreState bool
}

// TokenInfoFrom makes a dependency that gives the [*TokenInfo] of a token. The
// scheme is [Bearer], [OAuth2] or [OpenIDConnect]; verify receives the token as
// it was sent, without "Bearer", and is called once per request.
//
//	info := security.TokenInfoFrom(security.Bearer(security.SchemeConfig{}), verifyToken, security.InfoConfig{})
//	mortise.Get(api, "/secret", secret, mortise.Security(hasInfo, "read"), info)
//
// Information that is nil, not active, expired or not yet valid is answered 401;
// if it lacks one of the scopes that are required on the way to it, 403. An
// error of verify that carries a status is the answer, any other is a 500.
//
// A nil verify, and a scheme of another kind, is a mistake that the API's Build
// reports.
func TokenInfoFrom(scheme *di.Dependency, verify func(ctx context.Context, token string) (*TokenInfo, error), c InfoConfig) *di.Dependency {
	s := infoScheme[BearerToken](scheme, verify == nil, InvalidToken().WithDetail(notValid))
	verified := di.Depends(func(ctx context.Context, token BearerToken) (vouched, error) {
		return s.vouch(verify(ctx, string(token)))
	}, s.scheme, di.Named("token information of "+s.name), di.At(di.Authentication))
	return s.check(c, verified)
}

// BasicInfoFrom is [TokenInfoFrom] for [Basic]. The function also receives the
// scopes that are required on the way to it, nil for none: what it returns has
// to grant them. It is called once for each set of scopes.
func BasicInfoFrom(scheme *di.Dependency, verify func(ctx context.Context, c BasicCredentials, required []string) (*TokenInfo, error), c InfoConfig) *di.Dependency {
	return scopedInfo(scheme, verify, c, InvalidCredentials(""))
}

// APIKeyInfoFrom is [BasicInfoFrom] for [APIKeyHeader], [APIKeyQuery] and
// [APIKeyCookie].
func APIKeyInfoFrom(scheme *di.Dependency, verify func(ctx context.Context, key APIKey, required []string) (*TokenInfo, error), c InfoConfig) *di.Dependency {
	return scopedInfo(scheme, verify, c, InvalidAPIKey())
}

func scopedInfo[C any](scheme *di.Dependency, verify func(context.Context, C, []string) (*TokenInfo, error), c InfoConfig, refusal *Refusal) *di.Dependency {
	s := infoScheme[C](scheme, verify == nil, refusal)
	told := slices.Clone(c.Told)
	verified := di.Depends(func(ctx context.Context, in struct {
		Credential C
		Required   Scopes
	}) (vouched, error) {
		required := []string(in.Required)
		for _, scope := range told {
			if !slices.Contains(required, scope) {
				required = append(required, scope)
			}
		}
		return s.vouch(verify(ctx, in.Credential, required))
	}, s.scheme, di.Named("information of "+s.name), di.At(di.Authentication))
	return s.check(c, verified)
}

const notValid = "Provided token is not valid"

// vouched is information before it is looked at.
type vouched struct{ *TokenInfo }

// informed is a scheme whose credentials a function knows more about.
type informed struct {
	name      string
	scheme    di.Option   // that is brought; nil for one of another kind
	challenge []Challenge // for a missing scope
	refusal   *Refusal    // of nil
	mistake   error
}

// Err is what is wrong with the declaration.
func (s *informed) Err() error { return s.mistake }

func infoScheme[C any](scheme *di.Dependency, missing bool, refusal *Refusal) *informed {
	s := &informed{refusal: refusal}
	n, ok := scheme.Note().(*note)
	if !ok || scheme.Out() != reflect.TypeFor[C]() {
		s.name = scheme.Name()
		s.mistake = fmt.Errorf("%v is no scheme that gives %v", scheme, reflect.TypeFor[C]())
		return s
	}
	s.name, s.scheme = n.Name, scheme
	if n.challenge.followsOAuth() {
		s.challenge = []Challenge{n.challenge}
	}
	if missing {
		s.mistake = fmt.Errorf("scheme %q has no function that verifies its credentials, so nobody could be let in\n    give one", n.Name)
	}
	return s
}

func (s *informed) vouch(info *TokenInfo, err error) (vouched, error) {
	if err == nil && info == nil {
		err = s.refusal
	}
	return vouched{info}, err
}

// check makes the dependency that looks at the information.
func (s *informed) check(c InfoConfig, verified *di.Dependency) *di.Dependency {
	if !isLeeway(c.Leeway) {
		s.mistake = errors.Join(s.mistake, fmt.Errorf("the Leeway for scheme %q is %v\n    give 0 to %v, or NoLeeway", s.name, c.Leeway, maxLeeway))
	}
	allowed := leeway(c.Leeway)
	return di.Depends(func(ctx context.Context, in struct {
		Info     vouched
		Required Scopes
	}) (*TokenInfo, error) {
		info := in.Info.TokenInfo
		if !c.DangerouslyIgnoreState {
			if err := info.Check(time.Now(), allowed); err != nil {
				return nil, s.stale(err)
			}
		}
		return info, s.checkScopes(ctx, c.ScopeValidator, in.Required, info)
	}, verified, di.Named("checked information of "+s.name), di.At(di.Authentication), di.Note(s))
}

// stale is the refusal of information that is no longer good, in the words of
// the scheme.
func (s *informed) stale(err error) error {
	if len(s.challenge) > 0 {
		return err
	}
	return s.refusal.Because(err)
}

func (s *informed) checkScopes(ctx context.Context, validate ScopeValidator, required []string, info *TokenInfo) error {
	if len(required) == 0 {
		return nil
	}
	enough := info.Scope.Has(required...)
	if validate != nil {
		var err error
		if enough, err = validate(ctx, required, info.Scope); err != nil {
			return err
		}
	}
	if enough {
		return nil
	}
	if len(s.challenge) == 0 {
		return InsufficientScope(Challenge{}, required, info.Scope).WithChallenges()
	}
	return InsufficientScope(s.challenge[0], required, info.Scope)
}

// A Subject is whom a credential stands for: the sub of its information.
type Subject string

// SubjectOf makes a dependency that gives the [Subject] of the [*TokenInfo] in
// scope: a route that requires the information lists it behind that.
// Information that names nobody is answered 401.
func SubjectOf() *di.Dependency {
	return di.Depends(func(_ context.Context, info *TokenInfo) (Subject, error) {
		if info.Sub == "" {
			return "", InvalidToken().Because(errors.New("the token is good, and has no subject"))
		}
		return Subject(info.Sub), nil
	}, di.Named("subject"), di.At(di.Authentication))
}

// An AuthSet is the information of several schemes by their names. It must not
// be changed.
type AuthSet map[string]*TokenInfo

// AllInfo needs everything that [TokenInfoFrom] and its kin made and gives an
// [AuthSet]: AND in the document. When only some of the credentials were
// presented, none counts. It panics if one of them is not of that making.
func AllInfo(first *di.Dependency, rest ...*di.Dependency) *di.Dependency {
	name := informedName(first)
	set := di.Depends(func(_ context.Context, info *TokenInfo) (AuthSet, error) {
		return AuthSet{name: info}, nil
	}, first, di.At(di.Authentication))
	for _, d := range rest {
		name := informedName(d)
		set = di.Depends(func(_ context.Context, in struct {
			Set  AuthSet
			Info *TokenInfo
		}) (AuthSet, error) {
			larger := maps.Clone(in.Set)
			larger[name] = in.Info
			return larger, nil
		}, set, d, di.Named("information of "+name), di.At(di.Authentication))
	}
	return di.AllOf[AuthSet](set, append([]*di.Dependency{first}, rest...)...)
}

func informedName(d *di.Dependency) string {
	s, ok := d.Note().(*informed)
	if !ok {
		panic(fmt.Sprintf("security: AllInfo: %v gives no information of a scheme; make it with TokenInfoFrom, BasicInfoFrom or APIKeyInfoFrom", d))
	}
	return s.name
}
