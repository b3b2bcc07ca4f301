package router

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/openapi"
)

// An Audited operation says who may call a route, as it is enforced.
type Audited struct {
	Method string
	Path   string
	// OperationID is the name of the operation in the document; empty for a route
	// that the document does not show.
	OperationID string
	// Handler is the handler's name and Place where the route was declared.
	Handler string
	Place   string
	// Public tells that the route was declared open to everybody.
	Public bool
	// Security lists the alternatives of credentials; nil when none is needed.
	Security []openapi.Requirement
	// Conditions are what is required beyond credentials, in words: roles,
	// permissions, ownership, limits, addresses.
	Conditions []string
	// Chain is everything that runs, in order: the middleware of [Router.Use],
	// the outermost first, the stages, and the handler last. What runs only when
	// an alternative is tried has the stage "alternative". Values of the stage
	// "application" are made once, before the first request that needs them, and
	// stand before everything that runs for each.
	Chain []Link
}

// A Link is a dependency in the order in which it runs.
type Link struct {
	Name  string
	Stage string
}

// Locked reports whether nobody gets through without a credential.
func (a Audited) Locked() bool {
	return len(a.Security) > 0 && !slices.ContainsFunc(a.Security, isEmpty)
}

// Open reports whether the route is neither locked nor declared public, which
// is worth a second look.
func (a Audited) Open() bool { return !a.Locked() && !a.Public }

// Lock describes in a few words what the route asks for, such as
// "BearerAuth [admin:read], role admin", "public", or "open" when nobody said.
func (a Audited) Lock() string {
	var ways []string
	for _, r := range a.Security {
		ways = append(ways, way(r))
	}
	parts := make([]string, 0, 1+len(a.Conditions))
	if len(ways) > 0 {
		parts = append(parts, strings.Join(ways, " or "))
	}
	for _, c := range a.Conditions {
		parts = append(parts, strings.ReplaceAll(c, "`", ""))
	}
	switch {
	case len(ways) > 0:
		return strings.Join(parts, ", ")
	case a.Public:
		return strings.Join(append([]string{"public"}, parts...), ", ")
	}
	return strings.Join(append([]string{"open"}, parts...), ", ")
}

func way(r openapi.Requirement) string {
	if len(r) == 0 {
		return "nothing"
	}
	var needed []string
	for _, c := range r {
		text := c.Scheme.Name
		if len(c.Scopes) > 0 {
			text += fmt.Sprintf(" %v", c.Scopes)
		}
		needed = append(needed, text)
	}
	return strings.Join(needed, " and ")
}

// Audit lists every operation with what it asks for, in the order of
// declaration. It is nil while the router has mistakes.
func (r *Router) Audit() []Audited {
	if r.Build() != nil {
		return nil
	}
	var list []Audited
	ids := r.built.document.IDs()
	for _, e := range r.built.endpoints {
		if e.handler == nil {
			list = append(list, r.audit(e.compiled, ids[e.compiled.operation]))
		}
	}
	return list
}

func (r *Router) audit(c *compiled, id string) Audited {
	a := Audited{
		Method:      c.method,
		Path:        c.path,
		OperationID: id,
		Handler:     spokenName(c.handler),
		Place:       c.place.String(),
		Public:      c.settings.public,
		Security:    c.operation.Security,
		Conditions:  c.operation.Requirements,
	}
	seen := map[*di.Dependency]bool{}
	for _, n := range c.plan.Application() {
		seen[n.Dependency()] = true
		a.Chain = append(a.Chain, Link{spokenName(n.Dependency()), "application"})
	}
	for _, m := range r.middlewares {
		a.Chain = append(a.Chain, Link{m.name, "middleware"})
	}
	nodes := c.plan.Always()
	for _, n := range nodes {
		seen[n.Dependency()] = true
	}
	for _, n := range nodes[:len(nodes)-1] {
		if n.Alternatives() || n.Optional() {
			a.Chain = appendAlternatives(a.Chain, n, seen)
		}
		a.Chain = append(a.Chain, Link{spokenName(n.Dependency()), n.Stage().String()})
	}
	a.Chain = append(a.Chain, Link{a.Handler, "handler"})
	return a
}

// appendAlternatives lists what n runs only when it tries one of its needs.
func appendAlternatives(chain []Link, n di.Node, seen map[*di.Dependency]bool) []Link {
	for need := range n.Needs() {
		d := need.Dependency()
		if seen[d] {
			continue
		}
		seen[d] = true
		chain = append(appendAlternatives(chain, need, seen), Link{spokenName(d), "alternative"})
	}
	return chain
}

// spokenName is the name of a dependency, or the place of a function literal,
// which has none that means anything.
func spokenName(d *di.Dependency) string {
	if isLiteral(d.Name()) {
		return "function at " + d.Place()
	}
	return d.Name()
}

// WriteRoutes writes a table of the routes and their locks.
func WriteRoutes(w io.Writer, list []Audited) error {
	rows := make([]string, len(list))
	for i, a := range list {
		rows[i] = fmt.Sprintf("%s\t%s\t%s", a.Method, a.Path, a.Lock())
	}
	for i, row := range table(rows) {
		mark := "   "
		if list[i].Locked() {
			mark = "🔒 " // two columns wide
		}
		if _, err := io.WriteString(w, mark+row+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// WriteAudit writes, for each route, what it asks for and everything that runs
// for it, in order.
func WriteAudit(w io.Writer, list []Audited) error {
	var rows []string
	for _, a := range list {
		rows = append(rows, fmt.Sprintf("%s %s\t%s\t%s", a.Method, a.Path, a.Lock(), a.Place))
		for _, l := range a.Chain {
			rows = append(rows, fmt.Sprintf("    %s\t%s\t", l.Stage, l.Name))
		}
	}
	for _, row := range table(rows) {
		if _, err := io.WriteString(w, row+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// table aligns the cells of rows, which are separated by tabs.
func table(rows []string) []string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = io.WriteString(t, row+"\n") // a strings.Builder takes everything
	}
	_ = t.Flush()
	lines := strings.Split(b.String(), "\n")[:len(rows)]
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return lines
}
