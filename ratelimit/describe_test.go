package ratelimit_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/router"
)

// An operation is what these tests read of the document.
type operation struct {
	Description string
	Responses   map[string]struct {
		Headers map[string]struct {
			Required bool
			Schema   struct{ Type string }
		}
		Content map[string]any
	}
	Limits []map[string]any `json:"x-ratelimit"`
	Mine   any              `json:"x-mine"`
}

// operations are those of an API by path; each has one method.
func operations(t *testing.T, api *mortise.API) map[string]operation {
	t.Helper()
	text, err := built(t, api).Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]operation
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	found := map[string]operation{}
	for path, item := range doc.Paths {
		for _, op := range item {
			found[path] = op
		}
	}
	return found
}

// fields lists the header fields of an answer, those that are always there with
// an exclamation mark.
func (op operation) fields(status string) string {
	var names []string
	for name, h := range op.Responses[status].Headers {
		if h.Required {
			name += "!"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// L11: what limits is documented, and nothing else.
func TestLimitsAreDocumented(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	api.Provide(mortise.Depends(currentUser))
	g := api.Group("/g", router.Extension("x-mine", "kept"), ratelimit.PerIP(100, time.Minute))
	mortise.Get(g, "/limited", nothing, mortise.Public())
	mortise.Post(g, "/twice", nothing, ratelimit.Per(ratelimit.Policy{Name: "user", Quota: 1000, Burst: 10, Window: 24 * time.Hour, Unit: "content-bytes"}, userName))
	mortise.Get(api, "/free", nothing, mortise.Public())
	ops := operations(t, api)

	limited := ops["/g/limited"]
	if want := "**Requires** no more than 100 requests per minute for each client address."; limited.Description != want {
		t.Errorf("description %q, want %q", limited.Description, want)
	}
	equal(t, "success", limited.fields("204"), "RateLimit! RateLimit-Policy!")
	equal(t, "refusal", limited.fields("429"), "RateLimit! RateLimit-Policy! Retry-After!")
	if limited.Responses["429"].Content["application/problem+json"] == nil {
		t.Error("a refusal is no problem")
	}
	if _, found := limited.Responses["503"]; found {
		t.Error("a store that cannot fail is documented to fail")
	}
	equal(t, "x-ratelimit", limited.Limits, []map[string]any{
		{"name": "ip-100-per-1m", "quota": 100.0, "window": 60.0, "burst": 100.0, "unit": "requests", "for": "each client address", "perRoute": false},
	})

	twice := ops["/g/twice"]
	for _, want := range []string{"no more than 100 requests per minute for each client address", "no more than 1000 bytes of content per day (10 at once) for each caller"} {
		if !strings.Contains(twice.Description, want) {
			t.Errorf("description %q lacks %q", twice.Description, want)
		}
	}
	if len(twice.Limits) != 2 || twice.Limits[1]["name"] != "user" || twice.Limits[1]["burst"] != 10.0 || twice.Limits[1]["unit"] != "content-bytes" {
		t.Errorf("x-ratelimit: %v", twice.Limits)
	}
	if limited.Mine != "kept" || twice.Mine != "kept" {
		t.Errorf("x-mine: %v and %v", limited.Mine, twice.Mine)
	}
	free := ops["/free"]
	if _, found := free.Responses["429"]; found || free.Limits != nil || free.fields("204") != "" {
		t.Errorf("a route without a limit is documented to have one: %+v", free)
	}
}

func TestWhatDependsOnTheConfigIsDocumentedAsItIs(t *testing.T) {
	t.Parallel()
	of := func(c ratelimit.Config) operation {
		c.Policies = append(c.Policies, login())
		api := mortise.New("Blog", "1.0.0")
		mortise.Get(api, "/", nothing, limiter(t, c).Shared(), mortise.Public())
		return operations(t, api)["/"]
	}
	_, fails := of(ratelimit.Config{Store: newFlaky()}).Responses["503"]
	equal(t, "a store that fails closed answers 503", fails, true)
	_, fails = of(ratelimit.Config{Store: newFlaky(), OnFailure: ratelimit.FailLocal}).Responses["503"]
	equal(t, "a store that is stood in for answers 503", fails, false)
	open := of(ratelimit.Config{Store: newFlaky(), OnFailure: ratelimit.DangerouslyFailOpen})
	equal(t, "an open store", open.fields("204"), "RateLimit RateLimit-Policy!")
	legacy := of(ratelimit.Config{Legacy: ratelimit.LegacyXRateLimit})
	equal(t, "legacy fields", legacy.fields("204"), "RateLimit! RateLimit-Policy! X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset")
	bare := of(ratelimit.Config{OmitFields: true})
	equal(t, "a success without fields", bare.fields("204"), "")
	equal(t, "a refusal without fields", bare.fields("429"), "Retry-After!")
	equal(t, "only legacy fields", of(ratelimit.Config{OmitFields: true, Legacy: ratelimit.LegacyRateLimit}).fields("204"), "RateLimit-Limit RateLimit-Remaining RateLimit-Reset")
	if got := of(ratelimit.Config{PerRoute: true}).Description; !strings.Contains(got, "on this operation alone") {
		t.Errorf("description %q", got)
	}
	two := of(ratelimit.Config{Policies: []ratelimit.Policy{{Name: "a", Quota: 1, Window: 90 * time.Second}}})
	if want := "**Requires** no more than 1 request per 90 seconds and no more than 5 requests per minute for all callers together."; two.Description != want {
		t.Errorf("description %q, want %q", two.Description, want)
	}
}

// L15
func TestLimitsAreAudited(t *testing.T) {
	t.Parallel()
	api := mortise.New("Blog", "1.0.0")
	mortise.Get(api, "/", nothing, ratelimit.PerIP(5, time.Minute), mortise.Public())
	a := built(t, api).Audit()[0]
	equal(t, "lock", a.Lock(), "public, no more than 5 requests per minute for each client address")
	equal(t, "link", a.Chain[0].Name, "ratelimit(ip-5-per-1m for each client address)")
}
