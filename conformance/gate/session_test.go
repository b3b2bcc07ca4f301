package gate_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/conformance/browser"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security/session"
)

type visit struct{}

// A desk is an API with a cookie, over https, beside a page of the same origin.
type desk struct {
	*httptest.Server
	arrived journal
	touched atomic.Int64 // how often something was changed
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	sessions, err := session.New[visit](session.Config{Store: session.NewMemory(session.MemoryConfig{})})
	if err != nil {
		t.Fatal(err)
	}
	var d desk
	api := mortise.New("Desk", "1", router.Logger(slog.New(slog.DiscardHandler)))
	api.Provide(sessions.Dependency(), sessions.Starter())
	mortise.Post(api, "/login", func(ctx context.Context, in struct{ Starter *session.Starter[visit] }) (mortise.None, error) {
		_, err := in.Starter.Start(ctx, "ada", visit{})
		return mortise.None{}, err
	}, mortise.Public())
	mortise.Get(api, "/who", func(_ context.Context, s *session.Session[visit]) (string, error) { return s.Subject, nil })
	// It reads no body, so that its lock alone stands between it and a form.
	mortise.Post(api, "/touch", func(context.Context, *session.Session[visit]) (string, error) {
		d.touched.Add(1)
		return "touched", nil
	})
	mortise.Post(api, "/logout", session.Logout[visit], router.OperationID("logout"))
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", d.arrived.around(api))
	mux.Handle("/{$}", page(blank))
	d.Server = serve(t, true, mux)
	return &d
}

// forms is a page with a form for each way in which a browser posts without asking.
func forms(target string) http.Handler {
	var html strings.Builder
	for id, enctype := range map[string]string{"urlencoded": "application/x-www-form-urlencoded", "plain": "text/plain", "multipart": "multipart/form-data"} {
		// As text/plain the name and the value make an object.
		fmt.Fprintf(&html, `<form method="post" action="%s" enctype="%s"><input name='{"a":"' value='"}'><button id="%s">Post</button></form>`, target, enctype, id)
	}
	return page(strings.Replace(blank, "<p", html.String()+`<a id="link" href="`+strings.TrimSuffix(target, "/touch")+`/who">Who</a><p`, 1))
}

// follow clicks what leads to the desk, and returns what arrived there.
func (d *desk) follow(p *browser.Page, selector string) string {
	p.Click(selector)
	p.Lands(at(d.Server, "localhost"))
	return d.arrived.last()
}

// A171, A172
func TestOtherSitesCannotActForSomebodyWithACookie(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	home := at(d.Server, "localhost")
	evil := serve(t, true, forms(home+"/touch"))
	otherSite, samesite := evil.URL, at(evil, "localhost")
	p := browser.Open(t, home, otherSite, samesite)
	if got := fetch(p, "/login", `{method: "POST"}`); !strings.HasPrefix(got, "204") {
		t.Fatalf("login: %s", got)
	}
	if got := fetch(p, "/touch", `{method: "POST"}`); !strings.HasPrefix(got, "200") || d.touched.Load() != 1 {
		t.Fatalf("the own page: %s", got)
	}
	for _, tt := range []struct{ from, site, answer string }{
		{otherSite, "cross-site", "cookie=false: 401"}, // SameSite=Lax keeps it back
		{samesite, "same-site", "cookie=true: 403"},    // nothing keeps it back, and it does not help
	} {
		for _, form := range []string{"urlencoded", "plain", "multipart"} {
			p.Visit(tt.from)
			if got, want := d.follow(p, "#"+form), "POST /touch site="+tt.site+" "+tt.answer; got != want {
				t.Errorf("a form as %s: %s, want %s", form, got, want)
			}
		}
		p.Visit(tt.from)
		if got := fetch(p, home+"/touch", `{method: "POST", credentials: "include", mode: "no-cors"}`); !strings.HasPrefix(got, "0") && got != refused {
			t.Errorf("a script from %s reads %s", tt.site, got)
		}
		if got, want := d.arrived.last(), "POST /touch site="+tt.site+" "+tt.answer; got != want {
			t.Errorf("a script: %s, want %s", got, want)
		}
		if got := fetch(p, home+"/who", `{credentials: "include"}`); got != refused {
			t.Errorf("a script from %s reads %s", tt.site, got)
		}
	}
	p.Visit(otherSite) // that would log somebody in as somebody else
	fetch(p, home+"/login", `{method: "POST", credentials: "include", mode: "no-cors"}`)
	if got, want := d.arrived.last(), "POST /login site=cross-site cookie=false: 403"; got != want {
		t.Errorf("a login from elsewhere: %s, want %s", got, want)
	}
	if got := d.touched.Load(); got != 1 {
		t.Errorf("something was changed %d times, want once, by the own page", got)
	}
	// Lax sends the cookie along with a link, so that the reader is logged in there.
	p.Visit(otherSite)
	if got, want := d.follow(p, "#link"), "GET /who site=cross-site cookie=true: 200"; got != want {
		t.Errorf("a link: %s, want %s", got, want)
	}
}

// A156
func TestScriptsCannotReadOrReplaceTheCookieAndLogoutTakesItBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := browser.Open(t, at(d.Server, "localhost"))
	fetch(p, "/login", `{method: "POST"}`)
	if got := strings.TrimSpace(fetch(p, "/who", `{}`)); got != `200 "ada"` {
		t.Fatalf("after the login: %s", got)
	}
	for _, write := range []string{
		`__Host-session=forged; Secure; Path=/`,
		`__Host-session=forged; Secure; Path=/who`,
		`__Host-session=forged; Path=/`,
		`__Host-session=forged; Secure; Path=/; Domain=localhost`,
		`__Host-session=; Secure; Path=/; Max-Age=0`,
	} {
		browser.Eval[string](p, `document.cookie = `+fmt.Sprintf("%q", write))
		if got := browser.Eval[string](p, `document.cookie`); got != "" {
			t.Errorf("after %s a script reads the cookie %q", write, got)
		}
		if got := strings.TrimSpace(fetch(p, "/who", `{}`)); got != `200 "ada"` {
			t.Errorf("after %s: %s", write, got)
		}
	}
	if got := fetch(p, "/logout", `{method: "POST"}`); !strings.HasPrefix(got, "204") {
		t.Errorf("logout: %s", got)
	}
	if got := fetch(p, "/who", `{}`); !strings.HasPrefix(got, "401") || !strings.Contains(d.arrived.last(), "cookie=false") {
		t.Errorf("after the logout: %s; %s", got, d.arrived.last())
	}
}
