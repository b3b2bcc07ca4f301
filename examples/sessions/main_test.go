package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/security/reset"
)

// browser keeps cookies and is on this machine.
type browser struct {
	*testing.T
	handler http.Handler
	cookies map[string]*http.Cookie
}

func (b *browser) do(status int, says, line, body string) *httptest.ResponseRecorder {
	b.Helper()
	method, target, _ := strings.Cut(line, " ")
	r := httptest.NewRequest(method, "http://localhost:8080"+target, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:4711"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	if w.Code != status || !strings.Contains(w.Body.String(), says) {
		b.Errorf("%s: %d %s, want %d with %q", line, w.Code, w.Body, status, says)
	}
	for _, c := range w.Result().Cookies() {
		if b.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return w
}

const (
	oldLogin = `{"email":"ada@example.com","password":"analytical-engine"}`
	newLogin = `{"email":"ada@example.com","password":"difference-engine"}`
)

// open opens the program as it is after a start.
func open(t *testing.T, dir string) (h http.Handler, mail chan reset.Message, log *bytes.Buffer, stop func()) {
	t.Helper()
	stores, err := openStores(dir)
	if err != nil {
		t.Fatal(err)
	}
	mail = make(chan reset.Message, 10)
	s, err := newService(stores, func(_ context.Context, m reset.Message) error { mail <- m; return nil })
	if err != nil {
		t.Fatal(err)
	}
	api := newAPI(s)
	if err := api.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	log = &bytes.Buffer{}
	return handler(api, slog.New(slog.NewTextHandler(log, nil))), mail, log, func() {
		if err := errors.Join(s.resets.Close(context.Background()), stores.close()); err != nil {
			t.Error(err)
		}
	}
}

// A149, A208: a new password ends every session, logs nobody in, and is in no log,
// whichever field it was typed into.
func TestAnAccountFromLoginToLogout(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h, _, _, stop := open(t, dir)
	phone, desk := &browser{t, h, map[string]*http.Cookie{}}, &browser{t, h, map[string]*http.Cookie{}}

	phone.do(401, "No session provided", "GET /profile", "")
	phone.do(401, "Invalid credentials", "POST /login", newLogin)
	phone.do(204, "", "POST /login", oldLogin)
	desk.do(204, "", "POST /login", oldLogin)
	phone.do(200, `"theme":"light"`, "GET /profile", "")
	phone.do(204, "", "PUT /theme", `"dark"`)
	w := phone.do(200, `"theme":"dark"`, "GET /profile", "")
	if strings.Count(w.Body.String(), `"handle"`) != 2 {
		t.Errorf("the list is %s", w.Body)
	}

	stop() // a restart logs nobody out
	h, mail, log, stop := open(t, dir)
	phone.handler, desk.handler = h, h
	phone.do(200, `"theme":"dark"`, "GET /profile", "")

	phone.do(202, "If there is such an account", "POST /forgot", `{"email":"nobody@example.com"}`)
	phone.do(202, "If there is such an account", "POST /forgot", `{"email":"ada@example.com"}`)
	m := <-mail
	for word, code := range map[string]string{"password": "common", "too-short": "too-short", "ada-and-her-engine": "personal"} { // A136
		phone.do(422, code, "POST /reset", `{"token":"`+string(m.Token)+`","password":"`+word+`"}`)
	}
	redeem := `{"token":"` + string(m.Token) + `","password":"difference-engine"}`
	phone.do(204, "", "POST /reset", redeem)
	phone.do(401, "Invalid or expired token", "POST /reset", redeem)
	phone.do(401, "Invalid session", "GET /profile", "")
	phone.do(401, "Invalid credentials", "POST /login", `{"email":"difference-engine","password":"ada@example.com"}`)
	desk.do(401, "Invalid session", "GET /profile", "")
	phone.do(401, "Invalid credentials", "POST /login", oldLogin)
	phone.do(204, "", "POST /login", newLogin)
	desk.do(204, "", "POST /login", newLogin)
	desk.do(204, "", "POST /logout", "")
	desk.do(401, "No session provided", "GET /profile", "")
	phone.do(200, "", "GET /profile", "")
	phone.do(204, "", "POST /logout-everywhere", "")
	phone.do(401, "No session provided", "GET /profile", "")

	stop() // and nothing is on its way any more
	text := log.String()
	for _, want := range []string{"kind=login outcome=refused", "kind=reset-redeemed outcome=succeeded", "kind=session-ended"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log does not tell %s", want)
		}
	}
	if strings.Contains(text, "engine") || strings.Contains(text, string(m.Token)) {
		t.Error("the log holds a secret")
	}
}
