package adaptertest

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/router"
)

// A Mount mounts an API on a new host, as a program would, and returns the
// handler of the host and the prefix below which it serves the API: "/api", or
// nothing at the root. The host may have other routes, but none that the API
// has, and middleware that passes everything on. The api has no prefix yet.
type Mount func(t testing.TB, api *router.Router) (host http.Handler, prefix string)

// A Case is a rule that an API keeps on every host.
type Case struct {
	// Name is the rule, as a sentence.
	Name string
	// Why says what goes wrong on a host that breaks the rule.
	Why string

	run func(*visit)
}

// Run checks every case as a parallel subtest.
func Run(t *testing.T, mount Mount) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if err := c.Check(t, mount); err != nil {
				t.Errorf("%s\n%v", c.Why, err)
			}
		})
	}
}

// Cases are all rules, in an order from the simple to the special.
func Cases() []Case {
	return slices.Concat(routing(), paths(), locks(), bodies(), exchanges(), messages())
}

// Check mounts an API and returns in what the host breaks the rule: every
// deviation joined, or nil. It fails t only when there is nothing to look at.
func (c Case) Check(t testing.TB, mount Mount) error {
	t.Helper()
	d := newDesk()
	api := d.api()
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	host, prefix := mount(t, api)
	server := httptest.NewUnstartedServer(host)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // connections are broken on purpose
	server.Start()
	defer server.Close()
	v := &visit{t: t, desk: d, address: strings.TrimPrefix(server.URL, "http://"), prefix: prefix}
	c.run(v)
	v.leave()
	return errors.Join(v.deviations...)
}

// A visit is one case with one server.
type visit struct {
	t          testing.TB
	desk       *desk
	address    string
	prefix     string
	calls      []*call
	deviations []error
}

func (v *visit) deviate(format string, args ...any) {
	v.deviations = append(v.deviations, fmt.Errorf(format, args...))
}

// leave hangs up, and lets the handlers that wait go.
func (v *visit) leave() {
	for _, c := range v.calls {
		c.hangUp()
	}
	v.desk.close()
}
