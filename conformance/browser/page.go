package browser

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/mortise-go/mortise/internal/need"
)

// patience is how long a method waits for an element or a condition.
const patience = 60 * time.Second

// Page is one tab of a browser of its own. Its methods belong to the goroutine of
// the test that opened it; they end the test on failure.
type Page struct {
	t   testing.TB
	ctx context.Context
	log *journal
}

// Open starts a browser, opens address and waits until the page and what it
// loads at first are there. Requests to other origins than that of address are
// faults, except those to the origins in also. The browser is closed when the
// test ends, and the faults found by then fail the test.
func Open(t testing.TB, address string, also ...string) *Page {
	t.Helper()
	log := newJournal(append(also, address)...)
	p := &Page{t: t, ctx: start(t, log), log: log}
	t.Cleanup(func() {
		p.location() // what the browser has told by now comes before its answer
		for _, fault := range log.faults() {
			t.Error(fault)
		}
	})
	p.do(watchPolicy())
	p.do(chromedp.EmulateViewport(1280, 900))
	p.Visit(address)
	return p
}

// start returns the context of a new browser. No name but those of this machine
// can be resolved by it: a page that calls out is found out and gets nowhere, so
// that a certificate for https may be of anybody's making. Its profile is fresh and
// removed with it.
func start(t testing.TB, log *journal) context.Context {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(need.Tool(t, "chromium", "chromium-browser", "google-chrome")),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx, chromedp.WithListener(log.record))
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("no browser: %v", err)
	}
	return ctx
}

// Visit goes to address and waits until the page is loaded.
func (p *Page) Visit(address string) {
	p.t.Helper()
	p.do(chromedp.Navigate(address))
}

// Click waits until an element is visible, scrolls to it and clicks it.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.Wait(selector)
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// Lands waits until the page is at an address that begins so, as it is behind a
// click on a link. To [Page.Visit] another before is to race with that.
func (p *Page) Lands(address string) {
	p.t.Helper()
	for begin := time.Now(); !strings.HasPrefix(p.location(), address); time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > patience {
			p.t.Fatalf("the page is at %s, not at %s", p.location(), address)
		}
	}
}

// Type waits until a field is visible, empties it and types text, key by key.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	p.Wait(selector)
	p.do(chromedp.Clear(chromedp.CSS(selector)))
	p.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Text waits until an element is visible and returns the text that a reader
// sees in it.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	p.Wait(selector)
	return run(p, chromedp.Text(chromedp.CSS(selector)))
}

// Wait waits until an element is visible.
func (p *Page) Wait(selector string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// WaitGone waits until no element matches.
func (p *Page) WaitGone(selector string) {
	p.t.Helper()
	p.Until("!document.querySelector(" + quote(selector) + ")")
}

// Until waits until a JavaScript expression is true.
func (p *Page) Until(expression string) {
	p.t.Helper()
	p.do(chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(0)))
}

// Count returns how many elements match right now.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	return Eval[int](p, "document.querySelectorAll("+quote(selector)+").length")
}

// Resize gives the page a viewport of width times height CSS pixels.
func (p *Page) Resize(width, height int64) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(width, height))
}

// Dark makes the page believe that its reader prefers dark pages.
func (p *Page) Dark() {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
		})
		return err
	}))
}

// Press sends keys to an element that has the focus, or gets it, as a keyboard does.
func (p *Page) Press(selector, keys string) {
	p.t.Helper()
	p.Wait(selector)
	p.do(chromedp.SendKeys(chromedp.CSS(selector), keys))
}

// Overflow returns by how many CSS pixels the page is wider than its viewport.
func (p *Page) Overflow() int {
	p.t.Helper()
	return Eval[int](p, "document.documentElement.scrollWidth - document.documentElement.clientWidth")
}

// Screenshot writes a picture of the whole page to file, as PNG.
func (p *Page) Screenshot(file string) {
	p.t.Helper()
	if err := os.WriteFile(file, run(p, chromedp.FullScreenshot(100)), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// Faults returns a line for everything that will fail the test at its end, in
// the order in which it happened.
func (p *Page) Faults() []string { return p.log.faults() }

// Requests returns every address that the page asked for, in order, whether or
// not an answer came.
func (p *Page) Requests() []string { return p.log.addresses() }

// Eval evaluates a JavaScript expression in the page, waits for it if it is a
// promise and returns its value.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

func (p *Page) do(step chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	run(p, step)
}

// run takes one step within the page's patience.
func run[T any](p *Page, step chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, step)
	if err != nil {
		p.t.Fatalf("%v\n\tat %s", err, p.location())
	}
	return value
}

// location returns where the page is, for messages.
func (p *Page) location() string {
	ctx, cancel := context.WithTimeout(p.ctx, time.Second)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "an unknown page"
	}
	return at
}

// origin returns the scheme, host and port of an address, or the scheme alone
// for addresses that reach nobody, such as data: and blob:.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if u.Host == "" {
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}
