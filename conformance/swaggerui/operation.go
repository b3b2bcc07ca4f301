package swaggerui

import (
	"strconv"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/conformance/browser"
)

// Lock is what the padlock in an operation's row shows.
type Lock string

// The padlocks of Swagger UI. An operation that needs no credential has none; a
// padlock closes once credentials for the operation are entered.
const (
	NoLock   Lock = "none"
	Unlocked Lock = "open"
	Locked   Lock = "closed"
)

// Operation is one operation's block in the page.
type Operation struct {
	page  *Page
	t     testing.TB
	block string
}

// Operation returns the block of an operation, named as in the document. It ends
// the test if the page does not list it.
func (p *Page) Operation(method, path string) *Operation {
	p.t.Helper()
	o := &Operation{page: p, t: p.t}
	// The block of a deprecated operation has no class for its method.
	o.block = ":is(.opblock-" + strings.ToLower(method) + ",.opblock-deprecated):has([data-path=" + script(path) + "])"
	if p.Count(o.block) != 1 {
		p.t.Fatalf("the page lists %q, not %s %s", p.Operations(), method, path)
	}
	return o
}

// Lock returns what the operation's padlock shows.
func (o *Operation) Lock() Lock {
	o.t.Helper()
	const button = " .opblock-summary .authorization__btn"
	switch {
	case o.page.Count(o.block+button) == 0:
		return NoLock
	case o.page.Count(o.block+button+".unlocked, "+o.block+button+`[aria-label*="unlocked"]`) > 0:
		return Unlocked
	}
	return Locked
}

// Open opens the block if it is closed.
func (o *Operation) Open() {
	o.t.Helper()
	if o.page.Count(o.block+".is-open") == 0 {
		o.page.Click(o.block + " .opblock-summary-control")
	}
	o.page.Wait(o.block + " .opblock-body .responses-wrapper")
}

// Description opens the block and returns the operation's description as a
// reader sees it, or "".
func (o *Operation) Description() string {
	o.t.Helper()
	o.Open()
	if o.page.Count(o.block+" .opblock-description") == 0 {
		return ""
	}
	return o.page.Text(o.block + " .opblock-description")
}

// Parameters opens the block and returns the names of the parameters in it, as
// in "query page".
func (o *Operation) Parameters() []string {
	o.t.Helper()
	o.Open()
	return browser.Eval[[]string](o.page.Page, `[...document.querySelectorAll(`+script(o.block+" tr[data-param-name]")+`)].map(r =>
		r.dataset.paramIn + " " + r.dataset.paramName)`)
}

// Statuses opens the block and returns the documented statuses, as in "200".
func (o *Operation) Statuses() []string {
	o.t.Helper()
	o.Open()
	return browser.Eval[[]string](o.page.Page, `[...document.querySelectorAll(`+script(o.block+" .responses-table:not(.live-responses-table) tr.response")+`)].map(r => r.dataset.code)`)
}

// Fill enters the value of a parameter for the next Try.
func (o *Operation) Fill(name, value string) {
	o.t.Helper()
	o.prepare()
	o.page.Type(o.block+" tr[data-param-name="+script(name)+"] input", value)
}

// FillBody enters the request body for the next Try.
func (o *Operation) FillBody(body string) {
	o.t.Helper()
	o.prepare()
	o.page.Type(o.block+" textarea.body-param__text", body)
}

// Try sends the request and returns the status of the answer.
func (o *Operation) Try() int {
	o.t.Helper()
	o.prepare()
	if o.page.Count(o.block+" .btn-clear") > 0 {
		o.page.Click(o.block + " .btn-clear")
		o.page.WaitGone(o.block + liveStatus)
	}
	o.page.Click(o.block + " button.execute")
	text := o.page.Text(o.block + liveStatus)
	status, err := strconv.Atoi(strings.Fields(text)[0])
	if err != nil {
		o.t.Fatalf("the page shows the status %q", text)
	}
	return status
}

// Answer returns the body of the last answer as the page shows it.
func (o *Operation) Answer() string {
	o.t.Helper()
	return o.page.Text(o.block + " .live-responses-table .highlight-code code")
}

const liveStatus = " .live-responses-table tbody .response-col_status"

// prepare opens the block and makes its fields writable.
func (o *Operation) prepare() {
	o.t.Helper()
	o.Open()
	if o.page.Count(o.block+" .try-out__btn:not(.cancel)") > 0 && o.page.Count(o.block+" button.execute") == 0 {
		o.page.Click(o.block + " .try-out__btn:not(.cancel)")
	}
	o.page.Wait(o.block + " button.execute")
}
