package router_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/router"
)

func TestMistakesReadAsInTheCatalogue(t *testing.T) {
	t.Parallel()
	for name, declare := range catalogue() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var opts []router.Option
			if name == "docs at a bad path" {
				opts = append(opts, router.Docs("docs/"), router.DocumentAt("/{version}.json"))
			}
			if strings.HasPrefix(name, "license") {
				opts = append(opts, router.Info(openapi.Info{License: &openapi.License{Name: "MIT", Identifier: "MIT", URL: "https://example.com"}}))
			}
			api := mortise.New("Mistakes", "1", opts...)
			declare(api)
			golden(t, "mistakes/"+strings.ReplaceAll(name, " ", "-"), mistakes(t, api)+"\n")
		})
	}
}

func TestTheCatalogueHasNoPageThatIsNotWritten(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "mistakes", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	known := catalogue()
	for _, f := range files {
		name := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(f), ".txt"), "-", " ")
		if known[name] == nil {
			t.Errorf("%s belongs to no mistake", f)
			if *update {
				_ = os.Remove(f)
			}
		}
	}
}

func TestMistakesAreSortedByPlaceAndFolded(t *testing.T) {
	t.Parallel()
	api := mortise.New("Sorted", "1")
	api.Provide(mortise.Depends(openSession))
	later := func() {
		mortise.Get(api, "/first", func(context.Context, *session) (none, error) { return none{}, nil })
	}
	mortise.Get(api, "/second", func(context.Context, *session) (none, error) { return none{}, nil })
	mortise.Get(api, "/third", func(context.Context, struct {
		Page int `query:"page" default:"x"`
	}) (none, error) {
		return none{}, nil
	})
	later()
	all := unjoined(api.Build())
	if len(all) != 2 {
		t.Fatalf("%d mistakes, want 2:\n%v", len(all), api.Build())
	}
	first, ok := errors.AsType[*router.Mistake](all[0])
	if !ok || first.What != "GET /first" || first.More != 1 || !strings.HasPrefix(first.Place, "mistake_test.go:") {
		t.Errorf("the first mistake is %+v, want that of the earlier line, once, and one more route", all[0])
	}
	if _, ok := errors.AsType[*di.MissingError](all[0]); !ok {
		t.Errorf("the reason of %v is not at hand", all[0])
	}
	if second, ok := errors.AsType[*router.Mistake](all[1]); !ok || second.What != "GET /third" || second.More != 0 {
		t.Errorf("the second mistake is %+v", all[1])
	}
}

func TestAnAPIWithMistakesSaysSoInTheLogAndAnswers500(t *testing.T) {
	t.Parallel()
	log := &logbook{}
	api := mortise.New("Broken", "1", log.option())
	get[*database](api, "/users")
	for range 3 {
		do(t, api, "GET /users", "").is(500).code("internal-error").lacks("database")
	}
	lines := log.take(t)
	if len(lines) != 1 || !strings.Contains(fmt.Sprint(lines[0]["mistakes"]), "nothing provides *router_test.database") {
		t.Errorf("the log says %v, want the mistakes, once", lines)
	}
}

func TestBuildCallsNoFunction(t *testing.T) {
	t.Parallel()
	called := func(context.Context, none) (*database, error) { t.Error("called"); return nil, nil }
	api := mortise.New("Quiet", "1", mortise.Depends(called))
	api.Provide(mortise.Depends(called, di.Application), mortise.Depends(func(context.Context, *database) (*session, error) { t.Error("called"); return nil, nil }, di.Transient))
	get[*session](api, "/")
	built(t, api)
	_ = document(t, api)
	_ = api.Audit()
}
