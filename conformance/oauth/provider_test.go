// Package oauth_test lets oidc-provider issue the tokens that package security/oauth
// accepts, and jose sign and verify those of packages security and security/token.
package oauth_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/conformance/judge"
)

// dialogue is a Node script that answers lines with lines. It ends with the test.
type dialogue struct {
	stdin   io.WriteCloser
	answers *bufio.Scanner
	run     *exec.Cmd
	stop    context.CancelFunc
}

func talk(t *testing.T, script string) *dialogue {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	d := &dialogue{run: judge.Command(t, ctx, script), stop: stop}
	d.run.WaitDelay = 10 * time.Second
	out, err := d.run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if d.stdin, err = d.run.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := d.run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.end)
	d.answers = bufio.NewScanner(out)
	d.answers.Buffer(nil, 1<<20)
	return d
}

// end stops the script; it may be called more than once.
func (d *dialogue) end() {
	d.stop()
	_ = d.run.Wait()
}

// hear reads the next answer into v.
func (d *dialogue) hear(t *testing.T, v any) {
	t.Helper()
	if !d.answers.Scan() {
		t.Fatalf("the script ended: %v", d.answers.Err())
	}
	if err := json.Unmarshal(d.answers.Bytes(), v); err != nil {
		t.Fatalf("%s: %v", d.answers.Bytes(), err)
	}
}

// ask writes a line and reads the answer into v.
func (d *dialogue) ask(t *testing.T, line string, v any) {
	t.Helper()
	if _, err := io.WriteString(d.stdin, line+"\n"); err != nil {
		t.Fatal(err)
	}
	d.hear(t, v)
}

const (
	films  = "https://films.example"
	shop   = "https://shop.example"
	secret = "s%cret:+ 1"
)

// provider is an authorization server.
type provider struct {
	*dialogue
	issuer string
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{dialogue: talk(t, "provider.mjs")}
	p.hear(t, &p.issuer)
	return p
}

// order has the provider do something.
func (p *provider) order(t *testing.T, what string) {
	t.Helper()
	var done string
	if p.ask(t, what, &done); done != what {
		t.Fatalf("the provider did %q, not %q", done, what)
	}
}

// post sends a form as a client and reads the answer into v.
func (p *provider) post(t *testing.T, path, client string, form url.Values, proof string, v any) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.issuer+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(client), url.QueryEscape(secret))
	if proof != "" {
		r.Header.Set("DPoP", proof)
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil || w.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s, %v", path, w.StatusCode, body, err)
	}
	if v == nil {
		return w
	}
	if err := json.Unmarshal(body, v); err != nil {
		t.Fatalf("%s: %s: %v", path, body, err)
	}
	return w
}

// token gets one for a client: "app" gets opaque ones, "signer" signed ones.
func (p *provider) token(t *testing.T, client, audience, scope string) string {
	t.Helper()
	return p.grant(t, client, audience, scope, "").AccessToken
}

type granted struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
}

func (p *provider) grant(t *testing.T, client, audience, scope, proof string) granted {
	t.Helper()
	var got granted
	p.post(t, "/token", client, url.Values{"grant_type": {"client_credentials"}, "resource": {audience}, "scope": {scope}}, proof, &got)
	if strings.Count(got.AccessToken, ".") == 2 != (client == "signer") {
		t.Fatalf("the token for %s is %s", client, got.AccessToken)
	}
	return got
}

// revoke ends a token.
func (p *provider) revoke(t *testing.T, client, token string) {
	t.Helper()
	p.post(t, "/token/revocation", client, url.Values{"token": {token}}, "", nil)
}
