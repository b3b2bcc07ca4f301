package swaggerui

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/conformance/browser"
)

// Page is a page of Swagger UI. It is a [browser.Page] with the words of
// Swagger UI added, under the same rules.
type Page struct {
	*browser.Page
	t testing.TB
}

// Open opens a page of Swagger UI and waits until its operations are listed.
// Other origins that it may ask, such as a token endpoint's, stand in also.
func Open(t testing.TB, address string, also ...string) *Page {
	t.Helper()
	p := &Page{Page: browser.Open(t, address, also...), t: t}
	p.Wait(".swagger-ui .info")
	p.Wait(".swagger-ui .opblock")
	return p
}

// Title returns the API's title as the page shows it, without the version.
func (p *Page) Title() string {
	p.t.Helper()
	return browser.Eval[string](p.Page, `document.querySelector(".info .title").firstChild.textContent.trim()`)
}

// Operations returns the operations as they are listed, as in "GET /profile".
func (p *Page) Operations() []string {
	p.t.Helper()
	return browser.Eval[[]string](p.Page, `[...document.querySelectorAll(".opblock")].map(b =>
		b.querySelector(".opblock-summary-method").textContent + " " + b.querySelector("[data-path]").dataset.path)`)
}

// Schemes opens the dialog that authorises the whole page, and returns what it
// offers, by the names of the security schemes.
func (p *Page) Schemes() []string {
	p.t.Helper()
	p.Click(dialogButton)
	names := browser.Eval[[]string](p.Page, `[...document.querySelectorAll(".auth-container h4 code")].map(c => c.textContent.trim())`)
	p.closeDialog()
	return names
}

// AuthorizeWith enters a bearer token or an API key for a security scheme in the
// dialog of the whole page.
func (p *Page) AuthorizeWith(scheme, credential string) {
	p.t.Helper()
	p.inDialog(scheme, func(form string) { p.Type(form+" input", credential) })
}

// AuthorizeAs enters a user name and a password for a security scheme, HTTP Basic
// or the password flow of OAuth 2.0, in the dialog of the whole page.
func (p *Page) AuthorizeAs(scheme, user, password string) {
	p.t.Helper()
	p.inDialog(scheme, func(form string) {
		p.Type(form+` input:is([name="username"], #oauth_username)`, user)
		p.Type(form+` input[type="password"]`, password)
	})
}

// SignIn follows the redirects of a scheme of OAuth 2.0 until the page has its
// token. The client's id and scopes are those that the page was configured with.
func (p *Page) SignIn(scheme string) {
	p.t.Helper()
	p.inDialog(scheme, func(string) {})
}

// Filter shows only the tags whose names contain text.
func (p *Page) Filter(text string) {
	p.t.Helper()
	p.Type(".operation-filter-input", text)
}

// Logout takes back what was entered for a security scheme.
func (p *Page) Logout(scheme string) {
	p.t.Helper()
	p.Click(dialogButton)
	p.Click(p.form(scheme) + ` .auth-btn-wrapper button:not(.btn-done)`)
	p.closeDialog()
}

const (
	dialogButton = ".auth-wrapper > .authorize"
	mark         = "data-scheme"
)

// inDialog fills one form of the dialog, submits it and waits until the page
// took it.
func (p *Page) inDialog(scheme string, fill func(form string)) {
	p.t.Helper()
	p.Click(dialogButton)
	form := p.form(scheme)
	fill(form)
	p.Click(form + ` button:is([type="submit"].authorize, [aria-label^="Apply"])`)
	p.WaitGone(form + ` button:is([type="submit"].authorize, [aria-label^="Apply"])`)
	p.closeDialog()
}

// form returns a selector of the form of a security scheme in the open dialog.
// The dialog names its forms in text only, so the form is marked first.
func (p *Page) form(scheme string) string {
	p.t.Helper()
	p.Wait(".modal-ux .auth-container")
	name := script(scheme)
	found := browser.Eval[bool](p.Page, `(() => {
		for (const form of document.querySelectorAll(".modal-ux .auth-container")) {
			const code = form.querySelector("h4 code, h4")
			if (code && code.textContent.trim().split(/[\s(]/)[0] === `+name+`) form.setAttribute("`+mark+`", `+name+`)
		}
		return !!document.querySelector('.auth-container[`+mark+`=' + CSS.escape(`+name+`) + ']')
	})()`)
	if !found {
		p.t.Fatalf("the dialog offers no scheme %q", scheme)
	}
	return `.auth-container[` + mark + `=` + script(scheme) + `]`
}

func (p *Page) closeDialog() {
	p.t.Helper()
	p.Click(".modal-ux .close-modal")
	p.WaitGone(".modal-ux")
}

// script returns text as a JavaScript string, which is a CSS string as well for
// the names that OpenAPI allows.
func script(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string can always be marshalled
	}
	return strings.ReplaceAll(string(b), "`", "\\u0060")
}
