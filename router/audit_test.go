package router_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares a text with a file below testdata, positions aside.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = regexp.MustCompile(`\b[a-z0-9_]+\.go:[0-9]+`).ReplaceAllString(got, "x.go:0")
	// What the compiler calls a function literal depends on what it inlines.
	got = regexp.MustCompile(`\b[\w.]+\.func[0-9.]+`).ReplaceAllString(got, "literal")
	file := filepath.Join("testdata", filepath.FromSlash(name)+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant, as in %s,\n%s", got, file, want)
	}
}

func TestRoutesAndTheirLocksAreListed(t *testing.T) {
	t.Parallel()
	list := everyKind(t).Audit()
	for _, tt := range []struct {
		name  string
		write func(io.Writer, []router.Audited) error
	}{{"routes", router.WriteRoutes}, {"audit", router.WriteAudit}} {
		var b bytes.Buffer
		if err := tt.write(&b, list); err != nil {
			t.Fatal(err)
		}
		golden(t, tt.name, b.String())
	}
}

func TestTheAuditKnowsTheOperationsOfTheDocument(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/me", whoami)
	mortise.Get(api, "/named", whoami, router.OperationID("named"))
	mortise.Get(api, "/literal", gives(1))
	mortise.Get(api, "/hidden", whoami, router.Hidden())
	var got []string
	for _, a := range built(t, api).Audit() {
		got = append(got, a.OperationID)
	}
	if want := []string{"whoami", "named", "getLiteral", ""}; !slices.Equal(got, want) {
		t.Errorf("operation ids %q, want %q", got, want)
	}
}

func TestTheAuditTellsLockedFromPublicFromOpen(t *testing.T) {
	t.Parallel()
	api := newGuarded()
	mortise.Get(api, "/locked", whoami)
	mortise.Get(api, "/public", gives(1), mortise.Public())
	mortise.Get(api, "/open", gives(1))
	mortise.Get(api, "/optional", gives(1), optionalKey)
	mortise.Get(api, "/hidden", whoami, router.Hidden())
	list := built(t, api).Audit()
	want := []struct {
		path, lock   string
		locked, open bool
	}{
		{"/locked", "BearerAuth", true, false},
		{"/public", "public", false, false},
		{"/open", "open", false, true},
		{"/optional", "ApiKeyAuth or nothing", false, true},
		{"/hidden", "BearerAuth", true, false},
	}
	if len(list) != len(want) {
		t.Fatalf("%d operations are listed, want %d", len(list), len(want))
	}
	for i, w := range want {
		a := list[i]
		if a.Method != "GET" || a.Path != w.path || a.Lock() != w.lock || a.Locked() != w.locked || a.Open() != w.open {
			t.Errorf("audited %s %s: %q, locked %t, open %t; want %+v", a.Method, a.Path, a.Lock(), a.Locked(), a.Open(), w)
		}
		if last := a.Chain[len(a.Chain)-1]; last.Stage != "handler" || a.Place == "" {
			t.Errorf("%s ends with %+v, declared at %q", a.Path, last, a.Place)
		}
	}
}

// failingWriter takes nothing.
type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAListThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	list := everyKind(t).Audit()
	if router.WriteRoutes(failingWriter{}, list) == nil || router.WriteAudit(failingWriter{}, list) == nil {
		t.Error("no error from a writer that takes nothing")
	}
}

func TestTheAuditListsApplicationValuesOnceAndFirst(t *testing.T) {
	t.Parallel()
	type pool struct{}
	type cache struct{}
	type metrics struct{}
	api := mortise.New("Values", "1", quiet())
	api.Require(mortise.Depends(func(context.Context, none) (*metrics, error) { return &metrics{}, nil }, di.Application, di.Named("metrics")))
	api.Provide(
		mortise.Depends(func(context.Context, none) (*pool, error) { return &pool{}, nil }, di.Application, di.Named("pool")),
		mortise.Depends(func(context.Context, *pool) (*cache, error) { return &cache{}, nil }, di.Application, di.Named("cache")),
	)
	mortise.Get(api, "/", func(context.Context, struct {
		Cache *cache
		Pool  *pool
	}) (none, error) {
		return none{}, nil
	}, mortise.Public())
	want := []router.Link{{Name: "metrics", Stage: "application"}, {Name: "pool", Stage: "application"}, {Name: "cache", Stage: "application"}}
	if chain := built(t, api).Audit()[0].Chain; !slices.Equal(chain[:len(chain)-1], want) {
		t.Errorf("the chain is %v, want %v and the handler", chain, want)
	}
}
