package session_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security/session"
)

// What a session costs is the difference to a request without a lock.
func BenchmarkRequestWithASession(b *testing.B) {
	var t testing.T
	f := newFixture(&t, func(c *session.Config) {
		c.Store, c.Clock = session.NewMemory(session.MemoryConfig{}), time.Now
	})
	r := httptest.NewRequest("GET", "/profile", nil)
	name, value, _ := strings.Cut(f.login("ada"), ": ")
	r.Header.Set(name, value)
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		f.api.ServeHTTP(w, r)
	}
	if w.failed {
		b.Error("the session was refused")
	}
}

func BenchmarkLoad(b *testing.B) {
	store := session.NewMemory(session.MemoryConfig{})
	for n := range 10_000 {
		if !must(store.Swap(b.Context(), session.ID{}, 0, idOf(n), record(strconv.Itoa(n), time.Now())))(b) {
			b.Fatal("not stored")
		}
	}
	id := idOf(77)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, _, _ = store.Load(b.Context(), id)
		}
	})
}

type discard struct {
	header http.Header
	failed bool
}

func (d *discard) Header() http.Header       { return d.header }
func (*discard) Write(p []byte) (int, error) { return io.Discard.Write(p) }
func (d *discard) WriteHeader(status int)    { d.failed = d.failed || status != 200 }
