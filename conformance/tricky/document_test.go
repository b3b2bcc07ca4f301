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
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			judge.Document(t, get(t, tricky.New(opts...), "/openapi.json"))
		})
	}
}
