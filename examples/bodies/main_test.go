package main

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

func send(t *testing.T, request, body string) (int, string) {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	newAPI().ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, request, body string
		status              int
		says                string
	}{
		{
			"a card", "POST /payments", `{"cents":1000,"payment":{"kind":"card","number":"4111111111111111"}}`, 200,
			`{"cents":1020,"payment":{"kind":"card","number":"4111111111111111"}}`,
		},
		{
			"a transfer", "POST /payments", `{"cents":1000,"payment":{"iban":"DE02120300000000202051","kind":"transfer"}}`, 200,
			`{"cents":1000,"payment":{"kind":"transfer","iban":"DE02120300000000202051"}}`,
		},
		{
			"a kind that there is not", "POST /payments", `{"cents":1000,"payment":{"kind":"cash"}}`, 422,
			`"place":"body.payment.kind","pointer":"/payment/kind","code":"oneof","detail":"must be one of card, transfer"`,
		},
		{"a rule of a type", "POST /payments", `{"cents":1,"payment":{"kind":"card","number":"1"}}`, 422, `"place":"body.payment.number"`},
		{"no payment", "POST /payments", `{"cents":1}`, 422, `"place":"body.payment","pointer":"/payment","code":"required"`},
		{"nothing changes", "PATCH /parcels/1", `{}`, 200, `{"state":"packed","note":"fragile"}`},
		{"one thing changes", "PATCH /parcels/1", `{"state":"sent"}`, 200, `{"state":"sent","note":"fragile"}`},
		{"null removes", "PATCH /parcels/1", `{"note":null}`, 200, `{"state":"packed","note":null}`},
		{"null where there is none", "PATCH /parcels/1", `{"state":null}`, 422, `"detail":"expected a string, got null"`},
		{"a value that is not listed", "PATCH /parcels/1", `{"state":"eaten"}`, 422, `"detail":"must be one of packed, sent, lost"`},
		{"no parcel", "PATCH /parcels/2", `{}`, 404, `there is no such parcel`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if status, body := send(t, c.request, c.body); status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.says)
			}
		})
	}
}

// TestTheDocumentIsTheSameInAProgramAndInATest, whose types belong to packages of
// different paths.
func TestTheDocumentIsTheSameInAProgramAndInATest(t *testing.T) {
	t.Parallel()
	printed, err := exec.CommandContext(t.Context(), "go", "run", ".", "openapi").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, served := send(t, "GET /openapi.json", "")
	var fromProgram, fromTest any
	if err := errors.Join(json.Unmarshal(printed, &fromProgram), json.Unmarshal([]byte(served), &fromTest)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(fromProgram, fromTest) {
		t.Errorf("the program prints %s\nthe test serves %s", printed, served)
	}
}

func TestTheDocumentShowsTheDiscriminator(t *testing.T) {
	t.Parallel()
	_, document := send(t, "GET /openapi.json", "")
	for _, text := range []string{
		`"discriminator":{"mapping":{"card":"#/components/schemas/Card","transfer":"#/components/schemas/Transfer"},"propertyName":"kind"}`,
		`"Method":{`, `"enum":["packed","sent","lost"]`, `"note":{"maxLength":80,"type":["string","null"]}`,
	} {
		if !strings.Contains(document, text) {
			t.Errorf("the document does not say %s: %s", text, document)
		}
	}
}

func TestWhatIsPublicAsksForNothing(t *testing.T) {
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
