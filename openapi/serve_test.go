package openapi_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/openapi"
)

func fetch(h http.Handler, method string, header http.Header) *http.Response {
	r := httptest.NewRequest(method, "/openapi.json", nil)
	r.Header = header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestServing(t *testing.T) {
	t.Parallel()
	d := blog()
	want, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	h := d.Handler()
	plain := fetch(h, "GET", http.Header{})
	if got := body(t, plain); got != string(want) || plain.StatusCode != 200 {
		t.Errorf("GET = %d %s", plain.StatusCode, got)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Vary": "Accept-Encoding", "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff",
	} {
		if got := plain.Header.Get(name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	etag := plain.Header.Get("Etag")
	if len(etag) < 10 || !strings.HasPrefix(etag, `"`) || plain.ContentLength != int64(len(want)) {
		t.Errorf("Etag %s, length %d", etag, plain.ContentLength)
	}
	head := fetch(h, "HEAD", http.Header{})
	if b := body(t, head); b != "" || head.Header.Get("Etag") != etag || head.Header.Get("Content-Length") != plain.Header.Get("Content-Length") {
		t.Errorf("HEAD = %q %v", b, head.Header)
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	d := blog()
	want, _ := d.JSON()
	h := d.Handler()
	for accept, gzipped := range map[string]bool{
		"gzip": true, "br, gzip;q=0.5": true, "GZIP": true, "*": true, "*;q=0.1, br": true,
		"": false, "br": false, "gzip;q=0": false, "gzip; q=0.000": false, "gzip;q=0, *": false, "*;q=0": false, "identity": false, "xgzip": false,
	} {
		r := fetch(h, "GET", http.Header{"Accept-Encoding": {accept}})
		got := body(t, r)
		if (r.Header.Get("Content-Encoding") == "gzip") != gzipped {
			t.Errorf("Accept-Encoding %q: Content-Encoding %q", accept, r.Header.Get("Content-Encoding"))
		}
		if gzipped {
			zr, err := gzip.NewReader(strings.NewReader(got))
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(zr)
			if err != nil {
				t.Fatal(err)
			}
			got = string(b)
		}
		if got != string(want) {
			t.Errorf("Accept-Encoding %q: another document", accept)
		}
	}
}

func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	h := blog().Handler()
	plain := fetch(h, "GET", http.Header{}).Header.Get("Etag")
	zipped := fetch(h, "GET", http.Header{"Accept-Encoding": {"gzip"}}).Header.Get("Etag")
	if plain == zipped {
		t.Errorf("both codings have the strong tag %s", plain)
	}
	for _, match := range []string{plain, zipped, "W/" + plain, `"a", ` + plain, "*"} {
		r := fetch(h, "GET", http.Header{"If-None-Match": {match}})
		if b := body(t, r); r.StatusCode != 304 || b != "" || r.Header.Get("Etag") == "" || r.Header.Get("Content-Type") != "" {
			t.Errorf("If-None-Match %s: %d %q %v", match, r.StatusCode, b, r.Header)
		}
	}
	for _, match := range []string{"", `"x"`, strings.Trim(plain, `"`)} {
		if r := fetch(h, "GET", http.Header{"If-None-Match": {match}}); r.StatusCode != 200 {
			t.Errorf("If-None-Match %s: %d", match, r.StatusCode)
		}
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	t.Parallel()
	r := fetch(blog().Handler(), "POST", http.Header{})
	if r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST = %d %v", r.StatusCode, r.Header)
	}
}

// TestMistakesAreNotServed: they name types and files.
func TestMistakesAreNotServed(t *testing.T) {
	t.Parallel()
	d := openapi.New(info)
	d.Add(answers("/v", reflect.TypeFor[chan int]()))
	r := fetch(d.Handler(), "GET", http.Header{})
	b := body(t, r)
	if r.StatusCode != 500 || r.Header.Get("Content-Type") != "application/problem+json" || strings.Contains(b, "chan") {
		t.Errorf("GET = %d %v %s", r.StatusCode, r.Header, b)
	}
}

// TestTheFirstRequestsMayComeTogether, and each gets the same document; run with -race.
func TestTheFirstRequestsMayComeTogether(t *testing.T) {
	t.Parallel()
	d := blog()
	h := d.Handler()
	var wg sync.WaitGroup
	tags := make([]string, 16)
	for i := range tags {
		wg.Go(func() { tags[i] = fetch(h, "GET", http.Header{}).Header.Get("Etag") })
	}
	wg.Wait()
	for _, tag := range tags {
		if tag == "" || tag != tags[0] {
			t.Fatalf("tags are %q", tags)
		}
	}
}

func TestAnAdditionIsServed(t *testing.T) {
	t.Parallel()
	d := small()
	h := d.Handler()
	before := fetch(h, "GET", http.Header{}).Header.Get("Etag")
	var wg sync.WaitGroup
	wg.Go(func() { d.Add(answers("/new", nil)) })
	wg.Go(func() { fetch(h, "GET", http.Header{}) })
	wg.Wait()
	r := fetch(h, "GET", http.Header{})
	if r.Header.Get("Etag") == before || !strings.Contains(body(t, r), `"/new"`) {
		t.Error("the addition is missing")
	}
}

// TestOperationsMayBeAddedConcurrently; run with -race.
func TestOperationsMayBeAddedConcurrently(t *testing.T) {
	t.Parallel()
	d := openapi.New(info)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			d.Add(answers("/"+string(rune('a'+i)), reflect.TypeFor[Shelf]()))
			_ = d.Check()
		})
	}
	wg.Wait()
	if got := len(decode(t, d)["paths"].(map[string]any)); got != 16 {
		t.Errorf("there are %d paths", got)
	}
}
