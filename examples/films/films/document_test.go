package films_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/examples/films/films"
	"github.com/mortise-go/mortise/mortisetest"
)

func TestNobodyGetsInWhoShouldNot(t *testing.T) { // A80, A214
	t.Parallel()
	s := open(t, nil)
	emailToken := s.register(t, user)
	login := s.login(t, user)
	mortisetest.Deny(t, s.API, mortisetest.Matrix{
		Spare: []string{"POST /users/v1/logout"},
		Body:  `{"title":"Solo","director":"Ron Howard","year":2018}`,
		Intruders: []mortisetest.Intruder{
			{Name: "luke, who is no admin", Present: mortisetest.Bearer(login.AccessToken), May: []string{"GET /films/v1/{$}"}},
			{Name: "luke with a token that has served", Present: mortisetest.Bearer(emailToken)},
			{Name: "somebody of a role that there is not", Present: mortisetest.Bearer(forge(t, map[string]any{"access_role": "root"}))},
			{Name: "somebody with a token of another issuer", Present: mortisetest.Bearer(forge(t, map[string]any{"iss": "https://fathat.example"}))},
		},
	})
}

// locked are the schemes that open their operation by themselves, because their
// tokens are for one purpose. All others need a role, too.
var locked = []string{"jwt_refresh", "jwt_email", "jwt_password"}

func TestAuthenticationNeverStandsWithoutAuthorization(t *testing.T) { // S117
	t.Parallel()
	var guarded int
	for _, op := range open(t, nil).API.Audit() {
		for _, alternative := range op.Security {
			for _, c := range alternative {
				if slices.Contains(locked, c.Scheme.Name) {
					continue
				}
				if guarded++; len(op.Conditions) == 0 {
					t.Errorf("%s %s asks for %s, and nothing beyond that", op.Method, op.Path, c.Scheme.Name)
				}
			}
		}
	}
	if guarded != 3 {
		t.Errorf("%d operations ask for a role", guarded)
	}
}

// S163, S164, S165, S166, S167, S170, S173
func TestTheDocumentSaysWhatTheTutorialWrites(t *testing.T) {
	t.Parallel()
	text, err := open(t, nil).API.Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct {
			Security   []map[string][]string
			Parameters []struct{ Name, In, Style string }
			Responses  map[string]any
		}
		Components struct {
			SecuritySchemes map[string]struct{ Type, Scheme, BearerFormat string }
		}
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for _, name := range append([]string{"jwt"}, locked...) {
		if s := document.Components.SecuritySchemes[name]; s.Type != "http" || s.Scheme != "bearer" || s.BearerFormat != "JWT" {
			t.Errorf("%s is %+v", name, s)
		}
	}
	for operation, scheme := range map[string]string{"get /films/v1/": "jwt", "post /films/v1/": "jwt", "post /users/v1/refresh": "jwt_refresh"} {
		method, path, _ := strings.Cut(operation, " ")
		if security := document.Paths[path][method].Security; len(security) != 1 || security[0][scheme] == nil {
			t.Errorf("the security of %s is %v", operation, security)
		}
	}
	list := document.Paths["/films/v1/"]["get"]
	for _, status := range []string{"200", "401", "403", "404", "422", "503"} {
		if list.Responses[status] == nil {
			t.Errorf("the list of films has no answer %s", status)
		}
	}
	if len(list.Parameters) != 1 || list.Parameters[0].Name != "options" || list.Parameters[0].Style != "deepObject" {
		t.Errorf("the parameters are %v", list.Parameters)
	}
	if strings.Contains(string(text), `"name":"Authorization"`) {
		t.Error("the field Authorization is a parameter, and not a scheme")
	}
}

func TestSecretsAreReadStrictly(t *testing.T) { // S125, S128, S138
	t.Parallel()
	good := map[string]string{}
	for i, name := range []string{"JWT_SECRET", "JWT_REFRESH_SECRET", "JWT_EMAIL_SECRET", "JWT_PASSWORD_SECRET"} {
		good[name] = "hex:" + strings.Repeat([]string{"0f80", "14e6", "0a33", "413b"}[i]+"8f1ef6c414a5", 4)
	}
	for name, tt := range map[string]struct{ name, value, says string }{
		"all good":       {"JWT_SECRET", good["JWT_SECRET"], ""},
		"128 bits":       {"JWT_SECRET", "hex:0f8014e60a33413b8f1ef6c414a5ed86", "JWT_SECRET"},
		"no hexadecimal": {"JWT_EMAIL_SECRET", "hex:" + strings.Repeat("0h1014e60a33313b", 4), "JWT_EMAIL_SECRET"},
		"one missing":    {"JWT_PASSWORD_SECRET", "", "1 of"},
		"one for two":    {"JWT_EMAIL_SECRET", good["JWT_SECRET"], "key"},
	} {
		s, err := films.SecretsFrom(func(key string) string {
			if key == tt.name {
				return tt.value
			}
			return good[key]
		})
		if err == nil {
			_, err = films.New(films.Config{Secrets: s})
		}
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s, err := films.SecretsFrom(func(string) string { return "" }); err != nil || len(s.Password) != 32 {
		t.Errorf("without an environment: %v", err)
	}
}

func TestAFolderKeepsWhatMatters(t *testing.T) { // S122, S143
	t.Parallel()
	dir := t.TempDir()
	in := func(c *films.Config) { c.Directory = dir }
	s := open(t, in)
	s.register(t, user)
	gone, kept := s.login(t, user), s.login(t, user)
	expect(t, "logout", s.call("POST", "/users/v1/logout", gone.AccessToken, ""), 204, "")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, in)
	expect(t, "a token that was revoked", s.call("GET", "/films/v1/", gone.AccessToken, ""), 401, "token-invalid")
	expect(t, "another", s.call("GET", "/films/v1/", kept.AccessToken, ""), 200, "")
	read(t, s.call("POST", "/users/v1/refresh", kept.RefreshToken, ""))
	s.login(t, user)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tokens.log", "accounts.json"} {
		stored, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{gone.AccessToken, kept.RefreshToken, strings.Split(kept.RefreshToken, ".")[2], secret} {
			if strings.Contains(string(stored), word) {
				t.Errorf("%s holds a secret", name)
			}
		}
	}
}

func TestTheProgramWithoutRedisNamesTheOther(t *testing.T) {
	t.Parallel()
	flags := flag.NewFlagSet("films", flag.ContinueOnError)
	options := films.Flags(flags)
	if err := flags.Parse([]string{"-redis", "redis://127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	if err := films.Run(t.Context(), options, nil); err == nil || !strings.Contains(err.Error(), "examples/films-redis") {
		t.Error(err)
	}
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheReadmeTellsWhatATokenHolds(t *testing.T) { // S112
	t.Parallel()
	s := open(t, nil)
	emailToken := s.register(t, user)
	login := s.login(t, user)
	registered := []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid"}
	_, after, _ := strings.Cut(readme(t), "Private claims")
	paragraph, _, _ := strings.Cut(after, "\n\n")
	for _, text := range []string{login.AccessToken, login.RefreshToken, emailToken, s.passwordToken(t, user)} {
		for name := range payload(t, text) {
			if !slices.Contains(registered, name) && !strings.Contains(paragraph, "`"+name+"`") {
				t.Errorf("the claim %s is told nowhere", name)
			}
		}
	}
}

func TestTheReadmeWarnsOfASharedSecret(t *testing.T) { // S174
	t.Parallel()
	for _, words := range []string{"HS256 has one secret for both sides", "Where others verify them give `token.Kind` keys of ES256 or EdDSA"} {
		if !strings.Contains(readme(t), words) {
			t.Errorf("the page does not say %q", words)
		}
	}
}

// TestTheReadmeTellsTheTruth runs its lines of curl, one after another.
func TestTheReadmeTellsTheTruth(t *testing.T) { // S171
	t.Parallel()
	s := open(t, nil)
	_, block, _ := strings.Cut(readme(t), "<!-- these lines are run by a test -->\n```console\n")
	block, _, _ = strings.Cut(block, "\n```")
	values, mails, lines := map[string]string{}, 0, 0
	for _, step := range strings.Split("\n"+block, "\n$ ")[1:] {
		command, answer, _ := strings.Cut(step, "\n")
		line := curl(t, command, values)
		w := s.call(line.method, line.target, line.bearer, line.body)
		status, body, said := strings.Cut(answer, "\n")
		if !strings.HasPrefix(status, "HTTP/1.1 ") {
			status, body, said = "HTTP/1.1 20", answer, true
		} else {
			status = status[:len("HTTP/1.1 204")]
		}
		if !strings.HasPrefix("HTTP/1.1 "+strconv.Itoa(w.Code), status) {
			t.Errorf("%s: %d", command, w.Code)
		}
		pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(body), "…", ".*") + "$"
		if got := strings.TrimSpace(w.Body.String()); said && !regexp.MustCompile(pattern).MatchString(got) {
			t.Errorf("%s: %s, want %s", command, got, body)
		}
		lines++
		remember(t, s, w.Body.Bytes(), line.target, values, &mails)
	}
	if lines < 14 {
		t.Errorf("%d lines were run", lines)
	}
}

// remember takes the tokens out of answers and mails.
func remember(t *testing.T, s *site, body []byte, target string, values map[string]string, mails *int) {
	t.Helper()
	var tokens films.Tokens
	if json.Unmarshal(body, &tokens) == nil && tokens.AccessToken != "" {
		values["ACCESS_TOKEN"], values["REFRESH_TOKEN"] = tokens.AccessToken, tokens.RefreshToken
	}
	name := map[string]string{"/users/v1/signup": "EMAIL_TOKEN", "/users/v1/password-token": "PASSWORD_TOKEN"}[target]
	if name != "" {
		*mails++
		values[name] = s.mail.wait(t, *mails).Token
	}
}

type request struct{ method, target, bearer, body string }

// curl reads a line as the program curl does, as far as the page needs it.
func curl(t *testing.T, command string, values map[string]string) request {
	t.Helper()
	r := request{method: "GET"}
	words := regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`).FindAllString(command, -1)
	for i := 1; i < len(words); i++ {
		word := strings.Trim(words[i], `'"`)
		next := func() string { i++; return strings.Trim(words[i], `'"`) }
		switch word {
		case "-i", "-g":
		case "-X":
			r.method = next()
		case "-d":
			if r.body = next(); r.method == "GET" {
				r.method = "POST"
			}
		case "-H":
			if name, found := strings.CutPrefix(next(), "Authorization: Bearer $"); found {
				r.bearer = values[name]
			}
		default:
			r.target = strings.TrimPrefix(word, "127.0.0.1:8080")
		}
	}
	if !strings.HasPrefix(r.target, "/") {
		t.Fatalf("no target in %s", command)
	}
	return r
}
