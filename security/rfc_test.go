package security_test

import (
	"encoding/base64"
	"net/http"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security"
)

func TestRFC7515AppendixA1(t *testing.T) {
	t.Parallel()
	key, err := base64.RawURLEncoding.DecodeString("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
	if err != nil {
		t.Fatal(err)
	}
	v := newVerifier(t, security.VerifierConfig{
		Algorithms: []string{"HS256"}, Key: key, Issuer: "joe", AnyAudience: true,
		Clock: func() time.Time { return time.Unix(1300819379, 0) },
	})
	const token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX"
	type claims struct {
		IsRoot bool `json:"http://example.com/is_root"`
	}
	c, err := security.Verify[claims](v, token+"k")
	if err != nil || !c.IsRoot {
		t.Errorf("Verify = %+v, %v", c, err)
	}
	mustRefuse(t, v, token+"l", security.ErrInvalidToken) // A29: the same octets
}

func TestRFC8037AppendixA4(t *testing.T) {
	t.Parallel()
	set, err := security.ParseJWKSet([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	const token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
	payload, err := security.VerifyJWS(set, token)
	if err != nil || string(payload) != "Example of Ed25519 signing" {
		t.Errorf("VerifyJWS = %q, %v", payload, err)
	}
}

func TestRFC7617Examples(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]security.BasicCredentials{
		"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==": {User: "Aladdin", Password: "open sesame"},
		"Basic dGVzdDoxMjPCow==":             {User: "test", Password: "123£"},
	} {
		got, err := security.ReadBasic(http.Header{"Authorization": {value}})
		if err != nil || got.User != want.User || got.Password != want.Password {
			t.Errorf("ReadBasic(%q) = %q, %q, %v", value, got.User, got.Password, err)
		}
	}
}
