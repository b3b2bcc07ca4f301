package main

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/mortisetest"
)

func TestTicksGoOnWhereTheyEnded(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newAPI())
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/ticks?every=1ms", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", "41")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	lines := bufio.NewScanner(answer.Body)
	for _, want := range []string{"event: tick", "id: 42", `data: {"number":42}`, "", "event: tick", "id: 43"} {
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("got %q, want %q", lines.Text(), want)
		}
	}
}

func TestWhatIsNotJSONAtOnce(t *testing.T) {
	t.Parallel()
	api := newAPI()
	for _, tc := range []struct {
		name, method, target, contentType, body string
		field, value                            string
		status                                  int
		want                                    string
	}{
		{"lines", "POST", "/doubled", "application/jsonl", "{\"sensor\":\"a\",\"value\":1}\n{\"sensor\":\"b\",\"value\":2}\n", "", "", 200, "{\"sensor\":\"a\",\"value\":2}\n{\"sensor\":\"b\",\"value\":4}\n"},
		{"a bad first line", "POST", "/doubled", "application/jsonl", "{\"value\":101}", "", "", 422, `"place":"body[0].sensor"`},
		{"an export", "GET", "/squares", "", "", "", "", 200, "0,0\n1,1\n2,4\n"},
		{"work for later", "POST", "/users?name=ada", "", "", "", "", 200, `"welcome"`},
		{"a note", "GET", "/note", "", "", "", "", 200, `{"text":"hello"}`},
		{"a note in XML", "GET", "/note", "", "", "Accept", "application/xml, */*;q=0.5", 200, `<note><text>hello</text></note>`},
		{"a note that did not change", "GET", "/note", "", "", "If-None-Match", `"1"`, 304, ""},
		{"a change by the blind", "PUT", "/note", "application/json", `{"text":"hi"}`, "", "", 428, "precondition-required"},
		{"a change by the late", "PUT", "/note", "application/json", `{"text":"hi"}`, "If-Match", `"0"`, 412, "precondition-failed"},
		{"a change", "PUT", "/note", "application/json", `{"text":"hi"}`, "If-Match", `"1"`, 200, `{"text":"hi"}`},
		{"a change in XML", "PUT", "/note", "application/xml", `<note><text>hi</text></note>`, "If-Match", `"1"`, 200, `{"text":"hi"}`},
		{"a change in YAML", "PUT", "/note", "application/yaml", `text: hi`, "If-Match", `"1"`, 415, "application/json or application/xml"},
	} {
		r := httptest.NewRequest(tc.method, tc.target, strings.NewReader(tc.body))
		if tc.contentType != "" {
			r.Header.Set("Content-Type", tc.contentType)
		}
		if tc.field != "" {
			r.Header.Set(tc.field, tc.value)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
			t.Errorf("%s: %d %s, want %d and %s", tc.name, w.Code, w.Body, tc.status, tc.want)
		}
	}
	if err := api.Close(); err != nil { // waits for the letter
		t.Error(err)
	}
}

func TestWhatIsPublicAsksForNothing(t *testing.T) {
	t.Parallel()
	api := newAPI()
	mortisetest.Deny(t, api, mortisetest.Matrix{
		// Ticks end when their reader goes.
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, gone := context.WithTimeout(r.Context(), 10*time.Millisecond)
			defer gone()
			api.ServeHTTP(w, r.WithContext(ctx))
		}),
	})
}
