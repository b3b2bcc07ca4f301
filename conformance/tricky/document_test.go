package tricky_test

import (
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/conformance/judge"
	"github.com/mortise-go/mortise/conformance/tricky"
	"github.com/mortise-go/mortise/router"
)

// closed is an API that refuses unknown members.
var closed = router.RejectUnknownMembers()

func TestEveryJudgeAcceptsTheDocument(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]mortise.Option{"open": nil, "closed": {closed}} {
		for _, path := range []string{"/openapi.json", "/openapi-3.0.json"} {
			t.Run(name+" "+path, func(t *testing.T) {
				t.Parallel()
				judge.Document(t, get(t, tricky.New(opts...), path))
			})
		}
	}
}

// The meta-schemas judge JSON alone. That the YAML says the same, package docs tests.
func TestTheDocumentIsReadAsYAML(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/openapi.yaml", "/openapi-3.0.yaml"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			document := get(t, tricky.New(), path)
			for _, finding := range append(judge.Loads(document), judge.Lints(t, document)...) {
				t.Error(finding)
			}
		})
	}
}
