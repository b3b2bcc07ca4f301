package docs_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/conformance/browser"
	"github.com/mortise-go/mortise/conformance/swaggerui"
	"github.com/mortise-go/mortise/router"
)

// A212: whoever sends somebody a link to the page does not choose what it shows.
func TestALinkDoesNotChooseTheDocument(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"openapi": "3.1.0", "info": {"title": "Evil", "version": "1"}, "paths": {}, "url": "/evil.json"}`)
	}))
	t.Cleanup(elsewhere.Close)
	address := serve(t, "") + "/docs"
	shown := swaggerui.Open(t, address+"?url="+elsewhere.URL+"/evil.json")
	for _, query := range []string{
		"?url=" + elsewhere.URL + "/evil.json", "?configUrl=" + elsewhere.URL + "/config.json", "?configUrl=data:application/json,{}&url=/evil.json",
		"?urls.primaryName=Evil&persistAuthorization=true", "#?url=" + elsewhere.URL + "/evil.json",
	} {
		shown.Visit(address + query)
		shown.Wait(".opblock")
		if got := shown.Title(); got != "Blog" {
			t.Errorf("with %s the page is about %q", query, got)
		}
	}
	shown.AuthorizeWith("BearerAuth", "tk")
	if n := browser.Eval[int](shown.Page, `localStorage.length`); n != 0 || asked.Load() != 0 {
		t.Errorf("the page keeps %d things, and asked elsewhere %d times", n, asked.Load())
	}
}

// hostile is CommonMark with every way in which it could run something.
const hostile = `Text <script>window.ran = 1</script> <img src="data:image/png,x" onerror="window.ran = 1">
<svg onload="window.ran = 1"></svg> <iframe srcdoc="<script>parent.ran = 1</script>"></iframe>
<a href="javascript:window.ran = 1">one</a> [two](javascript:window.ran=1) <a href="data:text/html,<script>1</script>">three</a>
<form action="https://evil.example"><input name="password"></form> <style>* { display: none }</style> <b style="position: fixed">big</b>`

// policed is a test to which it is no fault that a policy held something back:
// Swagger UI parses a description before it takes out of it what could run.
type policed struct{ testing.TB }

func (t policed) Error(faults ...any) {
	t.Helper()
	for _, fault := range faults {
		if text := fmt.Sprint(fault); !strings.HasPrefix(text, "content security policy: ") && !strings.HasPrefix(text, "security: ") {
			t.TB.Error(text)
		}
	}
}

// A212: a description is a text, whoever wrote it.
func TestDescriptionsRunNothing(t *testing.T) {
	t.Parallel()
	api := mortise.New("Written", "1", router.Logger(slog.New(slog.DiscardHandler)), router.Description(hostile))
	mortise.Get(api, "/open", func(_ context.Context, in struct {
		Page int `query:"page" default:"1" doc:"<img src='data:image/png,x' onerror='window.ran = 1'> [x](javascript:window.ran=1)"`
	}) (int, error) {
		return in.Page, nil
	}, mortise.Public(), router.Description(hostile), router.Summary(hostile))
	if err := api.Build(); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(api)
	t.Cleanup(s.Close)
	shown := swaggerui.Open(policed{t}, s.URL+"/docs")
	shown.Operation("GET", "/open").Open()
	shown.Wait(".opblock-body .parameters")
	for what, expression := range map[string]string{
		"something ran":                    `window.ran ? 1 : 0`,
		"addresses that run something":     `document.querySelectorAll("#swagger-ui :is([href^='javascript:'], [href^='data:'])").length`,
		"elements that run something":      `document.querySelectorAll("#swagger-ui :is(script, iframe, object, embed, style)").length`,
		"attributes that run something":    `document.querySelectorAll("#swagger-ui :is([onerror], [onload])").length`,
		"forms that lead somewhere":        `document.querySelectorAll("#swagger-ui form[action]").length`,
		"descriptions that are not there":  `document.querySelector(".info .description").textContent.includes("Text") ? 0 : 1`,
		"operations without a description": `document.querySelector(".opblock-description").textContent.includes("Text") ? 0 : 1`,
	} {
		if n := browser.Eval[int](shown.Page, expression); n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
}
