package router_test

import (
	"context"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

type versioned struct {
	ETag     string    `header:"ETag"`
	Modified time.Time `header:"Last-Modified"`
	Body     greeting  `body:"json"`
}

const (
	mayFirst    = "Fri, 01 May 2026 12:00:00 GMT"
	beforeFirst = "Fri, 01 May 2026 11:59:59 GMT"
)

func TestAnswersThatTheClientHasAreNotSent(t *testing.T) {
	t.Parallel()
	api := mortise.New("Versions", "1")
	v := versioned{`"a"`, may(1), greeting{"hi"}}
	mortise.Get(api, "/both", gives(v))
	mortise.Get(api, "/weak", gives(versioned{ETag: `W/"a"`}))
	mortise.Get(api, "/time", gives(versioned{Modified: may(1)}))
	mortise.Get(api, "/none", gives(versioned{}))
	mortise.Post(api, "/both", gives(v))
	built(t, api)
	for _, tt := range []struct {
		name, line string
		fields     []string
		status     int
	}{
		{"no condition", "GET /both", nil, 200},
		{"the same tag", "GET /both", []string{`If-None-Match: "a"`}, 304},
		{"the same tag, weakly", "GET /both", []string{`If-None-Match: W/"a"`}, 304},
		{"a weak tag that is the same", "GET /weak", []string{`If-None-Match: "a"`}, 304},
		{"any tag", "GET /both", []string{`If-None-Match: *`}, 304},
		{"one of several", "GET /both", []string{`If-None-Match: "b"`, `If-None-Match: "c", "a"`}, 304},
		{"another tag", "GET /both", []string{`If-None-Match: "b"`}, 200},
		{"the tag counts, not the time", "GET /both", []string{`If-None-Match: "b"`, "If-Modified-Since: " + mayFirst}, 200},
		{"the same time", "GET /time", []string{"If-Modified-Since: " + mayFirst}, 304},
		{"an older time", "GET /time", []string{"If-Modified-Since: " + beforeFirst}, 200},
		{"no time at all", "GET /time", []string{"If-Modified-Since: yesterday"}, 200},
		{"HEAD", "HEAD /both", []string{`If-None-Match: "a"`}, 304},
		{"a change", "POST /both", []string{`If-None-Match: "a"`}, 200},
		{"the version that is wanted", "GET /both", []string{`If-Match: "b", "a"`}, 200},
		{"any version", "GET /both", []string{`If-Match: *`}, 200},
		{"another version", "GET /both", []string{`If-Match: "b"`}, 412},
		{"a weak tag never matches", "GET /weak", []string{`If-Match: W/"a"`}, 412},
		{"not changed since", "GET /both", []string{"If-Unmodified-Since: " + mayFirst}, 200},
		{"changed since", "GET /both", []string{"If-Unmodified-Since: " + beforeFirst}, 412},
		{"the match counts, not the time", "GET /both", []string{`If-Match: "a"`, "If-Unmodified-Since: " + beforeFirst}, 200},
		{"nothing to compare", "GET /none", []string{`If-Match: "a"`, `If-None-Match: *`}, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := do(t, api, tt.line, "", tt.fields...).is(tt.status)
			if tt.status == 304 {
				a.says("").has("Content-Type", "")
			}
		})
	}
	for _, status := range []string{"304", "412"} {
		if member(documented(t, api, "GET /both"), "responses", status) == nil {
			t.Errorf("%s is not documented", status)
		}
		if member(documented(t, api, "POST /both"), "responses", status) != nil {
			t.Errorf("%s is documented for POST", status)
		}
	}
}

func TestChangesWaitForTheirConditions(t *testing.T) {
	t.Parallel()
	api := mortise.New("Changes", "1")
	handler := func(_ context.Context, in struct {
		If router.Preconditions
	}) (none, error) {
		return none{}, in.If.Check(`"v2"`, may(1))
	}
	mortise.Put(api, "/", handler)
	mortise.Get(api, "/", handler)
	mortise.Put(api, "/required", func(_ context.Context, in struct {
		If router.Preconditions `required:"true"`
	}) (none, error) {
		return none{}, in.If.Check(`"v2"`, time.Time{})
	})
	mortise.Put(api, "/new", func(_ context.Context, in router.Preconditions) (none, error) {
		return none{}, in.Check("", time.Time{})
	})
	built(t, api)
	for _, tt := range []struct {
		name, line string
		field      string
		status     int
	}{
		{"no condition", "PUT /", "", 204},
		{"the version that is there", "PUT /", `If-Match: "v2"`, 204},
		{"another version", "PUT /", `If-Match: "v1"`, 412},
		{"its weak tag", "PUT /", `If-Match: W/"v2"`, 412},
		{"something there", "PUT /", `If-Match: *`, 204},
		{"nothing there, but there is", "PUT /", `If-None-Match: *`, 412},
		{"not that version, but it is", "PUT /", `If-None-Match: W/"v2"`, 412},
		{"not that version", "PUT /", `If-None-Match: "v1"`, 204},
		{"changed since", "PUT /", "If-Unmodified-Since: " + beforeFirst, 412},
		{"not changed since", "PUT /", "If-Unmodified-Since: " + mayFirst, 204},
		{"GET is left to the answer", "GET /", `If-None-Match: "v2"`, 204},
		{"GET of another version", "GET /", `If-Match: "v1"`, 412},
		{"a condition is required", "PUT /required", "", 428},
		{"and given", "PUT /required", `If-Match: "v2"`, 204},
		{"and given as a time, which nothing has", "PUT /required", "If-Unmodified-Since: " + mayFirst, 204},
		{"a creation", "PUT /new", `If-None-Match: *`, 204},
		{"a change of what is not there", "PUT /new", `If-Match: *`, 412},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := do(t, api, tt.line, "", tt.field).is(tt.status)
			if code := map[int]string{412: "precondition-failed", 428: "precondition-required"}[tt.status]; code != "" {
				a.code(code)
			}
		})
	}
	operation := documented(t, api, "PUT /required")
	for _, status := range []string{"412", "428"} {
		if member(operation, "responses", status) == nil {
			t.Errorf("%s is not documented", status)
		}
	}
	if parameters, _ := operation["parameters"].([]any); len(parameters) != 3 {
		t.Errorf("documented are %s", text(parameters))
	}
}

func TestAPreconditionIsAskedForBehindTheGuards(t *testing.T) {
	t.Parallel()
	api := mortise.New("Guarded", "1")
	mortise.Put(api, "/", func(_ context.Context, in struct {
		If router.Preconditions `required:"true"`
	}) (none, error) {
		return none{}, nil
	}, mortise.Security(takesToken))
	do(t, built(t, api), "PUT /", "").is(401)
	do(t, api, "PUT /", "", as("ada")).is(428)
}

func TestEncodedAnswersMayTagThemselves(t *testing.T) {
	t.Parallel()
	api := mortise.New("Tags", "1", router.AutoETag(false), router.Encoder("application/xml", asXML))
	mortise.Get(api, "/", gives(greeting{"hi"}))
	mortise.Get(api, "/other", gives(greeting{"ho"}))
	mortise.Get(api, "/weak", gives(greeting{"hi"}), router.AutoETag(true))
	mortise.Get(api, "/own", gives(versioned{ETag: `"mine"`}))
	mortise.Post(api, "/", gives(greeting{"hi"}))
	built(t, api)
	a := do(t, api, "GET /", "").is(200)
	tag := a.header.Get("Etag")
	if len(tag) != 24 || do(t, api, "GET /", "").header.Get("Etag") != tag {
		t.Errorf("the tag is %s", tag)
	}
	do(t, api, "GET /", "", "If-None-Match: "+tag).is(304).says("").has("Etag", tag)
	do(t, api, "HEAD /", "", "If-None-Match: "+tag).is(304)
	do(t, api, "HEAD /", "").is(200).has("Etag", tag)
	do(t, api, "GET /", "", "If-Match: "+tag).is(200)
	do(t, api, "GET /", "", `If-Match: "x"`).is(412)
	do(t, api, "GET /other", "", "If-None-Match: "+tag).is(200)
	do(t, api, "GET /", "", "If-None-Match: "+tag, "Accept: application/xml").is(200) // another form, another tag
	do(t, api, "GET /weak", "").is(200).has("Etag", "W/"+tag)
	do(t, api, "GET /weak", "", "If-None-Match: W/"+tag).is(304)
	do(t, api, "GET /own", "").is(200).has("Etag", `"mine"`)
	do(t, api, "POST /", "").is(200).has("Etag", "")
}
