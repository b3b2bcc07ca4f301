package security_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// says is a policy that decides the same for everybody.
func says(words string, allowed bool, err error) security.Policy[*user] {
	return security.NewPolicy(words, func(context.Context, *user) (bool, error) { return allowed, err })
}

var errDown = errors.New("the engine is down")

func TestPoliciesCombineLikeLogic(t *testing.T) {
	t.Parallel()
	yes, no, unsure := says("yes", true, nil), says("no", false, nil), says("unsure", true, errDown)
	for _, tt := range []struct {
		policy security.Policy[*user]
		words  string
		denied []string // nil: passes
		err    bool
	}{
		{yes, "yes", nil, false},
		{no, "no", []string{"no"}, false},
		{unsure, "unsure", []string{"unsure"}, true},
		{security.All(yes, yes), "yes and yes", nil, false},
		{security.All(yes, no, yes), "yes and no and yes", []string{"no"}, false},
		{security.All(no, unsure), "no and unsure", []string{"no"}, false},
		{security.All(yes, unsure), "yes and unsure", []string{"unsure"}, true},
		{security.Any(no, yes), "no or yes", nil, false},
		{security.Any(no, no), "no or no", []string{"no", "no"}, false},
		{security.Any(unsure, yes), "unsure or yes", nil, false},
		{security.Any(unsure, no), "unsure or no", []string{"unsure", "no"}, true},
		{security.Not(no), "not no", nil, false},
		{security.Not(yes), "not yes", []string{"not yes"}, false},
		{security.Not(unsure), "not unsure", []string{"not unsure"}, true}, // not deciding is no denial
		{security.Not(security.Any(no, no)), "not (no or no)", nil, false},
		{security.Not(security.Not(yes)), "not not yes", nil, false},
		{security.All(security.Any(no, yes), security.Not(no)), "(no or yes) and not no", nil, false},
		{security.Any(security.All(yes, no), no), "(yes and no) or no", []string{"no", "no"}, false},
		{security.All(yes), "yes", nil, false},
		{security.Policy[*user]{}, "", []string{"a policy that was never made"}, false},
		{security.Not(security.Policy[*user]{}), "not ", []string{"not "}, false},
	} {
		denial, err := tt.policy.Check(t.Context(), &user{})
		if (err != nil) != tt.err || tt.policy.String() != tt.words {
			t.Errorf("%v: error %v, words %q", tt.policy, err, tt.policy)
		}
		var leaves []string
		if denial != nil {
			leaves = denial.Leaves()
		}
		if !slices.Equal(leaves, tt.denied) {
			t.Errorf("%v: denied by %q, want %q", tt.policy, leaves, tt.denied)
		}
	}
}

func publishing() security.Policy[*user] {
	return security.All(
		security.Any(security.HasRole[*user]("editor"), security.HasPermission[*user]("posts:publish")),
		security.Not(security.HasAnyRole[*user]("suspended", "trainee")))
}

func TestAPolicyGuardsAndIsDocumented(t *testing.T) { // L11
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/x", me, security.RequirePolicy(publishing()))
	})
	call(t, api, http.MethodGet, "/x").want(t, 401, "No authorization token provided", plainBearer)
	call(t, api, http.MethodGet, "/x", bearer("ann")).want(t, 403, "Forbidden")
	call(t, api, http.MethodGet, "/x", bearer("ann_r.editor")).want(t, 200, "")
	call(t, api, http.MethodGet, "/x", bearer("ann_p.posts~publish")).want(t, 200, "")
	call(t, api, http.MethodGet, "/x", bearer("ann_r.editor_r.trainee")).want(t, 403, "Forbidden")
	op := documentOf(t, api).get("/x")
	const words = "(role `editor` or permission `posts:publish`) and not one of the roles `suspended`, `trainee`"
	if !strings.Contains(op.Description, words) || !slices.Contains(op.statuses("4"), "403") {
		t.Errorf("the document says %q, %q", op.Description, op.statuses("4"))
	}
}

// A policy over a struct sees what any dependency could take.
func TestAPolicyMayLookAtMoreThanThePrincipal(t *testing.T) { // A79
	t.Parallel()
	type access = struct {
		User *user
		Team string `path:"team"`
	}
	inTeam := security.NewPolicy("membership of the team", func(_ context.Context, in access) (bool, error) {
		return in.User.HasRole("team-" + in.Team), nil
	})
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/teams/{team}", me, security.RequirePolicy(inTeam))
	})
	call(t, api, http.MethodGet, "/teams/red", bearer("ann_r.team-red")).want(t, 200, "")
	call(t, api, http.MethodGet, "/teams/blue", bearer("ann_r.team-red")).want(t, 403, "Forbidden")
	call(t, api, http.MethodGet, "/teams/red").want(t, 401, "No authorization token provided", plainBearer)
}

func TestNobodyIsRefusedBeforeAPolicyIsAsked(t *testing.T) { // A91
	t.Parallel()
	asked := 0
	api := newAPI(t, func(api *router.Router) {
		api.Provide(security.Bearer(security.SchemeConfig{}), di.Depends(func(context.Context, security.BearerToken) (caller, error) { return "", nil }))
		api.Handle(http.MethodGet, "/x", di.Depends(ok), security.RequirePolicy(security.NewPolicy("anything", func(context.Context, caller) (bool, error) {
			asked++
			return true, nil
		})))
	})
	if a := call(t, api, http.MethodGet, "/x", bearer("ann")); a.status != 401 || asked != 0 {
		t.Errorf("answered %d, asked %d times", a.status, asked)
	}
}

// An engine of the outside, as the examples have it, decides by a table.
type tableEngine map[string]bool

func (e tableEngine) Decide(_ context.Context, u *user) (security.Decision, error) {
	switch u.Name {
	case "down":
		return security.Decision{Allowed: true}, errDown
	case "gone":
		return security.Decision{}, problem.Gone("no longer")
	}
	return security.Decision{Allowed: e[u.Name], Reasons: []string{"rule 7"}}, nil
}

func TestAnEngineDecides(t *testing.T) {
	t.Parallel()
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		policy := security.DecidedBy("a rule of the house", tableEngine{"ann": true})
		get(api, "/x", me, security.RequirePolicy(policy), router.OperationID("x"))
		get(api, "/not", me, security.RequirePolicy(security.Not(policy)), router.OperationID("not"))
	})
	for _, tt := range []struct {
		token    string
		yes, not int
	}{{"ann", 200, 403}, {"bob", 403, 200}, {"down", 503, 503}, {"gone", 410, 410}} {
		call(t, api, http.MethodGet, "/x", bearer(tt.token)).want(t, tt.yes, "")
		call(t, api, http.MethodGet, "/not", bearer(tt.token)).want(t, tt.not, "")
	}
	if a := call(t, api, http.MethodGet, "/x", bearer("down")); a.header.Get("Retry-After") == "" || strings.Contains(a.body, "engine") {
		t.Errorf("the answer of an engine that is down: %q, Retry-After %q", a.body, a.header.Get("Retry-After"))
	}
	decide := security.DeciderFunc[*user](tableEngine{}.Decide)
	denial, err := security.DecidedBy("a rule", decide).Check(t.Context(), &user{Name: "ann"})
	if err != nil || denial == nil || !slices.Equal(denial.Reasons, []string{"rule 7"}) {
		t.Errorf("denied as %+v, %v", denial, err)
	}
}

// The log tells why, and the answer does not.
func TestWhySomebodyWasRefusedIsLogged(t *testing.T) { // L13, L14
	t.Parallel()
	var out bytes.Buffer
	api := router.New("Denials", "1", router.Logger(slog.New(slog.NewJSONHandler(&out, nil))))
	var b blog
	withUsers(api)
	get(api, "/policy", me, security.RequirePolicy(publishing()), router.OperationID("policy"))
	get(api, "/engine", me, security.RequirePolicy(security.DecidedBy("a rule of the house", tableEngine{})), router.OperationID("engine"))
	get(api, "/role", me, security.RequireRole[*user]("admin"), router.OperationID("role"))
	get(api, "/posts/{post_id}", ok, security.RequireOwner[*user](b.findPost, security.HideExistence()), router.OperationID("post"))
	for _, tt := range []struct {
		path, token, policy, deniedBy, reasons string
	}{
		{"/policy", "ann", "(role editor or permission posts:publish) and not one of the roles suspended, trainee", "role editor;permission posts:publish", ""},
		{"/policy", "ann_r.editor_r.trainee", "(role editor or permission posts:publish) and not one of the roles suspended, trainee", "not one of the roles suspended, trainee", ""},
		{"/engine", "ann", "a rule of the house", "", "rule 7"},
		{"/role", "ann_r.wizard", "role admin", "", ""},
		{"/posts/2", "ann", "ownership of the post", "", ""},
	} {
		out.Reset()
		a := call(t, api, http.MethodGet, tt.path, bearer(tt.token))
		var line struct {
			Msg, Route string
			Status     int
			Denial     struct {
				Policy   string
				DeniedBy []string `json:"denied_by"`
				Reasons  []string
			}
		}
		if err := json.Unmarshal(out.Bytes(), &line); err != nil {
			t.Fatalf("%s: %v in %s", tt.path, err, out.String())
		}
		if line.Msg != "access denied" || line.Status != a.status || line.Route == "" || line.Denial.Policy != tt.policy ||
			strings.Join(line.Denial.DeniedBy, ";") != tt.deniedBy || strings.Join(line.Denial.Reasons, ";") != tt.reasons {
			t.Errorf("%s: logged %s", tt.path, out.String())
		}
		for _, secret := range []string{"ann", "wizard"} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("the log tells %q: %s", secret, out.String())
			}
		}
		if strings.Contains(a.body, "editor") || strings.Contains(a.body, "rule 7") || strings.Contains(a.body, "ownership") {
			t.Errorf("the answer tells why: %s", a.body)
		}
	}
}

func TestHiddenAndMissingAnswersStayTheSameAlthoughOneIsLogged(t *testing.T) { // S227
	t.Parallel()
	var b blog
	api := newAPI(t, func(api *router.Router) {
		withUsers(api)
		get(api, "/posts/{post_id}", ok, security.RequireOwner[*user](b.findPost, security.HideExistence()))
	})
	hidden, missing := call(t, api, http.MethodGet, "/posts/2", bearer("ann")), call(t, api, http.MethodGet, "/posts/3", bearer("ann"))
	if hidden.body != missing.body || len(hidden.header) != len(missing.header) {
		t.Errorf("hidden %q %v\nmissing %q %v", hidden.body, hidden.header, missing.body, missing.header)
	}
}

func TestPoliciesWithoutWordsOrFunctionPanic(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(){
		"NewPolicy: give the words":  func() { security.NewPolicy("x", (func(context.Context, *user) (bool, error))(nil)) },
		"NewPolicy: give":            func() { says(" ", true, nil) },
		"DecidedBy: give the words":  func() { security.DecidedBy[*user]("x", nil) },
		"HasRole: the name":          func() { security.HasRole[*user]("") },
		"HasAnyRole: nothing is":     func() { security.HasAnyRole[*user]() },
		"HasPermission: the name":    func() { security.HasPermission[*user](" x") },
		"RequireRole: the name \" x": func() { security.RequireRole[*user](" x") },
	} {
		if text := panicOf(f); !strings.Contains(text, name) {
			t.Errorf("want a panic with %q, got %q", name, text)
		}
	}
}

func TestWhatPoliciesAllowAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	p, u := security.All(security.HasRole[*user]("editor"), security.Not(security.HasAnyRole[*user]("suspended"))), &user{roles: []string{"editor"}}
	if n := testing.AllocsPerRun(100, func() {
		if denial, err := p.Check(t.Context(), u); denial != nil || err != nil {
			t.Fatal(denial, err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
