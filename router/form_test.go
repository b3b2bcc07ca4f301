package router_test

import (
	"context"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

const formType = "Content-Type: application/x-www-form-urlencoded"

type grant struct {
	Type   string   `form:"grant_type" enum:"password"`
	User   string   `form:"username" validate:"max=5"`
	Scopes []string `form:"scope,space"`
	Days   int      `form:"days" default:"1"`
	Keep   bool     `form:"keep" default:"false"`
	Page   int      `query:"page" default:"1"`
}

func formAPI(t testing.TB, opts ...router.Option) *mortise.API {
	api := mortise.New("Forms", "1", opts...)
	mortise.Post(api, "/token", echoes[grant])
	return built(t, api)
}

func TestFormsAreRead(t *testing.T) {
	t.Parallel()
	do(t, formAPI(t), "POST /token?page=3", "grant_type=password&username=a%20b&scope=x+y&keep=on", formType).is(200).
		says(`{"Type":"password","User":"a b","Scopes":["x","y"],"Days":1,"Keep":true,"Page":3}`)
}

func TestAllMistakesOfAFormAreToldTogether(t *testing.T) {
	t.Parallel()
	api := formAPI(t)
	do(t, api, "POST /token?page=x", "username=abcdef&days=z", formType).is(422).
		places("query.page type", "form.grant_type required", "form.username max", "form.days type")
	do(t, api, "POST /token", "").is(422).places("form.grant_type required", "form.username required")
}

func TestAFormIsReadFromTheBodyOnly(t *testing.T) { // A59, A186
	t.Parallel()
	api := formAPI(t)
	do(t, api, "POST /token?grant_type=password&username=a", "", formType).is(422)
	do(t, api, "POST /token?grant_type=x&username=query", "grant_type=password&username=body", formType).is(200).lacks("query")
}

func TestFormsOfAnotherKindAreRefused(t *testing.T) {
	t.Parallel()
	api := formAPI(t)
	good := "grant_type=password&username=a"
	do(t, api, "POST /token", good).is(415).has("Accept", "application/x-www-form-urlencoded")
	do(t, api, "POST /token", good, "Content-Type: multipart/form-data; boundary=x").is(415)
	do(t, api, "POST /token", good, "Content-Type: application/x-www-form-urlencoded; charset=UTF-8").is(200)
}

func TestFormsThatTwoReadersMayReadDifferentlyAreRefused(t *testing.T) { // A178, A185
	t.Parallel()
	api := formAPI(t)
	for _, body := range []string{
		"grant_type=password&username=a&username=b", "grant_type=password;username=a", "grant_type=%zz",
		"grant_type=password&username=a&" + strings.Repeat("x=1&", 1001), "username=%00", "username=%ff",
	} {
		do(t, api, "POST /token", body, formType).is(400).code("bad-request")
	}
}

func TestFormsHaveTheLimitOfBodies(t *testing.T) {
	t.Parallel()
	api := formAPI(t, router.MaxBody(30))
	do(t, api, "POST /token", "grant_type=password&username=a", formType).is(200) // 30 bytes
	do(t, api, "POST /token", "grant_type=password&username=ab", formType).is(413).has("Connection", "close")
}

func TestFormsOfDependenciesAndHandlerAreOneForm(t *testing.T) {
	t.Parallel()
	type client string
	api := mortise.New("Shared", "1")
	api.Provide(mortise.Depends(func(_ context.Context, in struct {
		ID string `form:"client_id"`
	}) (client, error) {
		return client(in.ID), nil
	}))
	mortise.Post(api, "/", func(_ context.Context, in struct {
		Client client
		Code   string `form:"code"`
	}) (string, error) {
		return string(in.Client) + " " + in.Code, nil
	})
	built(t, api)
	do(t, api, "POST /", "client_id=a&code=b", formType).is(200).says(`"a b"`)
	do(t, api, "POST /", "", formType).is(422).places("form.client_id required", "form.code required")
}
