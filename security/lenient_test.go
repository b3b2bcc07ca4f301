package security_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
)

// sorts is a dependency whose credential says what becomes of it.
func sorts[C ~string](name string, scheme *di.Dependency) *di.Dependency {
	return di.Depends(func(_ context.Context, credential C) (*user, error) {
		switch credential {
		case "good":
			return &user{Name: name}, nil
		case "nil":
			return nil, nil
		case "down":
			return nil, problem.ServiceUnavailable(0)
		case "forbidden":
			return nil, security.RoleRequired("x")
		}
		return nil, security.InvalidCredentials("wrong " + name)
	}, scheme)
}

func TestAGoodCredentialExcusesWrongOnesWhereThatIsAskedFor(t *testing.T) { // A76, S51
	t.Parallel()
	token := sorts[security.BearerToken]("token", security.Bearer(security.SchemeConfig{}))
	key := sorts[security.APIKey]("key", security.APIKeyHeader("X-Key", security.SchemeConfig{}))
	maybe := func(_ context.Context, u di.Optional[*user]) (string, error) {
		if u.Set {
			return u.Value.Name, nil
		}
		return "nobody", nil
	}
	name := func(_ context.Context, u *user) (string, error) { return u.Name, nil }
	api := newAPI(t, func(api *router.Router) {
		get(api, "/strict", name, security.AnyOf[*user](token, key), router.OperationID("strict"))
		get(api, "/lenient", name, security.AnyOfLenient[*user](token, key), router.OperationID("lenient"))
		get(api, "/optional", maybe, security.OptionalLenient[*user](token), router.OperationID("optional"))
		get(api, "/either", maybe, security.OptionalLenient[*user](security.AnyOfLenient[*user](token, key)), router.OperationID("either"))
		get(api, "/nested", name, security.AnyOf[*user](key, security.AnyOfLenient[*user](token)), router.OperationID("nested"))
	})
	for _, tt := range []struct {
		path, token, key string
		status           int
		says             string // of a success, or of a problem
	}{
		{"/strict", "good", "bad", 401, "wrong key"},
		{"/strict", "bad", "good", 401, "wrong token"},
		{"/lenient", "good", "bad", 200, "token"},
		{"/lenient", "bad", "good", 200, "key"},
		{"/lenient", "nil", "good", 200, "key"},
		{"/lenient", "good", "good", 200, "token"}, // the first counts
		{"/lenient", "bad", "bad", 401, "wrong token"},
		{"/lenient", "", "bad", 401, "wrong key"},
		{"/lenient", "bad", "", 401, "wrong token"},
		{"/lenient", "", "", 401, "No credentials provided"},
		{"/lenient", "down", "good", 503, ""},
		{"/lenient", "good", "down", 503, ""},
		{"/lenient", "forbidden", "good", 403, ""},
		{"/optional", "", "", 200, "nobody"},
		{"/optional", "good", "", 200, "token"},
		{"/optional", "bad", "", 200, "nobody"}, // S51
		{"/optional", "nil", "", 200, "nobody"},
		{"/optional", "down", "", 503, ""},
		{"/either", "bad", "bad", 200, "nobody"},
		{"/either", "bad", "good", 200, "key"},
		{"/nested", "bad", "good", 401, "wrong token"}, // the outer one is strict
		{"/nested", "bad", "", 401, "wrong token"},
		{"/nested", "good", "bad", 401, "wrong key"},
	} {
		var lines []string
		if tt.token != "" {
			lines = append(lines, bearer(tt.token))
		}
		if tt.key != "" {
			lines = append(lines, "X-Key: "+tt.key)
		}
		a := call(t, api, http.MethodGet, tt.path, lines...)
		if a.status != tt.status || tt.status == 200 && a.body != `"`+tt.says+`"` || tt.status == 401 && a.problem.Detail != tt.says {
			t.Errorf("%s token=%q key=%q: %d %s, want %d %q", tt.path, tt.token, tt.key, a.status, a.body, tt.status, tt.says)
		}
	}
	// It is documented like the strict one, and twice the credential is excused nowhere.
	d := documentOf(t, api)
	if strict, lenient := d.get("/strict").Security, d.get("/lenient").Security; len(strict) != 2 || !slices.EqualFunc(strict, lenient, func(a, b map[string][]string) bool { return len(a) == len(b) }) {
		t.Errorf("the document says %v and %v", strict, lenient)
	}
	call(t, api, http.MethodGet, "/optional", bearer("good"), bearer("good")).want(t, 400, "Multiple credentials in request", doubledBearer)
}
