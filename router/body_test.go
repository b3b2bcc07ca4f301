package router_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

type order struct {
	Item  string `json:"item" validate:"required"`
	Count int    `json:"count" validate:"max=100"`
}

// takes declares POST / with a body of type T, which it answers with.
func takes[T any](api *mortise.API, path string, opts ...router.Option) {
	mortise.Post(api, path, func(_ context.Context, in struct {
		Body T `body:"json"`
	}) (T, error) {
		return in.Body, nil
	}, opts...)
}

func TestJSONIsReadStrictly(t *testing.T) {
	t.Parallel()
	api := mortise.New("Strict JSON", "1")
	takes[order](api, "/")
	built(t, api)
	deep := strings.Repeat("[", 65) + strings.Repeat("]", 65)
	for _, tt := range []struct {
		name, body string
		status     int
		code       string // of the one mistake
	}{
		{"a good body is accepted", `{"item":"a","count":1}`, 200, ""},
		{"space around it does not matter", " \n{\"item\":\"a\"}\t\r\n", 200, ""},
		{"a member without a field is passed over", `{"item":"a","price":1}`, 200, ""},
		{"a member given twice", `{"item":"a","item":"b"}`, 400, "duplicate"},                    // A177
		{"a member given twice, once escaped", `{"item":"a","\u0069tem":"b"}`, 400, "duplicate"}, // A177
		{"a member in other letters is another member", `{"ITEM":"a"}`, 422, "required"},         // A179
		{"text behind the value", `{"item":"a"} x`, 400, "trailing"},                             // A180
		{"a second value", `{"item":"a"}{}`, 400, "trailing"},                                    // A180
		{"a byte order mark", "\xef\xbb\xbf{\"item\":\"a\"}", 400, "encoding"},                   // A180
		{"bytes that are not UTF-8", "{\"item\":\"\xff\"}", 400, "encoding"},                     // A180
		{"half a surrogate pair", `{"item":"\ud800"}`, 400, "encoding"},                          // A180
		{"UTF-16", "\xff\xfe{\x00}\x00", 400, "encoding"},                                        // A180
		{"65 levels", `{"item":` + deep + `}`, 400, "depth"},                                     // A176
		{"a NUL in a string is text", `{"item":"a\u0000"}`, 200, ""},
		{"a number with an exponent for an int", `{"item":"a","count":1e2}`, 422, "type"}, // A181
		{"a number with a fraction for an int", `{"item":"a","count":1.5}`, 422, "type"},  // A181
		{"a number that does not fit", `{"item":"a","count":1e400}`, 422, "type"},         // A181
		{"leading zeros", `{"item":"a","count":01}`, 400, "malformed"},                    // A181
		{"NaN", `{"item":"a","count":NaN}`, 400, "malformed"},                             // A181
		{"single quotes", `{'item':'a'}`, 400, "malformed"},
		{"a comment", `{/**/}`, 400, "malformed"},
		{"a trailing comma", `{"item":"a",}`, 400, "malformed"},
		{"a rule that is broken", `{"item":"a","count":101}`, 422, "max"},
		{"an array", `[]`, 422, "type"},
		{"a string", `"a"`, 422, "type"},
		{"null", `null`, 422, "required"},
		{"null with space around it", " null\n", 422, "required"},
		{"nothing", "", 422, "required"},
		{"space alone", "  ", 400, "malformed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := do(t, api, "POST /", tt.body).is(tt.status)
			if tt.code == "" {
				return
			}
			if errs := a.problem().Errors; len(errs) != 1 || errs[0].Code != tt.code || !strings.HasPrefix(errs[0].Place, "body") {
				t.Errorf("mistakes %+v, want one in the body with code %q", errs, tt.code)
			}
		})
	}
}

func TestMistakesInABodyHaveAPathAndAPointer(t *testing.T) {
	t.Parallel()
	type cart struct {
		Orders []order        `json:"orders" validate:"dive"`
		Notes  map[string]int `json:"no/tes"`
	}
	api := mortise.New("Carts", "1")
	takes[cart](api, "/")
	errs := do(t, built(t, api), "POST /", `{"orders":[{"item":"a","count":"x"},{"item":1}],"no/tes":{"a":"b"}}`).is(422).
		places("body.orders[0].count type", "body.orders[1].item type", `body["no/tes"].a type`).problem().Errors
	for i, want := range []string{"/orders/0/count", "/orders/1/item", "/no~1tes/a"} {
		if errs[i].Pointer != want {
			t.Errorf("pointer %q, want %q", errs[i].Pointer, want)
		}
	}
	do(t, api, "POST /", `{"orders":[{"item":"a"},{"count":101}],"no/tes":{}}`).is(422).
		places("body.orders[1].item required", "body.orders[1].count max")
}

func TestNullIsNoBodyWhereTheTypeHasNoPlaceForIt(t *testing.T) {
	t.Parallel()
	type patch struct {
		Name *string `json:"name"`
	}
	api := mortise.New("Null", "1")
	takes[patch](api, "/object")
	takes[[]int](api, "/array")
	takes[map[string]int](api, "/map")
	takes[string](api, "/string")
	takes[*patch](api, "/pointer")
	takes[any](api, "/any")
	takes[json.RawMessage](api, "/raw")
	built(t, api)
	for path, detail := range map[string]string{
		"/object": "expected an object, got null", "/map": "expected an object, got null",
		"/array": "expected an array, got null", "/string": "expected a value, got null",
	} {
		errs := do(t, api, "POST "+path, "null").is(422).places("body required").problem().Errors
		if len(errs) == 1 && errs[0].Detail != detail {
			t.Errorf("%s: detail %q, want %q", path, errs[0].Detail, detail)
		}
	}
	for _, path := range []string{"/pointer", "/any", "/raw"} {
		do(t, api, "POST "+path, "null").is(200).says("null")
	}
}

func TestABodyBehindAPointerMayBeMissing(t *testing.T) {
	t.Parallel()
	api := mortise.New("Optional", "1")
	takes[*order](api, "/")
	built(t, api)
	do(t, api, "POST /", "").is(200).says("null")
	do(t, api, "POST /", "", "Content-Type: text/plain").is(200).says("null")
	do(t, api, "POST /", `{"item":"a"}`).is(200).says(`{"item":"a","count":0}`)
	do(t, api, "POST /", `{}`).is(422).places("body.item required")
}

func TestUnknownMembersAreRefusedOnRequest(t *testing.T) { // A81
	t.Parallel()
	api := mortise.New("Known", "1", router.RejectUnknownMembers())
	takes[order](api, "/")
	do(t, built(t, api), "POST /", `{"item":"a","is_admin":true,"role":"admin"}`).is(422).
		places("body.is_admin unknown", "body.role unknown")
}

func TestOnlyJSONInUTF8IsTaken(t *testing.T) { // A182, A183
	t.Parallel()
	api := mortise.New("Kinds", "1")
	takes[order](api, "/")
	built(t, api)
	for _, tt := range []struct {
		name   string
		fields []string
		status int
	}{
		{"JSON", []string{"Content-Type: application/json"}, 200},
		{"JSON in other letters", []string{"Content-Type: Application/JSON"}, 200},
		{"JSON with its charset", []string{"Content-Type: application/json; charset=utf-8"}, 200},
		{"JSON with its charset in other letters", []string{`Content-Type: application/json; charset="UTF-8"`}, 200},
		{"something that is JSON", []string{"Content-Type: application/merge-patch+json"}, 200},
		{"identity is no coding", []string{"Content-Encoding: identity"}, 200},
		{"no type", []string{"Content-Type:"}, 415},
		{"plain text", []string{"Content-Type: text/plain"}, 415},
		{"another tree", []string{"Content-Type: text/x+json"}, 415},
		{"another charset", []string{"Content-Type: application/json; charset=utf-16"}, 415},
		{"something that is JSON in another charset", []string{"Content-Type: application/merge-patch+json; charset=iso-8859-1"}, 415},
		{"two charsets", []string{"Content-Type: application/json; charset=utf-8; charset=utf-16"}, 415},
		{"two types", []string{"Content-Type: application/json", "Content-Type: application/json"}, 415},
		{"two types in one field", []string{"Content-Type: application/json, text/plain"}, 415},
		{"no type at all in the field", []string{"Content-Type: ;"}, 415},
		{"a form", []string{"Content-Type: application/x-www-form-urlencoded"}, 415},
		{"a gzip bomb, or any gzip", []string{"Content-Encoding: gzip"}, 415},
		{"deflate", []string{"Content-Encoding: deflate"}, 415},
		{"gzip by its old name", []string{"Content-Encoding: X-GZIP"}, 415},
		{"gzip within gzip", []string{"Content-Encoding: gzip, gzip"}, 415},
		{"gzip behind identity", []string{"Content-Encoding: identity", "Content-Encoding: gzip"}, 415},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := do(t, api, "POST /", `{"item":"a"}`, tt.fields...).is(tt.status)
			if tt.status == 415 && a.header.Get("Accept") == "" && a.header.Get("Accept-Encoding") == "" {
				t.Error("the answer does not say what would work")
			}
		})
	}
}

// A183: neither are bodies of other kinds undone.
func TestNoBodyIsDecompressed(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	_, _ = w.Write(bytes.Repeat([]byte(" "), 4<<20))
	_ = w.Close()
	raw, forms, uploads, api := rawAPI(t), formAPI(t), uploadAPI(t), mortise.New("Coded", "1")
	takes[order](api, "/json")
	mortise.Post(api, "/lines", func(_ context.Context, in struct {
		Lines router.Lines[order] `body:"jsonl"`
	}) (none, error) {
		for _, err := range in.Lines {
			return none{}, err
		}
		return none{}, nil
	})
	built(t, api)
	for _, tt := range []struct {
		api        *mortise.API
		path, kind string
	}{
		{api, "/json", "Content-Type: application/json"},
		{api, "/lines", "Content-Type: application/jsonl"},
		{raw, "/reader", "Content-Type: image/png"},
		{raw, "/bytes", "Content-Type: a/b"},
		{raw, "/text", "Content-Type: text/plain"},
		{forms, "/token", formType},
		{uploads, "/", multipartType},
	} {
		do(t, tt.api, "POST "+tt.path, bomb.String(), tt.kind, "Content-Encoding: gzip").is(415).has("Accept-Encoding", "identity")
	}
}

// A187, A190: names that mean something to other languages mean nothing here, and
// texts that look alike are different ones.
func TestNamesAndTextsAreKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	api := mortise.New("Texts", "1")
	takes[map[string]any](api, "/map")
	takes[order](api, "/struct")
	built(t, api)
	for _, body := range []string{
		`{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"toString":1}`,
		"{\"cafe\u0301\":2,\"caf\u00e9\":1,\"\u202eefac\":3,\"\uff43afe\":4}",
		"{\"name\":\"a\u200b\u0430\u0301\u202e\"}",
	} {
		do(t, api, "POST /map", body).is(200).says(body)
	}
	do(t, api, "POST /struct", `{"item":"a","__proto__":{"count":7},"constructor":{"prototype":{"count":7}}}`).is(200).says(`{"item":"a","count":0}`)
}

func TestADELETEMayHaveABodyThatIsReadAndDocumented(t *testing.T) {
	t.Parallel()
	api := mortise.New("Delete", "1")
	mortise.Delete(api, "/", func(_ context.Context, in struct {
		Body order `body:"json"`
	}) (string, error) {
		return in.Body.Item, nil
	})
	do(t, built(t, api), "DELETE /", `{"item":"a"}`).is(200).says(`"a"`)
	if documented(t, api, "DELETE /")["requestBody"] == nil {
		t.Error("the body is not documented")
	}
}
