// Command calls makes every call of the guide with the client that was generated
// for it, prints the id of each operation and fails for an answer that is not the
// documented one.
//
//	calls <address> <URL that gives the token of the next mail>
//
// It tries ten passwords, which is what the guide allows an address in a minute.
package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"clients/guide"
)

// unviolated refuses answers with which a proxy has found a violation.
type unviolated struct{}

func (unviolated) Do(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultClient.Do(r)
	if err == nil && res.Header.Get("Sl-Violations") != "" {
		err = fmt.Errorf("%s %s: %s", r.Method, r.URL.Path, res.Header.Get("Sl-Violations"))
	}
	return res, err
}

type answer interface{ StatusCode() int }

// check ends the program unless the answer has the status and what is in it is right.
func check(operation string, got answer, err error, status int, right func() bool) {
	if err != nil {
		fail(operation, err)
	}
	if got.StatusCode() != status {
		fail(operation, "status", got.StatusCode(), "instead of", status)
	}
	if !right() {
		fail(operation, fmt.Sprintf("%+v", got))
	}
	fmt.Println(operation)
}

func fail(what ...any) {
	fmt.Fprintln(os.Stderr, what...)
	os.Exit(1)
}

func header(name, value string) guide.RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set(name, value)
		return nil
	}
}

func main() {
	api, err := guide.NewClientWithResponses(os.Args[1], guide.WithHTTPClient(unviolated{}))
	if err != nil {
		fail(err)
	}
	ctx := context.Background()
	alice := login(ctx, api)
	public(ctx, api)
	accounts(ctx, api, alice)
	bob := forgotten(ctx, api, os.Args[2])
	secondFactor(ctx, api, bob)
	sessions(ctx, api)
	keys(ctx, api)
	administration(ctx, api, alice)
	posts(ctx, api, alice)

	out, err := api.LogoutWithResponse(ctx, bob)
	check("logout", out, err, 204, func() bool { return len(out.Body) == 0 })
	gone, err := api.ProfileWithResponse(ctx, bob)
	check("profile", gone, err, 401, func() bool { return gone.ApplicationproblemJSON401.Status == 401 })
	all, err := api.LogoutAllWithResponse(ctx, alice)
	check("logoutAll", all, err, 204, func() bool { return len(all.Body) == 0 })
	gone, err = api.ProfileWithResponse(ctx, alice)
	check("profile", gone, err, 401, func() bool { return gone.Headers401.WWWAuthenticate != "" })
}

// login logs in by each way and returns what adds alice's token to a request.
func login(ctx context.Context, api *guide.ClientWithResponses) guide.RequestEditorFn {
	wrong, err := api.LoginWithResponse(ctx, guide.LoginJSONRequestBody{Username: "alice", Password: "nope"})
	check("login", wrong, err, 401, func() bool { return wrong.ApplicationproblemJSON401.Code != "" })
	in, err := api.LoginWithResponse(ctx, guide.LoginJSONRequestBody{Username: "alice", Password: "wonderland-1"})
	check("login", in, err, 200, func() bool { return in.JSON200.TokenType == "bearer" && in.JSON200.ExpiresIn == 86400 })
	grant, name, password, scope := "password", "alice", "wonderland-1", "admin:read"
	form, err := api.TokenWithFormdataBodyWithResponse(ctx, guide.TokenFormdataRequestBody{GrantType: &grant, Username: &name, Password: &password, Scope: &scope})
	check("token", form, err, 200, func() bool { return *form.JSON200.Scope == scope })
	grant = "client_credentials"
	refused, err := api.TokenWithFormdataBodyWithResponse(ctx, guide.TokenFormdataRequestBody{GrantType: &grant, Username: &name, Password: &password})
	check("token", refused, err, 400, func() bool { return refused.JSON400.Error == guide.UnsupportedGrantType })
	again, err := api.RefreshWithResponse(ctx, guide.RefreshJSONRequestBody{RefreshToken: form.JSON200.RefreshToken})
	check("refresh", again, err, 200, func() bool { return again.JSON200.ExpiresIn == 900 })
	return bearer(in.JSON200.AccessToken)
}

func bearer(token string) guide.RequestEditorFn { return header("Authorization", "Bearer "+token) }

func public(ctx context.Context, api *guide.ClientWithResponses) {
	status, err := api.InternalStatusWithResponse(ctx)
	check("internalStatus", status, err, 200, func() bool { return status.JSON200.ClientIp == "127.0.0.1" })
	secure, err := api.SecureEndpointWithResponse(ctx)
	check("secureEndpoint", secure, err, 200, func() bool { return secure.JSON200.Data == "secure" })
}

func accounts(ctx context.Context, api *guide.ClientWithResponses, alice guide.RequestEditorFn) {
	protected, err := api.ProtectedWithResponse(ctx, alice)
	check("protected", protected, err, 200, func() bool { return protected.JSON200.UserId == 1 })
	profile, err := api.ProfileWithResponse(ctx, alice)
	check("profile", profile, err, 200, func() bool {
		return *profile.JSON200 == guide.Profile{Email: "alice@example.com", UserId: 1, Username: "alice"}
	})
	basic, err := api.BasicWithResponse(ctx, header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("alice:wonderland-1"))))
	check("basic", basic, err, 200, func() bool { return basic.JSON200.Message == "Hello, alice" })
	expensive, err := api.ExpensiveWithResponse(ctx, alice)
	check("expensive", expensive, err, 200, func() bool {
		return expensive.JSON200.Result == "computed for alice" && expensive.Headers200.RateLimit != ""
	})
	without, err := api.SensitiveDataWithResponse(ctx, &guide.SensitiveDataParams{}, alice)
	check("sensitiveData", without, err, 401, func() bool { return without.ApplicationproblemJSON401.Code != "" })
	code := shown("JBSWY3DPEHPK3PXP", 0)
	sensitive, err := api.SensitiveDataWithResponse(ctx, &guide.SensitiveDataParams{XTOTPCode: &code}, alice)
	check("sensitiveData", sensitive, err, 200, func() bool { return sensitive.JSON200.Data == "highly sensitive" })
}

const newPassword = "a-better-bridge-than-before"

// forgotten sets a new password for bob and returns what adds his token to a request.
func forgotten(ctx context.Context, api *guide.ClientWithResponses, mailbox string) guide.RequestEditorFn {
	asked, err := api.RequestResetWithResponse(ctx, guide.RequestResetJSONRequestBody{Email: "bob@example.com"})
	check("requestReset", asked, err, 202, func() bool { return asked.JSON202.Message != "" })
	done, err := api.ResetPasswordWithResponse(ctx, guide.ResetPasswordJSONRequestBody{Token: received(mailbox), NewPassword: newPassword})
	check("resetPassword", done, err, 200, func() bool { return done.JSON200.Message == "Password reset successful" })
	in, err := api.LoginWithResponse(ctx, guide.LoginJSONRequestBody{Username: "bob", Password: newPassword})
	check("login", in, err, 200, func() bool { return in.JSON200.AccessToken != "" })
	return bearer(in.JSON200.AccessToken)
}

// received waits for the token of the next mail.
func received(mailbox string) string {
	res, err := http.Get(mailbox)
	if err != nil {
		fail(err)
	}
	defer res.Body.Close()
	token, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		fail("no mail:", res.StatusCode, err)
	}
	return string(token)
}

// shown is what an authenticator shows after a while.
func shown(secret string, after time.Duration) string {
	code, err := totp.GenerateCode(secret, time.Now().Add(after))
	if err != nil {
		fail(err)
	}
	return code
}

func secondFactor(ctx context.Context, api *guide.ClientWithResponses, bob guide.RequestEditorFn) {
	enrolled, err := api.EnrolWithResponse(ctx, guide.EnrolJSONRequestBody{Password: newPassword}, bob)
	check("enrol", enrolled, err, 200, func() bool {
		return strings.HasPrefix(string(enrolled.JSON200.Qr), "\x89PNG") && strings.HasPrefix(enrolled.JSON200.Uri, "otpauth://totp/")
	})
	secret := enrolled.JSON200.Secret
	confirmed, err := api.ConfirmWithResponse(ctx, guide.ConfirmJSONRequestBody{Code: shown(secret, 0)}, bob)
	check("confirm", confirmed, err, 200, func() bool { return len(confirmed.JSON200.RecoveryCodes) == 10 })
	half, err := api.MfaLoginWithResponse(ctx, guide.MfaLoginJSONRequestBody{Username: "bob", Password: newPassword})
	check("mfaLogin", half, err, 200, func() bool { return half.JSON200.ExpiresIn == 300 })
	step := bearer(half.JSON200.MfaToken)
	wrong, err := api.MfaVerifyWithResponse(ctx, guide.MfaVerifyJSONRequestBody{Code: "no code"}, step)
	check("mfaVerify", wrong, err, 401, func() bool { return strings.Contains(wrong.Headers401.WWWAuthenticate, "mfa") })
	whole, err := api.MfaVerifyWithResponse(ctx, guide.MfaVerifyJSONRequestBody{Code: shown(secret, 30*time.Second)}, step)
	check("mfaVerify", whole, err, 200, func() bool { return whole.JSON200.ExpiresIn == 86400 })
	profile, err := api.ProfileWithResponse(ctx, bearer(whole.JSON200.AccessToken))
	check("profile", profile, err, 200, func() bool { return profile.JSON200.Username == "bob" })
	lost, err := api.RecoverWithResponse(ctx, guide.RecoverJSONRequestBody{Code: confirmed.JSON200.RecoveryCodes[0]}, bob)
	check("recover", lost, err, 204, func() bool { return len(lost.Body) == 0 })
	none, err := api.SensitiveDataWithResponse(ctx, &guide.SensitiveDataParams{}, bob)
	check("sensitiveData", none, err, 403, func() bool { return none.ApplicationproblemJSON403.Code != "" })
}

// sessions sends the cookie itself: a jar keeps it from a host without TLS.
func sessions(ctx context.Context, api *guide.ClientWithResponses) {
	in, err := api.SessionLoginWithResponse(ctx, guide.SessionLoginJSONRequestBody{Username: "bob", Password: newPassword})
	check("sessionLogin", in, err, 200, func() bool { return in.JSON200.Message == "Logged in" })
	cookies := in.HTTPResponse.Cookies()
	named := slices.IndexFunc(cookies, func(c *http.Cookie) bool { return c.Name == "__Host-session" })
	if named < 0 {
		fail("sessionLogin", "sets no cookie")
	}
	session := header("Cookie", cookies[named].Name+"="+cookies[named].Value)
	profile, err := api.SessionProfileWithResponse(ctx, session)
	check("sessionProfile", profile, err, 200, func() bool { return profile.JSON200.Username == "bob" })
	out, err := api.SessionLogoutWithResponse(ctx, session)
	check("sessionLogout", out, err, 204, func() bool { return len(out.Body) == 0 })
	gone, err := api.SessionProfileWithResponse(ctx, session)
	check("sessionProfile", gone, err, 401, func() bool { return gone.ApplicationproblemJSON401.Code != "" })
}

func keys(ctx context.Context, api *guide.ClientWithResponses) {
	key := header("X-API-Key", "key123")
	data, err := api.DataWithResponse(ctx, key)
	check("data", data, err, 200, func() bool { return *data.JSON200 == guide.Data{Data: "sensitive", User: "alice"} })
	limited, err := api.LimitedDataWithResponse(ctx, key)
	check("limitedData", limited, err, 200, func() bool { return limited.JSON200.User == "alice" })
	query, err := api.DataByQueryWithResponse(ctx, func(_ context.Context, r *http.Request) error {
		r.URL.RawQuery = "api_key=key456"
		return nil
	})
	check("dataByQuery", query, err, 200, func() bool { return query.JSON200.User == "bob" })
}

func administration(ctx context.Context, api *guide.ClientWithResponses, alice guide.RequestEditorFn) {
	users, err := api.ListUsersWithResponse(ctx, alice)
	check("listUsers", users, err, 200, func() bool { return len(users.JSON200.Users) == 4 })
	stats, err := api.StatsWithResponse(ctx, alice)
	check("stats", stats, err, 200, func() bool { return *stats.JSON200 == guide.Stats{Posts: 2, Users: 4} })
	roles, err := api.ListRolesWithResponse(ctx, alice)
	check("listRoles", roles, err, 200, func() bool { return roles.JSON200.Roles["viewer"][0] == "posts:read" })
	reports, err := api.ListReportsWithResponse(ctx, alice)
	check("listReports", reports, err, 200, func() bool { return reports.JSON200.For == "alice" && reports.JSON200.Reports != nil })
	deleted, err := api.DeleteUserWithResponse(ctx, 3, alice)
	check("deleteUser", deleted, err, 200, func() bool { return deleted.JSON200.Deleted == 3 })
	none, err := api.DeleteUserWithResponse(ctx, 99, alice)
	check("deleteUser", none, err, 404, func() bool { return *none.ApplicationproblemJSON404.Detail == "user not found" })
}

func posts(ctx context.Context, api *guide.ClientWithResponses, alice guide.RequestEditorFn) {
	one := int64(1)
	list, err := api.ListPostsWithResponse(ctx, &guide.ListPostsParams{Limit: &one, Offset: &one})
	check("listPosts", list, err, 200, func() bool { return len(list.JSON200.Posts) == 1 && list.JSON200.Count == 2 })
	body := "by a client"
	created, err := api.CreatePostWithResponse(ctx, guide.CreatePostJSONRequestBody{Title: "Generated", Body: &body}, alice)
	check("createPost", created, err, 201, func() bool { return *created.JSON201 == guide.Post{Body: body, Id: 3, OwnerId: 1, Title: "Generated"} })
	updated, err := api.UpdatePostWithResponse(ctx, 3, guide.UpdatePostJSONRequestBody{Title: "Again"}, alice)
	check("updatePost", updated, err, 200, func() bool { return updated.JSON200.Updated == 3 })
	post, err := api.GetPostWithResponse(ctx, 3)
	check("getPost", post, err, 200, func() bool { return post.JSON200.Title == "Again" && post.JSON200.Body == "" })
	deleted, err := api.DeleteArticleWithResponse(ctx, 3, alice)
	check("deleteArticle", deleted, err, 200, func() bool { return deleted.JSON200.Deleted == 3 })
	gone, err := api.GetPostWithResponse(ctx, 3)
	check("getPost", gone, err, 404, func() bool { return *gone.ApplicationproblemJSON404.Detail == "post not found" })
}
