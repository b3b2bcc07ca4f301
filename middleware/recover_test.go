package middleware_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/middleware"
)

// A203, A205
func TestAPanicIsAnsweredWithoutItsReason(t *testing.T) {
	t.Parallel()
	for _, v := range []any{"secret reason", errors.New("secret reason"), runtime.Error(nil)} {
		var j journal
		mux := http.NewServeMux()
		mux.HandleFunc("GET /x", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Header().Set("ETag", `"x"`)
			panic(v)
		})
		h := middleware.Chain(middleware.Recover(j.logger()), middleware.RequestID, middleware.Timeout(1<<40))(mux)
		res := serve(h, request(http.MethodGet, "/x", xid, "req-1"))
		if res.Header.Get("Content-Length") == "100" || res.Header.Get("ETag") != "" {
			t.Errorf("the header is %v", res.Header)
		}
		body := bodyOf(res)
		if res.StatusCode != http.StatusInternalServerError || strings.Contains(body, "secret") || !strings.Contains(body, `"instance":"urn:request:req-1"`) || !strings.Contains(body, `"code":"internal-error"`) {
			t.Errorf("the answer is %d %s", res.StatusCode, body)
		}
		line := j.line(t)
		if line["level"] != "ERROR" || line["request_id"] != "req-1" || line["route"] != "GET /x" || line["method"] != "GET" {
			t.Errorf("the line is %v", line)
		}
		if s, ok := v.(string); ok && line["panic"] != s {
			t.Errorf("the reason is %v", line["panic"])
		}
		if !strings.Contains(line["stack"].(string), "recover_test.go") {
			t.Errorf("the stack does not show the handler: %v", line["stack"])
		}
	}
}

// A203
func TestAnAnswerThatHasBegunIsCutOff(t *testing.T) {
	t.Parallel()
	var j journal
	server := httptest.NewServer(middleware.Recover(j.logger())(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("half"))
		w.(http.Flusher).Flush()
		panic("x")
	})))
	defer server.Close()
	res, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("the client takes %q for all", body)
	}
	if j.line(t)["panic"] != "x" {
		t.Errorf("the log is %s", j.String())
	}
}

// A203
func TestErrAbortHandlerPasses(t *testing.T) {
	t.Parallel()
	var j journal
	defer func() {
		if v := recover(); v != http.ErrAbortHandler || j.String() != "" {
			t.Errorf("the panic is %v, the log %q", v, j.String())
		}
	}()
	serve(middleware.Recover(j.logger())(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })), get())
}
