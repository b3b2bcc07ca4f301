package browser_test

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/conformance/browser"
)

const strict = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'"

// serve answers / with an HTML body under a strict policy and /app.js with a
// script.
func serve(t *testing.T, body, script string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", strict)
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, `<!doctype html><title>A page</title><link rel="icon" href="data:,">`+body+`<script src="app.js"></script>`)
		case "/app.js":
			w.Header().Set("Content-Type", "text/javascript")
			io.WriteString(w, script)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// tester stands in for the test whose end the harness would fail.
type tester struct {
	testing.TB
	failures []string
	cleanups []func()
}

func (t *tester) Cleanup(f func())  { t.cleanups = append(t.cleanups, f) }
func (t *tester) Error(args ...any) { t.failures = append(t.failures, fmt.Sprint(args...)) }

// end runs what Open left for the end of the test, last in first out.
func (t *tester) end() {
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
}

func TestFaultsFailTheTest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body, script, fault string
	}{
		{"an inline script breaks the policy", `<script>done = true</script>`, "", "content security policy: script-src-elem forbids inline"},
		{"an inline style breaks the policy", `<p style="color: red">red</p>`, "", "content security policy: style-src-attr forbids inline"},
		{"eval breaks the policy", "", `try { eval("1") } catch {}`, "content security policy: script-src forbids eval"},
		{"an image from elsewhere", `<img src="http://elsewhere.example/logo.png" alt="">`, "", "elsewhere.example/logo.png"},
		{"a fetch from elsewhere", "", `fetch("http://elsewhere.example/ping").catch(() => {})`, "elsewhere.example/ping"},
		{"another port is elsewhere", "", `fetch("http://127.0.0.1:9/ping").catch(() => {})`, "127.0.0.1:9/ping"},
		{"an exception", "", `setTimeout(() => { throw new Error("broken") })`, "exception: Error: broken"},
		{"a promise that nobody catches", "", `Promise.reject(new Error("lost"))`, "exception: Error: lost"},
		{"an error on the console", "", `console.error("it", "failed", 7)`, "console.error: it failed 7"},
		{"nothing", `<p>fine</p>`, `fetch("/missing"); console.log("fine")`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, tt.body+`<p id="end">end</p>`, tt.script)
			fake := &tester{TB: t}
			page := browser.Open(fake, s.URL)
			page.Wait("#end")
			if tt.fault != "" {
				await(t, func() bool { return strings.Contains(strings.Join(page.Faults(), "\n"), tt.fault) })
			}
			fake.end()
			if got := strings.Join(fake.failures, "\n"); !strings.Contains(got, tt.fault) || (got == "") != (tt.fault == "") {
				t.Errorf("the test failed with %q, want %q", got, tt.fault)
			}
		})
	}
}

// A page whose policy forbids nothing is still watched by its requests alone.
func TestRequestsElsewhereAreFoundWithoutAPolicy(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<link rel="icon" href="data:,"><img src="https://elsewhere.example/a.png" alt=""><p id="end">end</p>`)
	}))
	t.Cleanup(s.Close)
	fake := &tester{TB: t}
	page := browser.Open(fake, s.URL)
	page.Wait("#end")
	if !slices.Contains(page.Requests(), "https://elsewhere.example/a.png") {
		t.Errorf("requests %q, want the image's among them", page.Requests())
	}
	fake.end()
	if len(fake.failures) == 0 || !strings.Contains(fake.failures[0], "request to another origin: GET https://elsewhere.example/a.png") {
		t.Errorf("the test failed with %q, want the request", fake.failures)
	}
}

func TestAlsoAllowsAnOrigin(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<link rel="icon" href="data:,"><img src="%s/a.png" alt=""><p id="end">end</p>`, other.URL)
	}))
	t.Cleanup(s.Close)
	browser.Open(t, s.URL, other.URL).Wait("#end")
}

func TestPageIsUsedAsAPersonWould(t *testing.T) {
	t.Parallel()
	s := serve(t, `<input id="in" value="old"><button id="go">Go</button><p id="out"></p><p class="row">1</p><p class="row">2</p>`, `
		document.querySelector("#go").addEventListener("click", () => {
			const out = document.querySelector("#out"), value = document.querySelector("#in").value
			setTimeout(() => { out.textContent = "got " + value; document.querySelector(".row").remove() }, 50)
		})`)
	page := browser.Open(t, s.URL)
	page.Type("#in", "Ünïcode <1>")
	page.Click("#go")
	page.Until(`document.querySelector("#out").textContent !== ""`)
	if got := page.Text("#out"); got != "got Ünïcode <1>" {
		t.Errorf("Text = %q, want what was typed", got)
	}
	if got := page.Count(".row"); got != 1 {
		t.Errorf("Count = %d, want 1", got)
	}
	if got := browser.Eval[string](page, "Promise.resolve(document.title)"); got != "A page" {
		t.Errorf("Eval = %q, want the title", got)
	}
	page.WaitGone("#nowhere")
	if got, want := page.Requests(), []string{s.URL + "/", s.URL + "/app.js"}; !slices.Equal(got[:2], want) {
		t.Errorf("Requests = %q, want %q first", got, want)
	}
}

func TestPageCanBeNarrow(t *testing.T) {
	t.Parallel()
	s := serve(t, `<canvas width="600" height="10"></canvas>`, "")
	page := browser.Open(t, s.URL)
	if got := page.Overflow(); got != 0 {
		t.Errorf("Overflow = %d at the first width, want 0", got)
	}
	page.Resize(390, 800)
	if got := page.Overflow(); got < 200 {
		t.Errorf("Overflow = %d at 390 pixels, want the rest of the 600", got)
	}
}

func TestScreenshot(t *testing.T) {
	t.Parallel()
	s := serve(t, `<h1>Seen</h1>`, "")
	file := filepath.Join(t.TempDir(), "page.png")
	browser.Open(t, s.URL).Screenshot(file)
	picture, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	config, err := png.DecodeConfig(bytes.NewReader(picture))
	if err != nil || config.Width != 1280 {
		t.Errorf("a picture of %d pixels width, %v, want 1280", config.Width, err)
	}
}

// await polls a condition for as long as a page would.
func await(t *testing.T, done func() bool) {
	t.Helper()
	for range 500 {
		if done() {
			return
		}
		pause()
	}
	t.Error("it did not happen")
}

func pause() { time.Sleep(20 * time.Millisecond) }
