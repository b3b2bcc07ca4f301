package docs_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/conformance/browser"
	"github.com/mortise-go/mortise/conformance/swaggerui"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/openapi/ui"
)

// A link to an operation opens it, and to open one makes a link.
func TestOperationsHaveLinks(t *testing.T) {
	t.Parallel()
	address := serve(t, "") + "/docs"
	shown := swaggerui.Open(t, address+"#/posts/createPost")
	shown.Wait("#operations-posts-createPost.is-open .opblock-body")
	if n := shown.Count(".opblock.is-open"); n != 1 {
		t.Errorf("the link opens %d operations, want 1", n)
	}
	shown.Operation("GET", "/posts").Open()
	shown.Until(`location.hash === "#/posts/listPosts"`)
}

func TestTheFilterShowsWhatItIsAskedFor(t *testing.T) {
	t.Parallel()
	shown := swaggerui.Open(t, serve(t, "")+"/docs")
	shown.Filter("post")
	shown.Until(`document.querySelectorAll(".opblock").length === 2`)
	if got := slices.Sorted(slices.Values(shown.Operations())); !slices.Equal(got, []string{"GET /posts", "POST /posts"}) {
		t.Errorf("the filter leaves %q", got)
	}
}

func TestTheKeyboardOpensOperations(t *testing.T) {
	t.Parallel()
	shown := swaggerui.Open(t, serve(t, "")+"/docs")
	control := "#operations-posts-listPosts .opblock-summary-control"
	if got := browser.Eval[string](shown.Page, `getComputedStyle(document.querySelector("#operations-posts-listPosts .opblock-summary-control")).display`); got == "none" {
		t.Fatal("the control is not there")
	}
	shown.Press(control, "\r")
	shown.Wait("#operations-posts-listPosts.is-open .opblock-body")
	if got := browser.Eval[string](shown.Page, `document.documentElement.lang`); got != "en" {
		t.Errorf("the language of the page is %q", got)
	}
}

// Everything that can be opened fits a telephone.
func TestEverythingFitsATelephone(t *testing.T) {
	t.Parallel()
	shown := swaggerui.Open(t, serve(t, "")+"/docs")
	shown.Resize(390, 844)
	for _, operation := range shown.Operations() {
		method, path, _ := strings.Cut(operation, " ")
		shown.Operation(method, path).Open()
		if got := shown.Overflow(); got > 0 {
			t.Errorf("with %s the page is %d pixels too wide", operation, got)
		}
	}
	if got := shown.Schemes(); len(got) != 2 {
		t.Errorf("the dialog offers %q", got)
	}
	shown.Click(".auth-wrapper > .authorize")
	shown.Wait(".modal-ux .auth-container")
	if got := shown.Overflow(); got > 0 {
		t.Errorf("with the dialog the page is %d pixels too wide", got)
	}
	if got := browser.Eval[int](shown.Page, `Math.ceil(document.querySelector(".modal-ux").getBoundingClientRect().right) - innerWidth`); got > 0 {
		t.Errorf("the dialog is %d pixels too wide", got)
	}
}

func TestTheSystemChoosesTheDarkness(t *testing.T) {
	t.Parallel()
	shown := swaggerui.Open(t, serve(t, "")+"/docs")
	shown.Operation("POST", "/posts").Open()
	if got := brightness(t, shown); got < 200 {
		t.Errorf("on a light system the page has the brightness %d", got)
	}
	shown.Dark()
	if got := brightness(t, shown); got > 80 {
		t.Errorf("on a dark system the page has the brightness %d", got)
	}
}

// brightness is the median of the page's pixels, from 0 to 255: what most of it is, which is background.
func brightness(t *testing.T, shown *swaggerui.Page) int {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.png")
	shown.Screenshot(file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return median(picture)
}

func median(picture image.Image) int {
	var all []int
	for y := picture.Bounds().Min.Y; y < picture.Bounds().Max.Y; y += 5 {
		for x := picture.Bounds().Min.X; x < picture.Bounds().Max.X; x += 5 {
			r, g, b, _ := picture.At(x, y).RGBA()
			all = append(all, int(r+g+b)/3>>8)
		}
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// authority is an authorization server on an origin of its own, which grants its token by password, and by code with PKCE.
type authority struct {
	*httptest.Server
	mu         sync.Mutex
	challenges map[string]string // by code
	faults     []string
}

func newAuthority(t *testing.T) *authority {
	a := &authority{challenges: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", a.authorize)
	mux.HandleFunc("/token", a.token)
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	t.Cleanup(func() {
		for _, f := range a.faults {
			t.Error(f)
		}
	})
	return a
}

// authorize sends the reader back at once, RFC 6749 section 4.1.2.
func (a *authority) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a.mu.Lock()
	defer a.mu.Unlock()
	if q.Get("code_challenge_method") != "S256" || q.Get("state") == "" || q.Get("client_id") != "docs" || q.Get("scope") != "posts:read" {
		a.faults = append(a.faults, "asked for authorization with "+r.URL.RawQuery)
	}
	a.challenges["the-code"] = q.Get("code_challenge")
	back := q.Get("redirect_uri") + "?" + url.Values{"code": {"the-code"}, "state": {q.Get("state")}}.Encode()
	http.Redirect(w, r, back, http.StatusFound)
}

func (a *authority) token(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Requested-With")
	if r.Method == http.MethodOptions {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	granted := false
	switch r.FormValue("grant_type") {
	case "password":
		granted = r.FormValue("username") == "ada" && r.FormValue("password") == "pw"
	case "authorization_code":
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		granted = base64.RawURLEncoding.EncodeToString(sum[:]) == a.challenges[r.FormValue("code")] // RFC 7636 section 4.6
	}
	if !granted {
		a.faults = append(a.faults, "asked for a token with "+r.Form.Encode())
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "tk", "token_type": "bearer"})
}

// locked serves an API that the authority guards, and its page.
func locked(t *testing.T, a *authority) string {
	t.Helper()
	scopes := map[string]string{"posts:read": "Read posts"}
	byPassword := openapi.Scheme{Name: "Password", Type: "oauth2", Flows: openapi.OAuthFlows{
		Password: &openapi.OAuthFlow{TokenURL: a.URL + "/token", Scopes: scopes}}}
	byCode := openapi.Scheme{Name: "Code", Type: "oauth2", Flows: openapi.OAuthFlows{
		AuthorizationCode: &openapi.OAuthFlow{AuthorizationURL: a.URL + "/authorize", TokenURL: a.URL + "/token", Scopes: scopes}}}
	op := &openapi.Operation{Method: "GET", Path: "/profile", ID: "profile", Responses: []openapi.Response{{Status: 200}}}
	op.Require(openapi.Requirement{{Scheme: byPassword, Scopes: []string{"posts:read"}}}, openapi.Requirement{{Scheme: byCode, Scopes: []string{"posts:read"}}})
	d := openapi.New(openapi.Info{Title: "Locked", Version: "1"})
	d.Add(op)
	pages := ui.Handler(ui.Config{ClientID: "docs", Scopes: []string{"posts:read"}, ConnectTo: []string{a.URL}})
	mux := http.NewServeMux()
	mux.Handle("/openapi.json", d.Handler())
	mux.Handle("/docs", pages)
	mux.Handle("/docs/", pages)
	mux.HandleFunc("GET /profile", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer tk" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// The reader signs in at another origin and comes back to a page of ours.
func TestReadersSignIn(t *testing.T) {
	t.Parallel()
	for name, signIn := range map[string]func(*swaggerui.Page){
		"by code with PKCE": func(p *swaggerui.Page) { p.SignIn("Code") },
		"by password":       func(p *swaggerui.Page) { p.AuthorizeAs("Password", "ada", "pw") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAuthority(t)
			shown := swaggerui.Open(t, locked(t, a)+"/docs", a.URL)
			profile := shown.Operation("GET", "/profile")
			if got := profile.Try(); got != http.StatusUnauthorized {
				t.Errorf("before: status %d, want 401", got)
			}
			signIn(shown)
			if got := profile.Try(); got != http.StatusOK || profile.Lock() != swaggerui.Locked {
				t.Errorf("after: status %d and the padlock %s, want 200 and closed", got, profile.Lock())
			}
			if got := browser.Eval[int](shown.Page, `localStorage.length + sessionStorage.length`); got != 0 {
				t.Errorf("the page keeps %d entries", got)
			}
		})
	}
}
