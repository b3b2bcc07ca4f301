package ui_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/openapi/ui"
)

// mounted serves the page and a document under a prefix, in three ways.
func mounted(prefix, how string, c ui.Config) http.Handler {
	docs := ui.Handler(c)
	mux := http.NewServeMux()
	document := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "the document") })
	mux.Handle("/openapi.json", document)
	mux.Handle("/docs", docs)
	mux.Handle("/docs/", docs)
	switch how {
	case "in a mux":
		outer := http.NewServeMux()
		outer.Handle(prefix+"/", http.StripPrefix(prefix, mux))
		return outer
	case "stripped to nothing":
		outer := http.NewServeMux()
		outer.Handle(prefix+"/openapi.json", document)
		outer.Handle(prefix+"/docs", http.StripPrefix(prefix+"/docs", docs))
		outer.Handle(prefix+"/docs/", http.StripPrefix(prefix+"/docs", docs))
		return outer
	default:
		return mux
	}
}

func get(t *testing.T, h http.Handler, target string, header http.Header) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", target, nil)
	r.Header = header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var links = regexp.MustCompile(`(?:href|src|data-document|data-redirect)="([^"]*)"`)

// TestEveryAddressInThePageLeadsSomewhere, wherever the handler is mounted and with or without a slash.
func TestEveryAddressInThePageLeadsSomewhere(t *testing.T) {
	t.Parallel()
	for prefix, how := range map[string]string{"": "plain", "/api": "in a mux", "/deep/api": "stripped to nothing"} {
		for _, slash := range []string{"", "/"} {
			t.Run(prefix+"/docs"+slash, func(t *testing.T) {
				t.Parallel()
				h := mounted(prefix, how, ui.Config{})
				base, _ := url.Parse("http://example.com" + prefix + "/docs" + slash)
				page := text(t, get(t, h, base.String()+"?url=https://evil.example", http.Header{}))
				found := links.FindAllStringSubmatch(page, -1)
				if len(found) < 8 {
					t.Fatalf("the page has %d addresses:\n%s", len(found), page)
				}
				for _, link := range found {
					ref, err := base.Parse(link[1])
					if err != nil {
						t.Fatal(err)
					}
					if r := get(t, h, ref.String(), http.Header{}); r.StatusCode != 200 {
						t.Errorf("%s leads to %s, which answers %d", link[1], ref, r.StatusCode)
					}
				}
			})
		}
	}
}

// TestThePageNeedsNothingInlineAndNobodyElse // A212, A213
func TestThePageNeedsNothingInlineAndNobodyElse(t *testing.T) {
	t.Parallel()
	h := mounted("", "plain", ui.Config{Title: `A "blog" <script>alert(1)</script>`})
	for _, target := range []string{"/docs", "/docs/oauth2-redirect.html"} {
		page := text(t, get(t, h, target, http.Header{}))
		for _, script := range regexp.MustCompile(`<script[^>]*>[^<]*`).FindAllString(page, -1) {
			if !strings.HasSuffix(script, ">") || !strings.Contains(script, "src=") {
				t.Errorf("%s has an inline script: %s", target, script)
			}
		}
		for _, bad := range []string{"<style", "style=", "onload", "onclick", "http://", "https://", "//"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s contains %q:\n%s", target, bad, page)
			}
		}
	}
}

// TestTheAddressOfThePageChangesNothing but for the path, and the script reads nothing of it. // A212
func TestTheAddressOfThePageChangesNothing(t *testing.T) {
	t.Parallel()
	h := mounted("", "plain", ui.Config{})
	page := text(t, get(t, h, "/docs", http.Header{}))
	for _, query := range []string{
		"?url=https://evil.example/openapi.json", "?configUrl=https://evil.example/config.json", "?url=data:application/json,{}&urls.primaryName=x",
		"?persistAuthorization=true&queryConfigEnabled=true", "?oauth2RedirectUrl=https://evil.example",
	} {
		if got := text(t, get(t, h, "/docs"+query, http.Header{})); got != page {
			t.Errorf("with %s the page is\n%s", query, got)
		}
	}
	script := text(t, get(t, h, "/docs/start.js", http.Header{}))
	for _, bad := range []string{"location.search", "location.hash", "URLSearchParams", "localStorage", "sessionStorage", "configUrl"} {
		if strings.Contains(script, bad) {
			t.Errorf("the script has %s", bad)
		}
	}
}

// TestTheScriptStartsSafely: no configuration from the address, no stored credentials, no validator service. // A212
func TestTheScriptStartsSafely(t *testing.T) {
	t.Parallel()
	script := text(t, get(t, mounted("", "plain", ui.Config{}), "/docs/start.js", http.Header{}))
	for _, want := range []string{
		"queryConfigEnabled: false", "persistAuthorization: false", "validatorUrl: null", "deepLinking: true", "filter: true",
		"displayRequestDuration: true", `layout: "BaseLayout"`, "usePkceWithAuthorizationCodeGrant: true",
	} {
		if !strings.Contains(script, want) {
			t.Errorf("the script lacks %s", want)
		}
	}
}

const strict = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func TestHeaders(t *testing.T) {
	t.Parallel()
	h := mounted("", "plain", ui.Config{})
	for _, target := range []string{"/docs", "/docs/", "/docs/start.js", "/docs/nothing.js", "/docs/oauth2-redirect.html"} {
		got := get(t, h, target, http.Header{}).Header
		for name, want := range map[string]string{
			"Content-Security-Policy": strict, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin", "X-XSS-Protection": "0",
			"Permissions-Policy":                "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
			"X-Permitted-Cross-Domain-Policies": "none", "X-DNS-Prefetch-Control": "off",
		} {
			if got.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", target, name, got.Get(name), want)
			}
		}
	}
	if got := get(t, h, "/docs", http.Header{}).Header; got.Get("Cache-Control") != "no-cache" ||
		got.Get("Cross-Origin-Opener-Policy") != "same-origin-allow-popups" || got.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("page: %v", got)
	}
	if got := get(t, h, "/docs/oauth2-redirect.html", http.Header{}).Header; got.Get("Cache-Control") != "no-store" ||
		got.Get("Cross-Origin-Opener-Policy") != "unsafe-none" {
		t.Errorf("redirect page: %v", got)
	}
}

func TestConnectToExtendsThePolicy(t *testing.T) {
	t.Parallel()
	h := mounted("", "plain", ui.Config{ConnectTo: []string{"https://login.example.com", "http://localhost:8081"}})
	got := get(t, h, "/docs", http.Header{}).Header.Get("Content-Security-Policy")
	if !strings.Contains(got, "connect-src 'self' https://login.example.com http://localhost:8081;") {
		t.Errorf("policy is %s", got)
	}
	for _, bad := range []string{
		"*", "login.example.com", "https://a.example/path", "https://a.example; script-src *", "'unsafe-inline'", "https://u@a.example", "https://a.example,x", "",
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("ConnectTo %q is accepted", bad)
				}
			}()
			ui.Handler(ui.Config{ConnectTo: []string{bad}})
		}()
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	page := text(t, get(t, mounted("", "plain", ui.Config{
		Title: "A & B", Document: "v1/openapi.json", ClientID: `docs"`, Scopes: []string{"a", "b"},
	}), "/docs/", http.Header{}))
	for _, want := range []string{
		"<title>A &amp; B</title>", `data-document="../v1/openapi.json"`, `data-client="docs&#34;"`, `data-scopes="a b"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
	for _, anchored := range []string{"/openapi.json", "https://api.example.com/openapi.json"} {
		page := text(t, get(t, mounted("", "plain", ui.Config{Document: anchored}), "/docs/", http.Header{}))
		if !strings.Contains(page, `data-document="`+anchored+`"`) {
			t.Errorf("the page does not point to %s", anchored)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a document that is no URL is accepted")
		}
	}()
	ui.Handler(ui.Config{Document: "%zz"})
}

func TestFiles(t *testing.T) {
	t.Parallel()
	h := mounted("", "plain", ui.Config{})
	page := text(t, get(t, h, "/docs", http.Header{}))
	dir := regexp.MustCompile(`\./docs/(v[0-9a-f]+)/`).FindStringSubmatch(page)[1]
	for name, contentType := range map[string]string{
		"swagger-ui-bundle.js": "text/javascript; charset=utf-8", "swagger-ui.css": "text/css; charset=utf-8",
		"start.js": "text/javascript; charset=utf-8", "style.css": "text/css; charset=utf-8",
		"oauth2-redirect.js": "text/javascript; charset=utf-8", "favicon.png": "image/png",
	} {
		plain := get(t, h, "/docs/"+dir+"/"+name, http.Header{})
		zipped := get(t, h, "/docs/"+dir+"/"+name, http.Header{"Accept-Encoding": {"gzip"}})
		if got := plain.Header.Get("Content-Type"); got != contentType {
			t.Errorf("%s is %s", name, got)
		}
		if got := plain.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %s", name, got)
		}
		if got := get(t, h, "/docs/"+name, http.Header{}).Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s without its version: Cache-Control %s", name, got)
		}
		content := text(t, plain)
		if len(content) < 100 || plain.ContentLength != int64(len(content)) {
			t.Errorf("%s has %d bytes, and says %d", name, len(content), plain.ContentLength)
		}
		if zipped.Header.Get("Content-Encoding") == "gzip" {
			zr, err := gzip.NewReader(zipped.Body)
			if err != nil {
				t.Fatal(err)
			}
			if b, err := io.ReadAll(zr); err != nil || string(b) != content {
				t.Errorf("%s differs when it is compressed: %v", name, err)
			}
			if plain.Header.Get("Etag") == zipped.Header.Get("Etag") || zipped.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: codings are not told apart", name)
			}
		} else if name != "favicon.png" {
			t.Errorf("%s is never compressed", name)
		}
		etag := zipped.Header.Get("Etag")
		again := get(t, h, "/docs/"+dir+"/"+name, http.Header{"Accept-Encoding": {"gzip"}, "If-None-Match": {`"x", W/` + etag}})
		if b := text(t, again); again.StatusCode != 304 || b != "" || again.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: conditional request answers %d", name, again.StatusCode)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	h := mounted("", "plain", ui.Config{})
	for _, target := range []string{"/docs/other.js", "/docs/../docs.go", "/docs/v0/oauth2-redirect.html.gz", "/docs/static/embed.go"} {
		if r := get(t, h, target, http.Header{}); r.StatusCode == 200 {
			t.Errorf("%s answers 200", target)
		}
	}
	r := httptest.NewRequest("POST", "/docs", nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST = %d %v", w.Code, w.Header())
	}
	r = httptest.NewRequest("HEAD", "/docs", nil)
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD = %d %q", w.Code, w.Body)
	}
}

// TestOddPathsStayInsideTheirAttributes: the last segment of the address comes back in the page.
func TestOddPathsStayInsideTheirAttributes(t *testing.T) {
	t.Parallel()
	h := ui.Handler(ui.Config{})
	for _, target := range []string{`/x"onload="alert(1)`, "/javascript:alert(1)", "/a'b", "/%22%3E%3Cscript%3E", "http://other.example/docs"} {
		r := &http.Request{Method: "GET", URL: &url.URL{Path: "/docs"}, RequestURI: target, Header: http.Header{}}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		page := w.Body.String()
		if strings.Contains(page, `"onload="`) || strings.Contains(page, "><script>") || strings.Contains(page, `"javascript:`) ||
			strings.Contains(page, "other.example") {
			t.Errorf("%s breaks out:\n%s", target, page)
		}
	}
}
