package router

import (
	"context"
	"reflect"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
)

// wholeQuery is the input of what looks at the query as a whole. It holds nothing.
type wholeQuery struct{ _ struct{} }

var wholeQueryType = reflect.TypeFor[wholeQuery]()

// knownParameters fails where the query has parameters that nothing reads. It runs
// behind the guards, beside what is read for the handler, so that all mistakes of a
// request are told at once.
func knownParameters() *di.Dependency {
	return di.Depends(func(context.Context, wholeQuery) (di.None, error) { return di.None{}, nil }, di.Named("RejectUnknownParameters"))
}

type wholeQueryInput struct{}

func (wholeQueryInput) Binder(of, _ any) di.Binder { return &wholeQueryBinder{of.(*session)} }

type wholeQueryBinder struct{ session *session }

func (b *wholeQueryBinder) Bind() error {
	if err := b.session.params.Scan(); err != nil {
		return err
	}
	return nil
}

// keysInQuery are the parameters that the security schemes of a route read.
func keysInQuery(plan *di.Plan) []string {
	var names []string
	for _, n := range plan.All() {
		if d, ok := n.Dependency().Note().(openapi.SchemeDescriber); ok {
			if s := d.SecurityScheme(); s.Type == "apiKey" && s.In == "query" {
				names = append(names, s.ParamName)
			}
		}
	}
	return names
}
