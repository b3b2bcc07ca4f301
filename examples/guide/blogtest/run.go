package blogtest

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/reset"
)

// Run runs the whole suite, each part against a blog of its own. The function
// mounts a blog and returns the URL at which its paths begin, without a slash at
// the end; what it starts it stops when the test ends. Clients have to reach the
// blog from a loopback address.
//
// The options may change the config of each blog, such as its stores. A blog that
// is started again has the Directory that it had before.
func Run(t *testing.T, mount func(t testing.TB, app *blog.Blog) (baseURL string), options ...func(testing.TB, *blog.Config)) {
	for _, part := range suite() {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.run(start(t, mount, t.TempDir(), options))
		})
	}
}

type part struct {
	name string
	run  func(*guide)
}

func suite() []part {
	return []part{
		{"tokens open what they should and nothing else", (*guide).tokensOpenWhatTheyShouldAndNothingElse},
		{"no header says who somebody is or what is asked for", (*guide).noHeaderSaysWhoSomebodyIsOrWhatIsAskedFor},
		{"profile shows no more than it says", (*guide).profileShowsNoMoreThanItSays},
		{"login tells nothing about which part is wrong", (*guide).loginTellsNothingAboutWhichPartIsWrong},
		{"login mistakes are told together", (*guide).loginMistakesAreToldTogether},
		{"scopes are required, all of them", (*guide).scopesAreRequiredAllOfThem},
		{"roles and permissions", (*guide).rolesAndPermissions},
		{"only owners and admins change posts", (*guide).onlyOwnersAndAdminsChangePosts},
		{"API keys", (*guide).apiKeys},
		{"Basic", (*guide).basic},
		{"the token endpoint speaks OAuth", (*guide).tokenEndpointSpeaksOAuth},
		{"posts are listed and written", (*guide).postsAreListedAndWritten},
		{"posts survive a restart", (*guide).postsSurviveARestart},
		{"locked operations are locked and public ones are not", (*guide).lockedOperationsAreLockedAndPublicOnesAreNot},
		{"a key has a hundred requests an hour", (*guide).aKeyHasAHundredRequestsAnHour},
		{"a user has ten expensive operations an hour", (*guide).aUserHasTenExpensiveOperationsAnHour},
		{"only listed addresses see the status", (*guide).onlyListedAddressesSeeTheStatus},
		{"an address tries ten passwords a minute", (*guide).anAddressTriesTenPasswordsAMinute},
		{"many addresses make an account slow and no more", (*guide).manyAddressesMakeAnAccountSlowAndNoMore},
		{"pages of example.com read the API", (*guide).pagesOfExampleComReadTheAPI},
		{"every answer has security headers and an id", (*guide).everyAnswerHasSecurityHeadersAndAnID},
		{"the log tells who and no secrets", (*guide).theLogTellsWhoAndNoSecrets},
		{"login gives two tokens", (*guide).loginGivesTwoTokens},
		{"logout revokes the token", (*guide).logoutRevokesTheToken},
		{"logout revokes a token without an id", (*guide).logoutRevokesATokenWithoutAnID},
		{"refresh tokens serve once", (*guide).refreshTokensServeOnce},
		{"refreshing at once gives one successor", (*guide).refreshingAtOnceGivesOneSuccessor},
		{"refreshing widens no scope", (*guide).refreshingWidensNoScope},
		{"a deleted account opens nothing", (*guide).aDeletedAccountOpensNothing},
		{"a token holds every claim of its kind", (*guide).aTokenHoldsEveryClaimOfItsKind},
		{"revocation survives a restart", (*guide).revocationSurvivesARestart},
		{"sensitive data needs a second factor", (*guide).sensitiveDataNeedsASecondFactor},
		{"nobody guesses alice's code", (*guide).nobodyGuessesAliceCode},
		{"an authenticator is set up and lost", (*guide).anAuthenticatorIsSetUpAndLost},
		{"setting up needs the password and a code", (*guide).settingUpNeedsThePasswordAndACode},
		{"half a login opens nothing", (*guide).halfALoginOpensNothing},
		{"a browser logs in with a cookie", (*guide).aBrowserLogsInWithACookie},
		{"a login takes no cookie over", (*guide).aLoginTakesNoCookieOver},
		{"logout-all ends everything", (*guide).logoutAllEndsEverything},
		{"sessions survive a restart", (*guide).sessionsSurviveARestart},
		{"a forgotten password is replaced", (*guide).aForgottenPasswordIsReplaced},
		{"nobody learns who has an account", (*guide).nobodyLearnsWhoHasAnAccount},
		{"no login waits for an account", (*guide).noLoginWaitsForAnAccount},
		{"a token from a mail serves once", (*guide).aTokenFromAMailServesOnce},
		{"nobody is sent many mails", (*guide).nobodyIsSentManyMails},
		{"tokens travel in the header alone", (*guide).tokensTravelInTheHeaderAlone},
		{"the log tells of events", (*guide).theLogTellsOfEvents},
	}
}

const secret = "a secret for the tests of the guide, long enough"

// guide is a blog behind a real server.
type guide struct {
	*testing.T
	url   string
	app   *blog.Blog
	log   *journal
	again func() *guide // the same blog after a restart
	calls *atomic.Uint32
	mail  chan reset.Message
}

func start(t *testing.T, mount func(testing.TB, *blog.Blog) string, dir string, options []func(testing.TB, *blog.Config)) *guide {
	t.Helper()
	var log journal
	mail := make(chan reset.Message, 100)
	config := blog.Config{
		Secret:         []byte(secret),
		Directory:      dir,
		Hasher:         cheap(t),
		TrustedProxies: []string{"127.0.0.0/8", "::1"}, // the clients of the suite count as proxies
		Logger:         slog.New(slog.NewTextHandler(&log, nil)),
		Mail:           func(_ context.Context, m reset.Message) error { mail <- m; return nil },
	}
	for _, option := range options {
		option(t, &config)
	}
	app, err := blog.New(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.API.Build(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close() })
	again := func() *guide { return start(t, mount, dir, options) }
	return &guide{t, mount(t, app), app, &log, again, new(atomic.Uint32), mail}
}

// cheap is a hasher that tests need not wait for.
func cheap(t *testing.T) *password.Hasher {
	t.Helper()
	hasher, err := password.New(password.Config{Memory: 64, Passes: 1, DangerouslyWeak: true})
	if err != nil {
		t.Fatal(err)
	}
	return hasher
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

// do sends a request; header holds pairs.
func (g *guide) do(method, target, body string, header ...string) answer {
	g.Helper()
	r, err := http.NewRequestWithContext(g.Context(), method, g.url+target, strings.NewReader(body))
	if err != nil {
		g.Fatal(err)
	}
	for pair := range slices.Chunk(header, 2) {
		r.Header.Add(pair[0], pair[1])
	}
	r.Host = cmp.Or(r.Header.Get("Host"), r.Host)
	if !direct(r.Header) {
		r.Header.Set(from, g.somebody())
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		g.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		g.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, text: string(text)}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(text, &a.body); err != nil {
			g.Fatalf("%s %s: %v in %s", method, target, err, text)
		}
	}
	return a
}

func (g *guide) json(method, target, body string, header ...string) answer {
	g.Helper()
	return g.do(method, target, body, append(header, "Content-Type", "application/json")...)
}

// login returns the Authorization field of a user.
func (g *guide) login(user, password string) string {
	g.Helper()
	a := g.json("POST", "/login", `{"username":"`+user+`","password":"`+password+`"}`)
	if a.status != http.StatusOK {
		g.Fatalf("login as %s: %d %s", user, a.status, a.text)
	}
	return "Bearer " + a.body["access_token"].(string)
}

func (g *guide) alice() string { return g.login("alice", "wonderland-1") }
func (g *guide) bob() string   { return g.login("bob", "builder-22") }
func (g *guide) mona() string  { return g.login("mona", "moderator-3") }
func (g *guide) ed() string    { return g.login("ed", "editor-444") }

// sign makes a token with our secret that the API would not make.
func (g *guide) sign(change func(*blog.Claims)) string {
	g.Helper()
	c := blog.Claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: "guide", Audience: jwt.ClaimStrings{"guide"}, Subject: "alice",
			IssuedAt: jwt.NewNumericDate(time.Now()), ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
		},
		UserID: 1,
	}
	change(&c)
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString([]byte(secret))
	if err != nil {
		g.Fatal(err)
	}
	return "Bearer " + text
}

// want is an answer to expect.
type want struct {
	status    int
	detail    string
	challenge string
}

func (g *guide) check(name string, got answer, w want) {
	g.Helper()
	if got.status != w.status {
		g.Errorf("%s: status %d, want %d: %s", name, got.status, w.status, got.text)
		return
	}
	if w.detail != "" && got.body["detail"] != w.detail {
		g.Errorf("%s: detail %q, want %q", name, got.body["detail"], w.detail)
	}
	if got.header.Get("WWW-Authenticate") != w.challenge {
		g.Errorf("%s: challenge %q, want %q", name, got.header.Get("WWW-Authenticate"), w.challenge)
	}
	if got.status >= 400 && got.body["status"] != float64(got.status) && got.body["error"] == nil {
		g.Errorf("%s: the body says status %v: %s", name, got.body["status"], got.text)
	}
}

const (
	bearer       = `Bearer realm="api"`
	invalidToken = `Bearer realm="api", error="invalid_token", error_description="The access token is invalid"`
	basic        = `Basic realm="api", charset="UTF-8"`
)
