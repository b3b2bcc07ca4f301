package router_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

// numbered joins so many names, such as "k0=1&k1=1".
func numbered(n int, form, between string) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf(form, i)
	}
	return strings.Join(names, between)
}

// A188
func TestNamesThatOneRequestMayHaveAreCapped(t *testing.T) {
	t.Parallel()
	api := mortise.New("Keys", "1", quiet())
	mortise.Get(api, "/query", func(_ context.Context, in struct {
		A string `query:"a" default:"none"`
	}) (string, error) {
		return in.A, nil
	})
	mortise.Get(api, "/deep", func(_ context.Context, in struct {
		Filter map[string]string `query:"filter"`
	}) (int, error) {
		return len(in.Filter), nil
	})
	mortise.Get(api, "/cookie", func(_ context.Context, in struct {
		A string `cookie:"a" default:"none"`
	}) (string, error) {
		return in.A, nil
	})
	mortise.Post(api, "/form", func(_ context.Context, in struct {
		A string `form:"a" default:"none"`
	}) (string, error) {
		return in.A, nil
	})
	mortise.Post(api, "/object", func(_ context.Context, in struct {
		Body map[string]int `body:"json"`
	}) (int, error) {
		return len(in.Body), nil
	}, router.MaxBody(1<<20))
	mortise.Post(api, "/few", func(_ context.Context, in struct {
		Body struct {
			Names map[string]int `json:"names" validate:"max=10"`
		} `body:"json"`
	}) (int, error) {
		return len(in.Body.Names), nil
	})
	built(t, api)
	form := "Content-Type: application/x-www-form-urlencoded"
	do(t, api, "GET /query?"+numbered(1000, "k%d=1", "&"), "").is(200)
	do(t, api, "GET /query?"+numbered(1001, "k%d=1", "&"), "").is(400)
	do(t, api, "GET /deep?"+numbered(100, "filter[k%d]=1", "&"), "").is(200).says("100")
	if got := do(t, api, "GET /deep?"+numbered(101, "filter[k%d]=1", "&"), ""); got.status != 400 && got.status != 422 {
		t.Errorf("101 members of a deep object: %d", got.status)
	}
	do(t, api, "GET /cookie", "", "Cookie: "+numbered(1000, "k%d=1", "; ")).is(200)
	do(t, api, "GET /cookie", "", "Cookie: "+numbered(1001, "k%d=1", "; ")).is(400)
	do(t, api, "POST /form", numbered(1000, "k%d=1", "&"), form).is(200)
	do(t, api, "POST /form", numbered(1001, "k%d=1", "&"), form).is(400)

	// The members of an object are as many as its type allows, and as there is room
	// for in a body. Maps are seeded, so that nobody can choose names that collide.
	few := func(n int) string { return `{"names":{` + numbered(n, `"k%d":1`, ",") + `}}` }
	do(t, api, "POST /few", few(10), "Content-Type: application/json").is(200).says("10")
	do(t, api, "POST /few", few(11), "Content-Type: application/json").is(422)
	begin := time.Now()
	do(t, api, "POST /object", `{`+numbered(70_000, `"k%d":1`, ",")+`}`, "Content-Type: application/json").is(200).says("70000")
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("70000 members took %v", took)
	}
	do(t, api, "POST /object", `{`+numbered(120_000, `"k%d":1`, ",")+`}`, "Content-Type: application/json").is(413)
}
