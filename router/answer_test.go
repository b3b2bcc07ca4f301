package router_test

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
)

func TestOutputsAreJSON(t *testing.T) {
	t.Parallel()
	type point struct {
		X     int            `json:"x"`
		Names []string       `json:"names"`
		More  map[string]int `json:"more"`
		Next  *point         `json:"next"`
		Skip  int            `json:"skip,omitzero"`
		Mark  string         `json:"mark"`
	}
	api := mortise.New("Outputs", "1")
	mortise.Get(api, "/struct", gives(point{X: 1, Mark: "<&>"}))
	mortise.Get(api, "/pointer", gives(&point{X: 2}))
	mortise.Get(api, "/nil", gives((*point)(nil)))
	mortise.Get(api, "/slice", gives([]int(nil)))
	mortise.Get(api, "/map", gives(map[string]int(nil)))
	mortise.Get(api, "/string", gives("text"))
	mortise.Get(api, "/number", gives(1.5))
	mortise.Get(api, "/any", gives(any(nil)))
	mortise.Get(api, "/raw", gives(json.RawMessage(`{"a":1}`)))
	built(t, api)
	for path, want := range map[string]string{
		"/struct":  `{"x":1,"names":[],"more":{},"next":null,"mark":"<&>"}`,
		"/pointer": `{"x":2,"names":[],"more":{},"next":null,"mark":""}`,
		"/nil":     `null`, "/slice": `[]`, "/map": `{}`, "/string": `"text"`, "/number": `1.5`, "/any": `null`, "/raw": `{"a":1}`,
	} {
		do(t, api, "GET "+path, "").is(200).has("Content-Type", "application/json").says(want)
	}
}

type made struct {
	Status   int            `status:"201"`
	Location string         `header:"Location"`
	ETag     *string        `header:"ETag"`
	Modified time.Time      `header:"Last-Modified"`
	Count    int            `header:"X-Count"`
	Ratio    float64        `header:"X-Ratio"`
	Good     bool           `header:"X-Good"`
	Links    []string       `header:"Link"`
	Addr     netip.Addr     `header:"X-Addr"`
	Cookie   *http.Cookie   `cookie:"session"`
	More     []*http.Cookie `cookie:"extra"`
	Body     map[string]int `body:"json"`
}

func TestEnvelopesSetStatusHeadersAndCookies(t *testing.T) {
	t.Parallel()
	tag := `"v1"`
	api := mortise.New("Envelopes", "1")
	mortise.Post(api, "/full", gives(made{
		Status: 202, Location: "/a", ETag: &tag, Modified: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("x", 3600)),
		Count: 3, Ratio: 0.5, Good: true, Links: []string{"<a>", "<b>"}, Addr: netip.MustParseAddr("::1"),
		Cookie: &http.Cookie{Value: "s", HttpOnly: true}, More: []*http.Cookie{{Name: "a", Value: "1"}, {Value: "2"}, nil},
		Body: map[string]int{"a": 1},
	}))
	mortise.Post(api, "/empty", gives(made{}))
	built(t, api)
	do(t, api, "POST /full", "").is(202).says(`{"a":1}`).has("Location", "/a").has("ETag", `"v1"`).
		has("Last-Modified", "Fri, 02 Jan 2026 02:04:05 GMT").has("X-Count", "3").has("X-Ratio", "0.5").has("X-Good", "true").
		has("Link", "<a> | <b>").has("X-Addr", "::1").has("Set-Cookie", "session=s; HttpOnly | a=1 | extra=2")
	do(t, api, "POST /empty", "").is(201).says(`{}`).has("Location", "").has("ETag", "").has("Last-Modified", "").
		has("X-Count", "0").has("Link", "").has("X-Addr", "").has("Set-Cookie", "")
}

func TestAnEnvelopeWithoutABodyHasNone(t *testing.T) {
	t.Parallel()
	type reply struct {
		Code int    `status:""`
		Tag  string `header:"X-Tag"`
	}
	api := mortise.New("Bare", "1")
	mortise.Get(api, "/bare", gives(reply{Tag: "a"}))
	mortise.Get(api, "/created", gives(reply{Code: 201}))
	mortise.Get(api, "/none", gives(struct {
		Tag  string `header:"X-Tag"`
		Body none   `body:"json"`
	}{Tag: "b"}))
	built(t, api)
	do(t, api, "GET /bare", "").is(204).says("").has("X-Tag", "a").has("Content-Type", "")
	do(t, api, "GET /created", "").is(201).says("")
	do(t, api, "GET /none", "").is(204).says("").has("X-Tag", "b")
}

func TestNothingIsAnswered204(t *testing.T) {
	t.Parallel()
	api := mortise.New("Nothing", "1")
	mortise.Delete(api, "/none", gives(none{}))
	mortise.Delete(api, "/empty", gives(struct{}{}))
	mortise.Delete(api, "/accepted", gives(none{}), router.Status(202))
	built(t, api)
	do(t, api, "DELETE /none", "").is(204).says("").has("Content-Type", "")
	do(t, api, "DELETE /empty", "").is(204).says("")
	do(t, api, "DELETE /accepted", "").is(202).says("")
}

func TestARouteChoosesItsStatus(t *testing.T) {
	t.Parallel()
	api := mortise.New("Status", "1")
	mortise.Post(api, "/", gives("made"), router.Status(201))
	do(t, built(t, api), "POST /", "").is(201).says(`"made"`)
}

func TestAStatusWithoutABodySendsNone(t *testing.T) {
	t.Parallel()
	type reply struct {
		Code int    `status:""`
		Body string `body:"json"`
	}
	api := mortise.New("Cached", "1")
	mortise.Get(api, "/{code}", func(_ context.Context, in struct {
		Code int `path:"code"`
	}) (reply, error) {
		return reply{in.Code, "text"}, nil
	})
	built(t, api)
	for _, code := range []string{"204", "205", "304"} {
		a := do(t, api, "GET /"+code, "").says("").has("Content-Type", "")
		if strconv.Itoa(a.status) != code {
			t.Errorf("status %d, want %s", a.status, code)
		}
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	api := mortise.New("Redirects", "1", quiet())
	mortise.Get(api, "/to", func(_ context.Context, in struct {
		To     string `query:"to"`
		Status int    `query:"status" default:"0"`
	}) (mortise.Redirect, error) {
		return mortise.Redirect{To: in.To, Status: in.Status}, nil
	})
	built(t, api)
	for _, tt := range []struct {
		name, query string
		status      int
		location    string
	}{
		{"a path, seen with GET by default", "to=/posts/1?a=b", 303, "/posts/1?a=b"},
		{"a path, with its own status", "to=/a&status=308", 308, "/a"},
		{"the URL of another site", "to=https://example.com/a", 302, "https://example.com/a"},
		{"letters outside of ASCII are escaped", "to=/caf%C3%A9", 303, "/caf%C3%A9"},
		{"two slashes are another site", "to=//evil.example", 500, ""},       // A195
		{"a slash and a backslash are, too", `to=/%5Cevil.example`, 500, ""}, // A195
		{"a backslash and a slash are, too", `to=%5C/evil.example`, 500, ""}, // A195
		{"a tab between slashes", "to=/%09/evil.example", 500, ""},           // A195
		{"a line break", "to=/a%0d%0aSet-Cookie:%20a=b", 500, ""},            // A67, A195
		{"a script", "to=javascript:alert(1)", 500, ""},                      // A195
		{"a scheme without slashes", "to=https:evil.example", 500, ""},       // A195
		{"a scheme with three slashes", "to=https:///evil.example", 500, ""}, // A195
		{"three slashes", "to=///evil.example", 500, ""},                     // A195
		{"a relative path", "to=evil", 500, ""},                              // A195
		{"an at sign", "to=@evil.example", 500, ""},                          // A195
		{"nothing", "to=", 500, ""},                                          // A195
		{"a status that does not lead anywhere", "to=/a&status=200", 500, ""},
		{"a status that is no redirect", "to=/a&status=304", 500, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.status == 302 {
				tt.query += "&status=302"
			}
			do(t, api, "GET /to?"+tt.query, "").is(tt.status).has("Location", tt.location).has("Set-Cookie", "")
		})
	}
}

func TestHEADHasTheHeaderOfGETAndNoBody(t *testing.T) { // A70
	t.Parallel()
	type page struct {
		Tag  string `header:"ETag"`
		Body string `body:"json"`
	}
	long := strings.Repeat("a", 5000)
	api := newGuarded()
	mortise.Get(api, "/page", gives(page{`"1"`, long}))
	mortise.Get(api, "/none", gives(none{}))
	mortise.Get(api, "/locked", whoami)
	mortise.Get(api, "/fails", fails(errNoPost))
	built(t, api)
	for _, line := range []string{"/page", "/none", "/locked", "/fails"} {
		get, head := do(t, api, "GET "+line, ""), do(t, api, "HEAD "+line, "")
		if head.status != get.status || head.body != "" {
			t.Errorf("HEAD %s = %d with %d bytes, want %d with none", line, head.status, len(head.body), get.status)
		}
		for name, lines := range get.header {
			head.has(name, strings.Join(lines, " | "))
		}
	}
	do(t, api, "HEAD /page", "").has("Content-Length", "5002")
	do(t, api, "HEAD /locked", "").is(401)
}

func TestAnOutputThatCannotBeWrittenIs500AndNothingOfItIsSent(t *testing.T) {
	t.Parallel()
	type reply struct {
		Tag    string       `header:"X-Tag"`
		Cookie *http.Cookie `cookie:"c"`
		Code   int          `status:""`
		Body   any          `body:"json"`
	}
	log := &logbook{}
	api := mortise.New("Unwritable", "1", log.option())
	for path, out := range map[string]reply{
		"/value":  {Tag: "sent", Body: math.Inf(1)},
		"/header": {Tag: "a\nSet-Cookie: b=c"}, // A67
		"/return": {Tag: "a\rSet-Cookie: b=c"}, // A67
		"/nul":    {Tag: "a\x00b"},             // A67
		"/cookie": {Tag: "sent", Cookie: &http.Cookie{Name: "a b", Value: "c"}},
		"/status": {Tag: "sent", Code: 99},
		"/panics": {Tag: "sent", Body: panics{}},
	} {
		mortise.Get(api, path, gives(out))
	}
	built(t, api)
	for _, path := range []string{"/value", "/header", "/return", "/nul", "/cookie", "/status", "/panics"} {
		do(t, api, "GET "+path, "").is(500).code("internal-error").has("X-Tag", "").has("Set-Cookie", "").detail("")
		if lines := log.take(t); len(lines) != 1 {
			t.Errorf("%s: %d lines in the log, want 1", path, len(lines))
		}
	}
}

// Code that has the header itself cannot add a line to the answer by a value.
func TestALineBreakInAHeaderBeginsNoLine(t *testing.T) { // A67
	t.Parallel()
	api := mortise.New("Lines", "1", quiet())
	set := func(_ context.Context, h router.ResponseHeader) (none, error) {
		h.Set("X-Tag", "a\r\nSet-Cookie: b=c\n\n<script>")
		return none{}, nil
	}
	mortise.Get(api, "/answer", set)
	mortise.Get(api, "/problem", fails(problem.NotFound("gone").WithHeader("X-Tag", "a\r\nSet-Cookie: b=c\n\n<script>")))
	server := httptest.NewServer(built(t, api))
	t.Cleanup(server.Close)
	for _, path := range []string{"/answer", "/problem"} {
		got, _ := onWire(t, server.URL, "GET "+path+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		head, body, _ := strings.Cut(got, "\r\n\r\n")
		if !strings.Contains(head, "\r\nX-Tag: a") || strings.Contains(head, "\nSet-Cookie") || strings.Contains(body, "<script>") {
			t.Errorf("GET %s\n%s", path, got)
		}
	}
}

type panics struct{}

func (panics) MarshalJSON() ([]byte, error) { panic("cannot") }

func TestACleanUpCanTurnASuccessIntoAnErrorBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	var happened journal
	api := mortise.New("Closing", "1", quiet())
	api.Provide(mortise.Depends(func(context.Context, none) (di.Resource[*account], error) {
		return di.Resource[*account]{Value: &account{Name: "ada"}, Close: func(err error) error {
			happened.note("close")
			return errNoPost
		}}, nil
	}))
	mortise.Get(api, "/", func(context.Context, *account) (struct {
		Tag  string    `header:"X-Tag"`
		Body encodable `body:"json"`
	}, error) {
		happened.note("handler")
		return struct {
			Tag  string    `header:"X-Tag"`
			Body encodable `body:"json"`
		}{"sent", encodable{&happened}}, nil
	})
	do(t, built(t, api), "GET /", "").is(404).has("X-Tag", "")
	happened.expect(t, "handler", "encode", "close")
}

// encodable notes when it is encoded.
type encodable struct{ journal *journal }

func (e encodable) MarshalJSON() ([]byte, error) {
	e.journal.note("encode")
	return []byte(`1`), nil
}

func TestDependenciesCanAddToTheHeader(t *testing.T) {
	t.Parallel()
	api := mortise.New("Header", "1", quiet())
	note := func(_ context.Context, h router.ResponseHeader) (none, error) {
		h.Set("X-Note", "a")
		return none{}, nil
	}
	mortise.Get(api, "/fine", gives("fine"), mortise.Depends(note))
	mortise.Get(api, "/fails", fails(errNoPost), mortise.Depends(note))
	built(t, api)
	do(t, api, "GET /fine", "").is(200).has("X-Note", "a")
	do(t, api, "GET /fails", "").is(404).has("X-Note", "a")
}

func TestAnswersThatDependOnACredentialStayOutOfSharedCaches(t *testing.T) { // A209
	t.Parallel()
	type cached struct {
		Cache string `header:"Cache-Control"`
		Vary  string `header:"Vary"`
		Body  string `body:"json"`
	}
	api := newGuarded()
	mortise.Get(api, "/open", gives("open"))
	mortise.Get(api, "/locked", whoami)
	mortise.Get(api, "/own", func(context.Context, *account) (cached, error) {
		return cached{"private, max-age=60", "Accept", "mine"}, nil
	})
	mortise.Get(api, "/optional", func(_ context.Context, c mortise.Optional[keyOf]) (string, error) {
		return string(c.Value), nil
	}, optionalKey)
	built(t, api)
	do(t, api, "GET /open", "").is(200).has("Cache-Control", "").has("Vary", "")
	do(t, api, "GET /locked", "", as("ada")).is(200).has("Cache-Control", "no-store").has("Vary", "Authorization")
	do(t, api, "GET /own", "", as("ada")).is(200).has("Cache-Control", "private, max-age=60").has("Vary", "Accept | Authorization")
	do(t, api, "GET /optional", "").is(200).has("Cache-Control", "no-store").has("Vary", "X-Api-Key")
}
