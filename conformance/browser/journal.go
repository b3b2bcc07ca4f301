package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// world is the name of the isolated JavaScript world and of the function in it
// through which violations are told. The page itself sees neither.
const world = "mortiseJournal"

// told is what the listener in the page tells about a violation.
const told = `document.addEventListener("securitypolicyviolation", e => ` + world + `(JSON.stringify({
	directive: e.effectiveDirective, blocked: e.blockedURI, file: e.sourceFile, line: e.lineNumber, sample: e.sample,
})), true)`

// watchPolicy makes every document that is opened from now on tell its
// violations of the Content-Security-Policy.
func watchPolicy() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, runtime.AddBinding, runtime.AddBindingParams{Name: world, ExecutionContextName: world}); err != nil {
			return err
		}
		script := page.AddScriptToEvaluateOnNewDocumentParams{Source: told, WorldName: world}
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, script)
		return err
	})
}

// journal remembers what a page did. It is safe for concurrent use.
type journal struct {
	allowed []string

	mu       sync.Mutex
	found    []string
	requests []string
}

// newJournal returns a journal to which requests to the origins of addresses are
// no faults.
func newJournal(addresses ...string) *journal {
	j := &journal{allowed: []string{"data:", "blob:", "about:"}}
	for _, address := range addresses {
		j.allowed = append(j.allowed, origin(address))
	}
	return j
}

// record notes an event of the browser.
func (j *journal) record(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		j.request(e.Request.Method, e.Request.URL)
	case *network.EventWebSocketCreated:
		j.request("WebSocket", e.URL)
	case *runtime.EventBindingCalled:
		if e.Name == world {
			j.violation(e.Payload)
		}
	case *runtime.EventExceptionThrown:
		j.fault("exception: " + exceptionText(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			j.fault("console.error: " + consoleText(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceSecurity && e.Entry.Level == log.EntryLevelError {
			j.fault("security: " + e.Entry.Text)
		}
	}
}

func (j *journal) request(method, address string) {
	j.mu.Lock()
	j.requests = append(j.requests, address)
	j.mu.Unlock()
	if !slices.Contains(j.allowed, origin(address)) {
		j.fault("request to another origin: " + method + " " + address)
	}
}

func (j *journal) violation(payload string) {
	var v struct {
		Directive, Blocked, File, Sample string
		Line                             int
	}
	if err := json.Unmarshal([]byte(payload), &v); err != nil {
		j.fault("content security policy: " + payload)
		return
	}
	j.fault(strings.TrimSpace(fmt.Sprintf("content security policy: %s forbids %s at %s:%d %s", v.Directive, v.Blocked, v.File, v.Line, v.Sample)))
}

func (j *journal) fault(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.found = append(j.found, text)
}

func (j *journal) faults() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.found)
}

func (j *journal) addresses() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.requests)
}

func exceptionText(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

func consoleText(args []*runtime.RemoteObject) string {
	var words []string
	for _, arg := range args {
		text := arg.Description
		if text == "" {
			text = strings.Trim(string(arg.Value), `"`)
		}
		words = append(words, text)
	}
	return strings.Join(words, " ")
}

// quote returns text as a JavaScript string.
func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string can always be marshalled
	}
	return string(b)
}
