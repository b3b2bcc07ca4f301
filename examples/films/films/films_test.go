package films_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/examples/films/films"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/token"
)

const (
	admin  = "leia@example.com"
	user   = "luke@example.com"
	secret = "a password of the tests"
)

func secrets() films.Secrets {
	of := func(kind string) []byte { sum := sha256.Sum256([]byte("of a test: " + kind)); return sum[:] }
	return films.Secrets{Access: of("a"), Refresh: of("r"), Email: of("e"), Password: of("p")}
}

// mailbox keeps what is sent.
type mailbox struct {
	mu   sync.Mutex
	sent []films.Message
}

func (m *mailbox) send(_ context.Context, message films.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = append(m.sent, message)
	return nil
}

func (m *mailbox) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.sent)
}

// wait returns the message with the number, as soon as it is there.
func (m *mailbox) wait(t *testing.T, number int) films.Message {
	t.Helper()
	for range 2000 {
		m.mu.Lock()
		sent := m.sent
		m.mu.Unlock()
		if len(sent) >= number {
			return sent[number-1]
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("no message came")
	return films.Message{}
}

// site is an API with its mail.
type site struct {
	*films.App

	mail *mailbox
	log  *journal
}

// journal is a log that may be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func open(t *testing.T, change func(*films.Config)) *site {
	t.Helper()
	hasher, err := password.New(password.Config{Memory: 64, Passes: 1, DangerouslyWeak: true})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{mail: new(mailbox), log: new(journal)}
	c := films.Config{
		Secrets: secrets(), Admin: admin, Mail: s.mail.send, Hasher: hasher,
		Logger: slog.New(slog.NewTextHandler(s.log, nil)),
	}
	if change != nil {
		change(&c)
	}
	if s.App, err = films.New(c); err != nil {
		t.Fatal(err)
	}
	if err := s.API.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) call(method, target, bearer, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func credentials(email string) string {
	return fmt.Sprintf(`{"email":%q,"password":%q}`, email, secret)
}

// register makes a verified account.
func (s *site) register(t *testing.T, email string) (emailToken string) {
	t.Helper()
	before := s.mail.count()
	if w := s.call("POST", "/users/v1/signup", "", credentials(email)); w.Code != 201 {
		t.Fatal(w.Code, w.Body)
	}
	emailToken = s.mail.wait(t, before+1).Token
	if w := s.call("POST", "/users/v1/verify-email", emailToken, ""); w.Code != 204 {
		t.Fatal(w.Code, w.Body)
	}
	return emailToken
}

func read(t *testing.T, w *httptest.ResponseRecorder) films.Tokens {
	t.Helper()
	var tokens films.Tokens
	if err := json.Unmarshal(w.Body.Bytes(), &tokens); err != nil || w.Code != 200 || tokens.AccessToken == "" {
		t.Fatal(w.Code, w.Body, err)
	}
	return tokens
}

func (s *site) login(t *testing.T, email string) films.Tokens {
	t.Helper()
	return read(t, s.call("POST", "/users/v1/login", "", credentials(email)))
}

func (s *site) passwordToken(t *testing.T, email string) string {
	t.Helper()
	before := s.mail.count()
	if w := s.call("POST", "/users/v1/password-token", "", fmt.Sprintf(`{"email":%q}`, email)); w.Code != 202 {
		t.Fatal(w.Code, w.Body)
	}
	return s.mail.wait(t, before+1).Token
}

func expect(t *testing.T, what string, w *httptest.ResponseRecorder, status int, says string) {
	t.Helper()
	if w.Code != status || !strings.Contains(w.Body.String(), says) {
		t.Errorf("%s: %d %s, want %d %s", what, w.Code, w.Body, status, says)
	}
}

func payload(t *testing.T, text string) (claims map[string]any) {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
	if err == nil {
		err = json.Unmarshal(raw, &claims)
	}
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

// forge signs claims of our own with the secret for access tokens.
func forge(t *testing.T, change map[string]any) string {
	t.Helper()
	now := time.Now()
	claims := jwt.MapClaims{
		"iss": "https://films.example", "aud": "https://films.example", "sub": "x", "jti": "0123456789abcdefghijklmnop", "iat": now.Unix(), "nbf": now.Unix(),
		"exp": now.Add(time.Hour).Unix(), "user_id": "x", "access_role": "basic", "standard_claim": true,
	}
	for name, value := range change {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	made := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	made.Header["typ"] = "at+jwt"
	text, err := made.SignedString(secrets().Access)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestFilmsAreListed(t *testing.T) { // S168, S169, S172
	t.Parallel()
	s := open(t, nil)
	s.register(t, user)
	access := s.login(t, user).AccessToken
	for target, want := range map[string]struct {
		status int
		says   string
	}{
		"/films/v1/":                  {200, `"count":6}`},
		"/films/v1/?options[limit]=1": {200, `{"results":[{"title":"A New Hope","director":"George Lucas","year":1977}],"count":6}`},
		"/films/v1/?options[limit]=1&options[offset]=9": {404, `"code":"films-not-found"`},
		"/films/v1/?options[limit]=0":                   {422, `"place":"query.options.limit"`},
		"/films/v1/?options[color]=red":                 {422, `options`},
	} {
		expect(t, target, s.call("GET", target, access, ""), want.status, want.says)
	}
	s.register(t, admin)
	film := `{"title":"Solo","director":"Ron Howard","year":2018}`
	leia := s.login(t, admin).AccessToken
	expect(t, "a new film", s.call("POST", "/films/v1/", leia, film), 201, "Solo")
	expect(t, "the same again", s.call("POST", "/films/v1/", leia, film), 409, "conflict")
}

// Letters that are two to those who deliver mail are two here.
func TestAnAddressIsThatOfOneAccount(t *testing.T) { // A190
	t.Parallel()
	s := open(t, nil)
	const nearly = "le\u0130a@example.com" // in lower case it is an i, says Unicode
	s.register(t, nearly)
	expect(t, "a new film", s.call("POST", "/films/v1/", s.login(t, nearly).AccessToken, `{"title":"Solo","director":"Ron Howard","year":2018}`), 403, "")
	s.register(t, admin)
	expect(t, "in capitals", s.call("POST", "/films/v1/", s.login(t, strings.ToUpper(admin)).AccessToken, `{"title":"Solo","director":"Ron Howard","year":2018}`), 201, "")
}

// A134: whoever signs up with the address of somebody else keeps nobody out.
func TestAnAddressBelongsToWhoReadsItsMail(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	stranger := fmt.Sprintf(`{"email":%q,"password":"the password of a stranger"}`, user)
	if w := s.call("POST", "/users/v1/signup", "", stranger); w.Code != 201 {
		t.Fatal(w.Code, w.Body)
	}
	s.mail.wait(t, 1) // of which luke knows nothing
	expect(t, "a new password", s.call("PUT", "/users/v1/password", s.passwordToken(t, user), fmt.Sprintf(`{"password":%q}`, secret)), 204, "")
	expect(t, "luke", s.call("GET", "/films/v1/", s.login(t, user).AccessToken, ""), 200, "")
	expect(t, "the stranger", s.call("POST", "/users/v1/login", "", stranger), 401, "invalid-credentials")
}

// A133: a signup does the same for an address that has an account, whatever happens.
func TestASignupTellsNothingWhenTheDiskIsGone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, func(c *films.Config) { c.Directory, c.Tokens = dir, token.NewMemory(nil) })
	s.register(t, user)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{user, admin} {
		expect(t, email, s.call("POST", "/users/v1/signup", "", credentials(email)), 500, "")
	}
}

func TestRolesAreOrdered(t *testing.T) { // S115, S131, S150
	t.Parallel()
	s := open(t, nil)
	for role, status := range map[string][2]int{"basic": {200, 403}, "admin": {200, 422}, "root": {403, 403}} {
		made := forge(t, map[string]any{"access_role": role})
		for i, method := range []string{"GET", "POST"} {
			w := s.call(method, "/films/v1/", made, map[string]string{"POST": "{}"}[method])
			if expect(t, role+" "+method, w, status[i], ""); w.Code == 403 {
				expect(t, role+" "+method, w, 403, `"code":"authorisation-required"`)
			}
		}
	}
}

// S116, S120, S121, S123, S124, S125, S134, S142, S153
func TestATokenIsOfOneKind(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	s.register(t, user)
	if w := s.call("POST", "/users/v1/signup", "", credentials("han@example.com")); w.Code != 201 {
		t.Fatal(w.Code)
	}
	login := s.login(t, user)
	tokens := []string{login.AccessToken, login.RefreshToken, s.mail.wait(t, 2).Token, s.passwordToken(t, user)}
	for i, operation := range []string{"GET /films/v1/", "POST /users/v1/refresh", "POST /users/v1/verify-email", "PUT /users/v1/password"} {
		method, path, _ := strings.Cut(operation, " ")
		body := map[string]string{"PUT": `{"password":"another password"}`}[method]
		for j, text := range tokens {
			w := s.call(method, path, text, body)
			if i == j && w.Code >= 300 || i != j && (w.Code != 401 || !strings.Contains(w.Body.String(), "token-invalid")) {
				t.Errorf("%s with token %d: %d %s", operation, j, w.Code, w.Body)
			}
		}
	}
	expect(t, "an email token again", s.call("POST", "/users/v1/verify-email", tokens[2], ""), 401, "token-invalid")
	expect(t, "a password token again", s.call("PUT", "/users/v1/password", tokens[3], `{"password":"yet another password"}`), 401, "token-invalid")
	expect(t, "a token from before the change", s.call("GET", "/films/v1/", tokens[0], ""), 401, "token-invalid")
}

// S126, S127, S140, S149, S151
func TestWhatATokenMustHold(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	expect(t, "nothing wrong", s.call("GET", "/films/v1/", forge(t, nil), ""), 200, "")
	for name, change := range map[string]map[string]any{
		"another issuer":     {"iss": "https://fathat.example"},
		"no user_id":         {"user_id": nil},
		"an empty user_id":   {"user_id": ""},
		"no role":            {"access_role": nil},
		"no kind":            {"standard_claim": nil},
		"a kind that is not": {"standard_claim": false},
		"another kind":       {"standard_claim": nil, "refresh_claim": true},
	} {
		expect(t, name, s.call("GET", "/films/v1/", forge(t, change), ""), 401, `"code":"token-invalid"`)
	}
	late := map[string]any{"iat": time.Now().Add(-2 * time.Hour).Unix(), "exp": time.Now().Add(-time.Hour).Unix()}
	expect(t, "late", s.call("GET", "/films/v1/", forge(t, late), ""), 401, `"code":"token-expired"`)
	empty, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{}).SignedString(secrets().Access)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "no claims", s.call("GET", "/films/v1/", empty, ""), 401, `"code":"token-invalid"`)
	hs512, err := jwt.NewWithClaims(jwt.SigningMethodHS512, jwt.MapClaims{"sub": "x"}).SignedString(secrets().Access)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "another algorithm", s.call("GET", "/films/v1/", hs512, ""), 401, `"code":"token-invalid"`)
}

// S107, S108, S122, S129, S139
func TestTokensComeWithTheLogin(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	w := s.call("POST", "/users/v1/signup", "", credentials(user))
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer) != 1 || answer["message"] == nil {
		t.Errorf("the signup says %s", w.Body)
	}
	emailToken := s.mail.wait(t, 1).Token
	again := s.call("POST", "/users/v1/signup", "", credentials(strings.ToUpper(user)))
	if again.Code != w.Code || again.Body.String() != w.Body.String() || s.mail.wait(t, 2).Token != "" {
		t.Errorf("a second signup says %d %s, and its mail %v", again.Code, again.Body, s.mail.wait(t, 2))
	}
	expect(t, "before the mail", s.call("POST", "/users/v1/login", "", credentials(user)), 403, "email-not-verified")
	expect(t, "a stranger", s.call("POST", "/users/v1/login", "", credentials("x@example.com")), 401, "")
	s.call("POST", "/users/v1/verify-email", emailToken, "")

	w = s.call("POST", "/users/v1/login", "", credentials(user))
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control is %q", w.Header().Get("Cache-Control"))
	}
	login := read(t, w)
	hours := func(text string) float64 {
		claims := payload(t, text)
		return (claims["exp"].(float64) - claims["iat"].(float64)) / 3600
	}
	if a, r, e, p := hours(login.AccessToken), hours(login.RefreshToken), hours(emailToken), hours(s.passwordToken(t, user)); a != 10 || r != 24 || e != 1 || p != 1 {
		t.Errorf("the tokens serve for %v, %v, %v and %v hours", a, r, e, p)
	}
	if claims := payload(t, login.AccessToken); claims["access_role"] != "basic" || claims["user_id"] != claims["sub"] || claims["iss"] == nil {
		t.Errorf("an access token says %v", claims)
	}
}

// S133, S145, S148, S154, A150
func TestALogoutEndsOneSession(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	s.register(t, user)
	one, other := s.login(t, user), s.login(t, user)
	next := read(t, s.call("POST", "/users/v1/refresh", one.RefreshToken, ""))
	expect(t, "logout", s.call("POST", "/users/v1/logout", next.AccessToken, ""), 204, "")
	for name, text := range map[string]string{"its token": next.AccessToken, "a former one": one.AccessToken} {
		expect(t, name, s.call("GET", "/films/v1/", text, ""), 401, `"code":"token-invalid"`)
	}
	expect(t, "its refresh token", s.call("POST", "/users/v1/refresh", next.RefreshToken, ""), 401, "token-invalid")
	expect(t, "the other session", s.call("GET", "/films/v1/", other.AccessToken, ""), 200, "")
}

// TestNobodyIsLookedUp goes to an API that has no accounts.
func TestNobodyIsLookedUp(t *testing.T) { // S113
	t.Parallel()
	s := open(t, nil)
	s.register(t, user)
	expect(t, "without accounts", open(t, nil).call("GET", "/films/v1/", s.login(t, user).AccessToken, ""), 200, "")
}

func TestATokenElsewhereThanInItsFieldIsNone(t *testing.T) { // S114, S103
	t.Parallel()
	s := open(t, nil)
	made := forge(t, map[string]any{"access_role": "admin"})
	for name, r := range map[string]*http.Request{
		"a form":   httptest.NewRequest("POST", "/films/v1/", strings.NewReader("access_token="+made)),
		"the body": httptest.NewRequest("POST", "/films/v1/", strings.NewReader(`{"access_token":"`+made+`"}`)),
		"the URL":  httptest.NewRequest("GET", "/films/v1/?access_token="+made, nil),
	} {
		r.Header.Set("Content-Type", map[string]string{"a form": "application/x-www-form-urlencoded", "the body": "application/json"}[name])
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		expect(t, name, w, 401, "No authorization token provided")
	}
}

// broken is a store whose server has gone.
type broken struct {
	*token.Memory

	down bool
}

var errDown = errors.New("the server has gone")

func (b *broken) Revoked(ctx context.Context, s token.Stamp) (bool, error) {
	if b.down {
		return false, errDown
	}
	return b.Memory.Revoked(ctx, s)
}

func (b *broken) Revoke(ctx context.Context, m token.Mark) (bool, error) {
	if b.down {
		return false, errDown
	}
	return b.Memory.Revoke(ctx, m)
}

func (b *broken) SwapFamily(ctx context.Context, id token.ID, was uint64, next token.Family) (bool, error) {
	if b.down {
		return false, errDown
	}
	return b.Memory.SwapFamily(ctx, id, was, next)
}

func TestNobodyGetsInWhileTheStoreFails(t *testing.T) { // S146, S159, S160, S161
	t.Parallel()
	store := &broken{Memory: token.NewMemory(nil)}
	s := open(t, func(c *films.Config) { c.Tokens = store })
	s.register(t, user)
	login := s.login(t, user)
	store.down = true
	for operation, text := range map[string]string{
		"GET /films/v1/": login.AccessToken, "POST /users/v1/logout": login.AccessToken, "POST /users/v1/refresh": login.RefreshToken,
	} {
		method, path, _ := strings.Cut(operation, " ")
		w := s.call(method, path, text, "")
		if expect(t, operation, w, 503, "service-unavailable"); w.Header().Get("Retry-After") == "" {
			t.Errorf("%s has no Retry-After", operation)
		}
	}
	expect(t, "a login", s.call("POST", "/users/v1/login", "", credentials(user)), 503, "")
	expect(t, "a forged token", s.call("GET", "/films/v1/", login.AccessToken+"A", ""), 401, "token-invalid")
	if said := s.log.String(); !strings.Contains(said, errDown.Error()) || strings.Contains(said, login.AccessToken) || strings.Contains(said, login.RefreshToken) {
		t.Errorf("the log says %s", said)
	}
}
