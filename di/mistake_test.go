package di_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/di"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// wantMistake finds a mistake of a kind.
func wantMistake[E error](t testing.TB, err error) E {
	t.Helper()
	e, ok := errors.AsType[E](err)
	if !ok {
		t.Fatalf("got %v, want a %T", err, e)
	}
	return e
}

type (
	store     interface{ Get(id int) string }
	sqlStore  struct{}
	repo      struct{ DB *db }
	filtering struct {
		Text string `query:"text"`
		Page int
	}
	admin  struct{} // marks who is calling
	opaque struct{ hidden int }
)

func (*sqlStore) Get(int) string { return "" }

// Named functions, so that messages show how they read.
func openDB(context.Context, di.None) (*db, error)                      { return &db{}, nil }
func openCopy(context.Context, di.None) (*db, error)                    { return &db{}, nil }
func openRepo(context.Context, *db) (*repo, error)                      { return &repo{}, nil }
func currentUser(context.Context, *claims) (*user, error)               { return &user{}, nil }
func readClaims(context.Context, bearer) (*claims, error)               { return &claims{}, nil }
func readBearer(context.Context, di.None) (bearer, error)               { return "", nil }
func claimsOfUser(context.Context, *user) (*claims, error)              { return &claims{}, nil }
func listUsers(context.Context, *user) (di.None, error)                 { return di.None{}, nil }
func countPages(context.Context, *db) (page, error)                     { return page{}, nil }
func requireUser(_ context.Context, u *user) (*user, error)             { return u, nil }
func readScopes(context.Context, di.Scopes) (*repo, error)              { return &repo{}, nil }
func readAgent(context.Context, agent) (*repo, error)                   { return &repo{}, nil }
func newSQLStore(context.Context, di.None) (*sqlStore, error)           { return &sqlStore{}, nil }
func newStore(context.Context, di.None) (store, error)                  { return &sqlStore{}, nil }
func useTx(context.Context, struct{ Tx *db }) (*repo, error)            { return &repo{}, nil }
func readUpload(context.Context, struct{ Body bodyText }) (page, error) { return page{}, nil }

type bodyText struct {
	Text string `body:"text"`
}

// catalogue is every mistake that can be made, and how it is made.
var catalogue = []struct {
	name string
	make func() (*di.Scope, *di.Dependency)
}{
	{"missing", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(currentUser)), di.Depends(listUsers)
	}},
	{"missing in a field", func() (*di.Scope, *di.Dependency) {
		return provided(), di.Depends(useTx)
	}},
	{"missing in a field of a field", func() (*di.Scope, *di.Dependency) {
		return provided(), di.Depends(func(context.Context, struct{ Repo repo }) (di.None, error) { return di.None{}, nil }, di.Named("list"))
	}},
	{"field that is not exported", func() (*di.Scope, *di.Dependency) {
		type signedIn struct {
			user
			from   agent
			scopes di.Scopes
			seen   int // nobody gives one
		}
		_ = signedIn{}.seen
		byValue := func(context.Context, di.None) (user, error) { return user{}, nil }
		return provided(di.Depends(byValue, di.Named("auth.User"))), di.Depends(func(context.Context, signedIn) (di.None, error) { return di.None{}, nil }, di.Named("list"))
	}},
	{"missing member of a body", func() (*di.Scope, *di.Dependency) {
		type note struct {
			Lines []page `json:"lines"`
		}
		return provided(), di.Depends(func(context.Context, struct{ Note note }) (di.None, error) { return di.None{}, nil }, di.Named("add"))
	}},
	{"missing credential", func() (*di.Scope, *di.Dependency) {
		return nil, di.Depends(func(context.Context, struct{ Key bearer }) (di.None, error) { return di.None{}, nil }, di.Named("partner"))
	}},
	{"missing tag", func() (*di.Scope, *di.Dependency) {
		return provided(), di.Depends(func(context.Context, filtering) (di.None, error) { return di.None{}, nil }, di.Named("search"))
	}},
	{"missing where the value is given and the pointer wanted", func() (*di.Scope, *di.Dependency) {
		byValue := func(context.Context, di.None) (user, error) { return user{}, nil }
		return provided(di.Depends(byValue, di.Named("auth.User"))), di.Depends(listUsers)
	}},
	{"missing where the pointer is given and the value wanted", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(openDB)), di.Depends(func(context.Context, db) (di.None, error) { return di.None{}, nil }, di.Named("list"))
	}},
	{"missing where the pointer is given and a field is the value", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(openDB)), di.Depends(func(context.Context, struct{ DB db }) (di.None, error) { return di.None{}, nil }, di.Named("list"))
	}},
	{"missing where a type of the same name is given", func() (*di.Scope, *di.Dependency) {
		type User struct{}
		other := func(context.Context, di.None) (User, error) { return User{}, nil }
		return provided(di.Depends(other, di.Named("crm.User"))), di.Depends(listUsers)
	}},
	{"missing where an implementation is given", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(newSQLStore)), di.Depends(func(context.Context, store) (di.None, error) { return di.None{}, nil }, di.Named("list"))
	}},
	{"missing where an interface of it is given", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(newStore)), di.Depends(func(context.Context, *sqlStore) (di.None, error) { return di.None{}, nil }, di.Named("list"))
	}},
	{"missing where somebody else brings it", func() (*di.Scope, *di.Dependency) {
		return required(nil, di.Depends(readClaims, di.Depends(readBearer))), di.Depends(func(context.Context, bearer) (di.None, error) { return di.None{}, nil }, di.Named("logout"))
	}},
	{"missing mark", func() (*di.Scope, *di.Dependency) {
		return provided(), di.Depends(func(context.Context, admin) (di.None, error) { return di.None{}, nil }, di.Named("purge"))
	}},
	{"missing value that cannot be filled", func() (*di.Scope, *di.Dependency) {
		return provided(), di.Depends(func(context.Context, struct {
			Secret opaque
			Since  time.Time
		}) (di.None, error) {
			return di.None{}, nil
		}, di.Named("purge"))
	}},
	{"missing scalar", func() (*di.Scope, *di.Dependency) {
		return provided(), di.Depends(func(context.Context, int) (di.None, error) { return di.None{}, nil }, di.Named("count"))
	}},
	{"circle", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(currentUser), di.Depends(claimsOfUser)), di.Depends(listUsers)
	}},
	{"circle of three", func() (*di.Scope, *di.Dependency) {
		return provided(
			di.Depends(func(context.Context, page) (*db, error) { return nil, nil }, di.Named("openDB")),
			di.Depends(openRepo),
			di.Depends(func(context.Context, *repo) (page, error) { return page{}, nil }, di.Named("countPages")),
		), di.Depends(func(context.Context, *repo) (di.None, error) { return di.None{}, nil }, di.Named("list"))
	}},
	{"ambiguous", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(openDB), di.Depends(openCopy)), di.Depends(countPages)
	}},
	{"ambiguous where a guard is declared before what it guards", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(requireUser), gives(&journal{}, "auth.User", &user{})), di.Depends(listUsers)
	}},
	{"application value that needs one of a request", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(openDB), di.Depends(openRepo, di.Application)), di.Depends(func(context.Context, *repo) (di.None, error) { return di.None{}, nil })
	}},
	{"application value that needs a transient one", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(openDB, di.Transient), di.Depends(openRepo, di.Application)), di.Depends(func(context.Context, *repo) (di.None, error) { return di.None{}, nil })
	}},
	{"application value that reads the request", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(readAgent, di.Application)), di.Depends(func(context.Context, *repo) (di.None, error) { return di.None{}, nil })
	}},
	{"application value that reads scopes", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(readScopes, di.Application)), di.Depends(func(context.Context, *repo) (di.None, error) { return di.None{}, nil })
	}},
	{"application value that is a guard", func() (*di.Scope, *di.Dependency) {
		return required(nil, di.Depends(readBearer, di.Application, di.At(di.Authentication))), di.Depends(func(context.Context, di.None) (di.None, error) { return di.None{}, nil })
	}},
	{"application value that is a combination", func() (*di.Scope, *di.Dependency) {
		return provided(di.AnyOf[bearer](nil, di.Depends(readBearer)).With(di.Application)), di.Depends(func(context.Context, bearer) (di.None, error) { return di.None{}, nil })
	}},
	{"application value that is the target", func() (*di.Scope, *di.Dependency) {
		return nil, di.Depends(openDB, di.Application)
	}},
	{"scopes that nothing reads", func() (*di.Scope, *di.Dependency) {
		return required(provided(di.Depends(openDB)), di.Depends(countPages, di.Requires("pages:read", "pages:count"))), di.Depends(openCopy)
	}},
	{"scopes of an application value", func() (*di.Scope, *di.Dependency) {
		return provided(di.Depends(openDB, di.Application, di.Requires("db"))), di.Depends(countPages)
	}},
	{"guard that reads the body", func() (*di.Scope, *di.Dependency) {
		return required(nil, di.Depends(readUpload, di.At(di.Ownership))), di.Depends(openDB)
	}},
	{"guard that needs the body", func() (*di.Scope, *di.Dependency) {
		guard := func(context.Context, page) (*user, error) { return &user{}, nil }
		return required(provided(di.Depends(readUpload)), di.Depends(guard, di.Named("requireOwner"), di.At(di.Ownership))), di.Depends(openDB)
	}},
	{"shared handle that finds two providers", func() (*di.Scope, *di.Dependency) {
		count := di.Depends(countPages)
		api := required(provided(di.Depends(openDB)), count)
		route := required(api, count)
		route.Provide(di.Depends(openCopy))
		return route, di.Depends(openDB)
	}},
	{"shared handle that finds a provider or the request", func() (*di.Scope, *di.Dependency) {
		read := di.Depends(readAgent)
		route := required(required(nil, read), read)
		route.Provide(gives(&journal{}, "fakeAgent", agent("")))
		return route, di.Depends(openDB)
	}},
	{"shared handle that is filled in two ways", func() (*di.Scope, *di.Dependency) {
		search := di.Depends(func(context.Context, bodyText) (page, error) { return page{}, nil }, di.Named("search"))
		route := required(required(nil, search), search)
		route.Provide(gives(&journal{}, "fixedText", bodyText{}))
		return route, di.Depends(openDB)
	}},
	{"combination of nothing", func() (*di.Scope, *di.Dependency) {
		return provided(di.AnyOf[bearer](nil)), di.Depends(func(context.Context, bearer) (di.None, error) { return di.None{}, nil })
	}},
	{"combination of another type", func() (*di.Scope, *di.Dependency) {
		return provided(di.AnyOf[bearer](nil, di.Depends(readBearer), di.Depends(openDB))), di.Depends(func(context.Context, bearer) (di.None, error) { return di.None{}, nil })
	}},
	{"input that the source refuses", func() (*di.Scope, *di.Dependency) {
		return nil, di.Depends(func(context.Context, struct {
			Page int `query:"page"`
		}) (di.None, error) {
			return di.None{}, nil
		}, di.Named("search"))
	}},
	{"several at once", func() (*di.Scope, *di.Dependency) {
		s := required(provided(di.Depends(openDB), di.Depends(openCopy)), di.Depends(countPages))
		return s, di.Depends(func(context.Context, struct {
			User  *user
			Store store
		}) (di.None, error) {
			return di.None{}, nil
		}, di.Named("list"))
	}},
}

// A92, L5, FastOpenAPI defect 4: mistakes are told when the program is built,
// all at once and without calling a function. The folder of golden files is
// the catalogue.
func TestMistakesSpeak(t *testing.T) {
	t.Parallel()
	for _, tc := range catalogue {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, target := tc.make()
			golden(t, tc.name, scrub(mistakes(t, s, target).Error())+"\n")
		})
	}
}

// Every file of the catalogue belongs to a case.
func TestTheCatalogueHasNoStrayFiles(t *testing.T) {
	t.Parallel()
	known := map[string]bool{fileOf("nil from a guard"): true}
	for _, tc := range catalogue {
		known[fileOf(tc.name)] = true
	}
	files, err := filepath.Glob(filepath.Join("testdata", "mistakes", "*"))
	if err != nil || len(files) != len(known) {
		t.Errorf("%d files, want %d (%v)", len(files), len(known), err)
	}
	for _, f := range files {
		if !known[f] {
			t.Errorf("%s belongs to no case", f)
		}
	}
}

func TestANilFromAGuardSpeaksToo(t *testing.T) {
	t.Parallel()
	none := func(context.Context, bearer) (*claims, error) { return nil, nil }
	s := required(provided(di.Depends(readBearer, di.At(di.Authentication))), di.Depends(none, di.Named("readClaims")))
	err := serve(t, plan(t)(s, di.Depends(openDB)), request{})
	_ = wantMistake[*di.NilError](t, err)
	golden(t, "nil from a guard", scrub(err.Error())+"\n")
}

func fileOf(name string) string {
	return filepath.Join("testdata", "mistakes", strings.ReplaceAll(name, " ", "-")+".txt")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(fileOf(name), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(fileOf(name))
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// position is a place in a test file.
var position = regexp.MustCompile(`\b\w+\.go:\d+`)

func scrub(s string) string { return position.ReplaceAllString(s, "x.go:0") }

// A92, L5: nothing is called, so that building has no effects.
func TestCompilingCallsNoFunction(t *testing.T) {
	t.Parallel()
	var j journal
	s := required(provided(gives(&j, "db", &db{}), gives(&j, "user", &user{}, di.Application)),
		turns(&j, "guard", func(*db) (page, error) { return page{}, nil }))
	plan(t)(s, handles[*user](&j))
	j.expect(t, "")
}

// L5: the first mistake does not hide the others.
func TestAllMistakesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	var j journal
	s := required(provided(di.Depends(currentUser), di.Depends(claimsOfUser)),
		di.Depends(openRepo), // nothing gives *db
		di.Depends(readBearer, di.Requires("unread")),
		di.Depends(readUpload, di.At(di.Quota)),
	)
	err := mistakes(t, s, handles[*user](&j))
	_ = wantMistake[*di.MissingError](t, err)
	_ = wantMistake[*di.ScopesError](t, err)
	_ = wantMistake[*di.CycleError](t, err)
}

// However many need it.
func TestAMistakeIsToldOnce(t *testing.T) {
	t.Parallel()
	var j journal
	unread := di.Depends(openDB, di.Requires("unread"))
	s := required(required(nil, unread), unread, di.Depends(currentUser), di.Depends(countPages))
	count := map[string]int{}
	_, mistakes := di.Compile(s, handles[struct {
		DB   *db
		Page page
		User *user
	}](&j), nil, nil)
	for _, m := range mistakes {
		count[kindOf(m)]++
	}
	if len(count) != 2 || count["scopes"] != 1 || count["missing"] != 1 {
		t.Errorf("mistakes %v, want each once", mistakes)
	}
}

func TestAMissingErrorTellsTheWayFromTheOneThatNeedsIt(t *testing.T) {
	t.Parallel()
	s := provided(di.Depends(currentUser), di.Depends(readClaims))
	m := wantMistake[*di.MissingError](t, mistakes(t, s, di.Depends(listUsers)))
	var way []string
	for _, d := range m.Path {
		way = append(way, d.Name())
	}
	equal(t, "path", way, []string{"readClaims", "currentUser", "listUsers"})
}

// FastOpenAPI defect 4: a circle is a mistake and not a deadlock; each of its
// members is named once.
func TestACircleNamesEachMemberOnce(t *testing.T) {
	t.Parallel()
	s := provided(di.Depends(currentUser), di.Depends(claimsOfUser))
	c := wantMistake[*di.CycleError](t, mistakes(t, s, di.Depends(listUsers)))
	var circle []string
	for _, d := range c.Circle {
		circle = append(circle, d.Name())
	}
	equal(t, "circle", circle, []string{"currentUser", "claimsOfUser"})
}

// A guard that is not there must not look like one that is.
func TestANilHandlePanicsWhereItIsDeclared(t *testing.T) {
	t.Parallel()
	for name, declare := range map[string]func(){
		"required":           func() { di.NewScope(nil).Require(nil) },
		"provided":           func() { di.NewScope(nil).Provide(nil) },
		"brought":            func() { di.Depends(openDB, (*di.Dependency)(nil)) },
		"a combination's":    func() { di.AnyOf[*db](nil, nil) },
		"an override's":      func() { di.ReplaceType(nil) },
		"a replaced":         func() { di.Replace(nil, di.Depends(openDB)) },
		"of another type":    func() { di.Replace(di.Depends(openDB), di.Depends(openRepo)) },
		"of a nil function":  func() { di.Depends[di.None, *db](nil) },
		"of an optional nil": func() { di.Optionally[*db](nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if p, ok := recover().(string); !ok || !strings.HasPrefix(p, "di: ") || !strings.Contains(p, "mistake_test.go:") {
					t.Errorf("panic %q, want one that names this file", p)
				}
			}()
			declare()
		})
	}
}

// A guard that does not run must not look like one that does.
func TestAGuardThatNothingTakesIsAMistake(t *testing.T) {
	t.Parallel()
	var j journal
	limit := gives(&j, "limit", di.None{}, di.At(di.Quota))
	role := requireRole(&j, "a")
	whoami := gives(&j, "user", &user{}, di.At(di.Authentication))
	takesNobody := turns(&j, "report", func(di.None) (page, error) { return page{}, nil }, role, whoami)
	takesUser := turns(&j, "report", func(*user) (page, error) { return page{}, nil }, whoami, role)
	for _, tc := range []struct {
		name   string
		scope  *di.Scope
		target *di.Dependency
		want   string
	}{
		{"provided, and gives nothing", provided(limit), handles[di.None](&j), "limit (x.go:0) is a guard (quota) and is provided, where nothing takes di.None from it, so it would not run"},
		{"brought, and gives nothing", nil, handles[di.None](&j).With(limit), "limit (x.go:0) is a guard (quota) and is brought by handler (x.go:0)"},
		{"brought, and nothing takes it", required(nil, takesNobody), handles[di.None](&j), "require-a (x.go:0) is a guard (authorization) and is brought by report (x.go:0), where nothing takes *di_test.user from it"},
		{"brought within an alternative", required(nil, di.AnyOf[page](nil, takesNobody)), handles[di.None](&j), "require-a"},
		{"brought, and taken", required(nil, takesUser), handles[di.None](&j), ""},
		{"brought, and required elsewhere", required(nil, limit), handles[di.None](&j).With(limit), ""},
		{"provided, and nothing takes it here", provided(whoami, role), handles[di.None](&j), ""},
		{"a part of a combination", required(nil, di.AllOf[*user](whoami, limit)), handles[di.None](&j), ""},
	} {
		_, mistakes := di.Compile(tc.scope, tc.target, source{}, nil)
		e, _ := errors.AsType[*di.IdleError](errors.Join(mistakes...))
		switch {
		case tc.want == "" && mistakes != nil:
			t.Errorf("%s: %v", tc.name, mistakes)
		case tc.want != "" && (e == nil || !strings.Contains(scrub(e.Error()), tc.want)):
			t.Errorf("%s: %v, want %q", tc.name, mistakes, tc.want)
		}
	}
}

func TestNilOptionsAreIgnored(t *testing.T) {
	t.Parallel()
	var option di.Option
	if d := di.Depends(openDB, option); d.Name() != "openDB" {
		t.Errorf("name %s", d.Name())
	}
}

// What a handle tells of itself.
func TestHandlesDescribeThemselves(t *testing.T) {
	t.Parallel()
	note := &struct{ text string }{"a note"}
	d := di.Depends(openRepo, di.Note(note), di.Requires("a", "b", "a"), di.Named("repo.Open"))
	if d.Name() != "repo.Open" || d.Note() != any(note) || d.In().String() != "*di_test.db" || d.Out().String() != "*di_test.repo" {
		t.Errorf("%s takes %v and gives %v with note %v", d.Name(), d.In(), d.Out(), d.Note())
	}
	equal(t, "scopes", d.Scopes(), []string{"a", "b"})
	if got := scrub(d.Declares()); got != "dependency repo.Open (x.go:0)" {
		t.Errorf("Declares() = %s", got)
	}
	if got := scrub(d.String()); got != "repo.Open (x.go:0)" || !strings.HasPrefix(d.Place(), "mistake_test.go:") {
		t.Errorf("String() = %s, Place() = %s", got, d.Place())
	}
	file := di.Depends(func(context.Context, di.None) (di.Resource[io.Reader], error) {
		return di.Resource[io.Reader]{}, nil
	})
	if got := file.Out().String(); got != "io.Reader" {
		t.Errorf("a resource gives %s, want what it holds", got)
	}
	if got := file.Name(); got != "TestHandlesDescribeThemselves.func1" {
		t.Errorf("a literal is named %s", got)
	}
}
