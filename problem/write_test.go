package problem_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/mortise-go/mortise/problem"
)

func write(t *testing.T, method string, p *problem.Problem, before ...string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	for i := 0; i < len(before); i += 2 {
		w.Header().Add(before[i], before[i+1])
	}
	if err := problem.Write(w, httptest.NewRequest(method, "/", nil), p); err != nil {
		t.Fatal(err)
	}
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(r.Body); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWrite(t *testing.T) {
	t.Parallel()
	r := write(t, "GET", problem.Unauthorized("no token", `Bearer realm="api"`, `Basic realm="api"`))
	want := http.Header{
		"Content-Type":           {"application/problem+json"},
		"Cache-Control":          {"no-store"},
		"X-Content-Type-Options": {"nosniff"},
		"Www-Authenticate":       {`Bearer realm="api"`, `Basic realm="api"`}, // one line each
	}
	if r.StatusCode != 401 || !reflect.DeepEqual(r.Header, want) {
		t.Errorf("got %d %v, want 401 %v", r.StatusCode, r.Header, want)
	}
	if got := body(t, r); got != `{"title":"Unauthorized","status":401,"detail":"no token","code":"authorisation-required"}` {
		t.Errorf("got %s", got)
	}
}

func TestHeadHasNoBody(t *testing.T) {
	t.Parallel()
	r := write(t, "HEAD", problem.NotFound("x"))
	if got := body(t, r); got != "" || r.StatusCode != 404 || r.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %d %v %q, want the header of a GET and no body", r.StatusCode, r.Header, got)
	}
}

func TestWriteWithoutRequestOrProblem(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := problem.Write(w, nil, nil); err != nil || w.Code != 500 || w.Body.String() != `{"title":"Internal Server Error","status":500,"code":"internal-error"}` {
		t.Errorf("got %d %s, %v", w.Code, w.Body, err)
	}
}

func TestFieldsOfTheAnswerNotGivenAreRemoved(t *testing.T) {
	t.Parallel()
	r := write(t, "GET", problem.NotFound("").WithHeader("Vary", "Accept").WithHeader("X-One", "new"),
		"Content-Type", "text/csv", "Content-Length", "9", "Content-Encoding", "gzip", "ETag", `"1"`, "Last-Modified", "x", "Content-Range", "x",
		"Content-Disposition", "attachment", "Cache-Control", "max-age=9", "Vary", "Origin", "Set-Cookie", "a=1", "X-One", "old", "X-Two", "kept")
	want := http.Header{
		"Content-Type": {"application/problem+json"}, "Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"},
		"Vary": {"Origin", "Accept"}, "Set-Cookie": {"a=1"}, "X-One": {"new"}, "X-Two": {"kept"},
	}
	if !reflect.DeepEqual(r.Header, want) {
		t.Errorf("got  %v\nwant %v", r.Header, want)
	}
}

func TestAProblemMayBeCached(t *testing.T) {
	t.Parallel()
	r := write(t, "GET", problem.Gone("").WithHeader("Cache-Control", "max-age=60"))
	if got := r.Header["Cache-Control"]; !reflect.DeepEqual(got, []string{"max-age=60"}) {
		t.Errorf("Cache-Control: %q, want what the problem says", got)
	}
}

func TestHeaderInjectionIsImpossible(t *testing.T) {
	t.Parallel()
	const evil = "x\r\nSet-Cookie: a=b\x00\x7f\n\ty"
	p := problem.Unauthorized(evil, `Bearer realm="`+evil+`"`).WithChallenge(evil).WithHeader("X-Evil", evil).
		WithHeader("X-Bad\r\nName", "v").WithHeader("", "v").WithHeader("Bad Name", "v").
		WithHeader("Content-Type", "text/html").WithHeader("content-length", "1").WithHeader("Transfer-Encoding", "chunked").
		WithHeader("X-Content-Type-Options", "none").With("evil", evil)
	r := write(t, "GET", p)
	for _, name := range []string{"Content-Length", "Transfer-Encoding", "Set-Cookie"} {
		if r.Header.Get(name) != "" {
			t.Errorf("%s: %q", name, r.Header.Get(name))
		}
	}
	if r.Header.Get("Content-Type") != "application/problem+json" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("a problem changed what describes the body: %v", r.Header)
	}
	if len(r.Header) != 5 {
		t.Errorf("got the fields %v, want the three of every problem, the challenges and X-Evil", r.Header)
	}
	const clean = "x  Set-Cookie: a=b   \ty"
	if got := r.Header["Www-Authenticate"]; len(got) != 2 || got[1] != clean || r.Header.Get("X-Evil") != clean {
		t.Errorf("got %q and %q, want control characters as spaces", got, r.Header.Get("X-Evil"))
	}
	var out problem.Problem
	if err := json.Unmarshal([]byte(body(t, r)), &out); err != nil || out.Detail != evil || out.Extensions["evil"] != evil {
		t.Errorf("the body changed the text: %+v, %v", out, err)
	}
}

// faulty is a value that cannot be encoded, in one way or another.
type faulty string

func (f faulty) MarshalJSON() ([]byte, error) {
	switch f {
	case "error":
		return nil, errors.New("secret text")
	case "panic":
		panic("secret text")
	}
	return []byte(f), nil
}

func TestAProblemThatCannotBeEncodedIsASafe500(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"an error": faulty("error"), "a panic": faulty("panic"), "no JSON": faulty("{secret text"), "a channel": make(chan int), "a function": func() {},
	} {
		for _, as := range []problem.Renderer{problem.RFC9457{}, problem.FastOpenAPI{}} {
			w := httptest.NewRecorder()
			err := problem.WriteAs(as, w, nil, problem.Unauthorized("d", "Bearer").With("bad", v))
			if err == nil || w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s: %d %s, %v, want an error and a 500 that says nothing", name, w.Code, w.Body, err)
			}
			if w.Header().Get("WWW-Authenticate") != "" {
				t.Errorf("%s: the header of the problem went with another status", name)
			}
		}
	}
}

// hopeless renders nothing.
type hopeless struct{ problem.FastAPI }

func (hopeless) Body(*problem.Problem) any { return func() {} }

func TestARendererThatFailsIsReplaced(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	err := problem.WriteAs(hopeless{}, w, nil, problem.NotFound("x"))
	if err == nil || w.Code != 500 || w.Header().Get("Content-Type") != "application/problem+json" ||
		w.Body.String() != `{"title":"Internal Server Error","status":500,"code":"internal-error"}` {
		t.Errorf("got %d %v %s, %v", w.Code, w.Header(), w.Body, err)
	}
}

// broken is a connection whose client is gone.
type broken struct{ http.ResponseWriter }

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAClientThatIsGoneIsReported(t *testing.T) {
	t.Parallel()
	if err := problem.Write(broken{httptest.NewRecorder()}, nil, problem.NotFound("")); err == nil || err.Error() != "broken pipe" {
		t.Errorf("got %v, want the error of the connection", err)
	}
}

func TestAProblemIsSharedByGoroutines(t *testing.T) {
	t.Parallel()
	p := problem.Unauthorized("x", "A").With("a", map[string]int{"b": 1})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			w := httptest.NewRecorder()
			_ = problem.Write(w, nil, p)
			_ = problem.Write(httptest.NewRecorder(), nil, p.WithChallenge("B").With("c", 1).Because(errors.New("x")))
			if !strings.Contains(w.Body.String(), `"a":{"b":1}`) || len(w.Result().Header["Www-Authenticate"]) != 1 {
				t.Errorf("got %v %s", w.Result().Header, w.Body)
			}
		})
	}
	wg.Wait()
}

// FuzzWrite checks that no text changes the form of an answer.
func FuzzWrite(f *testing.F) {
	f.Add("detail", "X-Field", "value", "extension")
	f.Add("a\r\n\x00\xff\u2028</script>", "X\r\nY: z", "v\r\nSet-Cookie: a=b", "status")
	f.Add("", "", "", "")
	f.Add("x", "content-type", "text/html", "a~/\"\\")
	f.Fuzz(func(t *testing.T, detail, key, value, member string) {
		p := problem.BadRequest(detail).WithHeader(key, value).WithChallenge(value)
		p.Extensions = map[string]any{member: detail}
		w := httptest.NewRecorder()
		if err := problem.Write(w, nil, p); err != nil {
			t.Fatal(err)
		}
		for name, values := range w.Header() {
			if strings.ContainsAny(name+strings.Join(values, ""), "\r\n\x00") {
				t.Fatalf("field %q: %q", name, values)
			}
		}
		var raw bytes.Buffer
		if err := w.Result().Write(&raw); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(bufio.NewReader(&raw), nil)
		if err != nil {
			t.Fatalf("%v\n%q", err, raw.String())
		}
		for name := range r.Header {
			switch name {
			case "Content-Type", "Cache-Control", "X-Content-Type-Options", "Www-Authenticate", "Content-Length", "Connection":
			case http.CanonicalHeaderKey(key):
			default:
				t.Fatalf("field %q came from nowhere", name)
			}
		}
		var out problem.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Status != 400 || (utf8.ValidString(detail) && out.Detail != detail) {
			t.Fatalf("%s: %+v, %v", w.Body, out, err)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	p := problem.NotFound("there is no such post")
	r := httptest.NewRequest("GET", "/", nil)
	w := &discard{h: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.h)
		if err := problem.Write(w, r, p); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

func TestTheShapeIsChosenFurtherOut(t *testing.T) {
	t.Parallel()
	refuse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = problem.Write(w, r, problem.NotFound("gone fishing"))
	})
	fastAPI, standard := problem.RenderAs(problem.FastAPI{}), problem.RenderAs(problem.RFC9457{})
	for _, tt := range []struct {
		name string
		h    http.Handler
		want string
	}{
		{"nobody chose", refuse, "application/problem+json"},
		{"nil", problem.RenderAs(nil)(refuse), "application/problem+json"},
		{"the default", standard(refuse), "application/problem+json"},
		{"another", fastAPI(refuse), "application/json"},
		{"another, and nil further in", fastAPI(problem.RenderAs(nil)(refuse)), "application/json"},
		{"another, and the default further in", fastAPI(standard(refuse)), "application/problem+json"},
	} {
		w := httptest.NewRecorder()
		tt.h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if got := w.Header().Get("Content-Type"); got != tt.want || w.Code != http.StatusNotFound {
			t.Errorf("%s: %d %s, want %s", tt.name, w.Code, got, tt.want)
		}
	}
}
