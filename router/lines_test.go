package router_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

const linesType = "Content-Type: application/jsonl"

func linesOf[T any](list ...T) func(context.Context, none) (router.Lines[T], error) {
	return func(context.Context, none) (router.Lines[T], error) {
		return func(yield func(T, error) bool) {
			for _, v := range list {
				if !yield(v, nil) {
					return
				}
			}
		}, nil
	}
}

func TestLinesAreSent(t *testing.T) {
	t.Parallel()
	api := mortise.New("Lines", "1")
	mortise.Get(api, "/", linesOf(tick{1, "a\n"}, tick{2, ""}))
	mortise.Get(api, "/nd", linesOf(1, 2), router.ContentType("application/x-ndjson"))
	mortise.Get(api, "/none", linesOf[int]())
	mortise.Get(api, "/nil", gives(router.Lines[int](nil)))
	built(t, api)
	do(t, api, "GET /", "").is(200).has("Content-Type", "application/jsonl").says("{\"n\":1,\"text\":\"a\\n\"}\n{\"n\":2,\"text\":\"\"}")
	do(t, api, "GET /nd", "").is(200).has("Content-Type", "application/x-ndjson").says("1\n2")
	do(t, api, "GET /none", "").is(200).says("")
	do(t, api, "GET /nil", "").is(200).says("")
}

func TestALineIsNotHeldBack(t *testing.T) {
	t.Parallel()
	next := make(chan int)
	api := mortise.New("Live", "1", quiet())
	mortise.Get(api, "/", func(ctx context.Context, _ none) (router.Lines[int], error) {
		return func(yield func(int, error) bool) {
			for {
				select {
				case n := <-next:
					if !yield(n, nil) {
						return
					}
				case <-ctx.Done():
					return
				}
			}
		}, nil
	})
	server := serves(t, api)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	go func() { next <- 0 }()
	lines := bufio.NewScanner(fetch(ctx, t, server.URL).Body)
	for i := range 4 {
		if i > 0 {
			next <- i
		}
		if !lines.Scan() || lines.Text() != strconv.Itoa(i) {
			t.Fatalf("line %d is %q, %v", i, lines.Text(), lines.Err())
		}
	}
}

// sums adds the counts of orders, and collects what is wrong with others.
func sums(_ context.Context, in struct {
	Orders router.Lines[order] `body:"jsonl"`
}) (int, error) {
	sum := 0
	for o, err := range in.Orders {
		if err != nil {
			return 0, err
		}
		sum += o.Count
	}
	return sum, nil
}

func TestLinesAreReadStrictlyAndChecked(t *testing.T) { // A177, A180
	t.Parallel()
	api := mortise.New("Read", "1", router.RejectUnknownMembers(), router.MaxLine(40), router.MaxBody(200))
	mortise.Post(api, "/", sums)
	built(t, api)
	long := `{"item":"` + strings.Repeat("x", 20) + `","count":1}` // 41 bytes
	for _, tt := range []struct {
		name, body string
		status     int
		want       string // the answer, or place and code of its mistake
	}{
		{"lines", "{\"item\":\"a\",\"count\":1}\n{\"item\":\"b\",\"count\":2}\n", 200, "3"},
		{"the last without an end", "{\"item\":\"a\",\"count\":1}\n{\"item\":\"b\",\"count\":2}", 200, "3"},
		{"ends of two characters", "{\"item\":\"a\",\"count\":1}\r\n", 200, "1"},
		{"blank lines", "\n{\"item\":\"a\",\"count\":1}\n\n", 200, "1"},
		{"nothing", "", 200, "0"},
		{"a rule that is broken", "{\"item\":\"a\"}\n{\"item\":\"\"}\n", 422, "body[1].item required"},
		{"another type", "{\"item\":1}", 422, "body[0].item type"},
		{"null", "null", 422, "body[0] required"},
		{"a member that is unknown", `{"item":"a","b":1}`, 422, "body[0].b unknown"},
		{"no JSON", "{\"item\":\"a\"}\n{", 400, "body[1] malformed"},
		{"two values in a line", `{"item":"a"}{"item":"b"}`, 400, "body[0] trailing"},
		{"a member twice", `{"item":"a","item":"b"}`, 400, "body[0].item duplicate"},
		{"a line of the greatest length", long[:9] + long[10:], 200, "1"},
		{"a line that is too long", long, 413, ""},
		{"a body that is too long", strings.Repeat("{\"item\":\"a\"}\n", 20), 413, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRequest("POST /", tt.body, linesType)
			r.ContentLength = -1
			a := send(t, api, r).is(tt.status)
			switch {
			case tt.status == 200:
				a.says(tt.want)
			case tt.want != "":
				if got := a.problem().Errors; len(got) != 1 || !strings.HasPrefix(tt.want, got[0].Place) || !strings.HasSuffix(tt.want, " "+got[0].Code) {
					t.Errorf("mistakes %v, want %s", got, tt.want)
				}
			}
		})
	}
}

func TestLinesOfAnotherKindAreRefused(t *testing.T) { // A182
	t.Parallel()
	api := mortise.New("Kinds", "1")
	mortise.Post(api, "/", sums)
	built(t, api)
	do(t, api, "POST /", `{"item":"a"}`).is(415).has("Accept", "application/jsonl, application/x-ndjson")
	do(t, api, "POST /", `{"item":"a"}`, "Content-Type: application/x-ndjson").is(200)
	do(t, api, "POST /", `{"item":"a"}`, linesType, "Content-Encoding: gzip").is(415).has("Accept-Encoding", "identity")
}

func TestWhoGoesOnBehindABadLineGetsTheNext(t *testing.T) {
	t.Parallel()
	api := mortise.New("Tolerant", "1")
	mortise.Post(api, "/", func(_ context.Context, in struct {
		Numbers router.Lines[int] `body:"jsonl"`
	}) (string, error) {
		var seen []string
		for n, err := range in.Numbers {
			if err != nil {
				seen = append(seen, "bad")
				continue
			}
			seen = append(seen, strconv.Itoa(n))
		}
		for n, err := range in.Numbers {
			seen = append(seen, fmt.Sprint("again ", n, err))
		}
		return strings.Join(seen, " "), nil
	})
	do(t, built(t, api), "POST /", "1\nx\n3\n", linesType).is(200).says(`"1 bad 3"`)
}

func TestLinesGoInAndOutAtOnce(t *testing.T) {
	t.Parallel()
	api := mortise.New("Duplex", "1")
	mortise.Post(api, "/", func(_ context.Context, in struct {
		Numbers router.Lines[int] `body:"jsonl"`
	}) (router.Lines[int], error) {
		return func(yield func(int, error) bool) {
			for n, err := range in.Numbers {
				if !yield(n*n, err) || err != nil {
					return
				}
			}
		}, nil
	})
	server := serves(t, api)
	in, out := io.Pipe()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, in)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/jsonl")
	go func() { _, _ = io.WriteString(out, "2\n") }()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	lines := bufio.NewScanner(answer.Body)
	for i := 2; i < 6; i++ {
		if !lines.Scan() || lines.Text() != strconv.Itoa(i*i) {
			t.Fatalf("got %q, %v; want the square of %d", lines.Text(), lines.Err(), i)
		}
		if i < 5 {
			_, _ = io.WriteString(out, strconv.Itoa(i+1)+"\n")
		}
	}
	_ = out.Close()
	if lines.Scan() || lines.Err() != nil {
		t.Errorf("then came %q, %v", lines.Text(), lines.Err())
	}
}

func TestABodyOfLinesIsReadBehindTheGuards(t *testing.T) {
	t.Parallel()
	api := mortise.New("Guarded", "1")
	mortise.Post(api, "/", sums, mortise.Security(takesToken))
	r := newRequest("POST /", "", linesType)
	r.Body, r.ContentLength = unreadBody{t}, -1
	send(t, built(t, api), r).is(401)
}

func FuzzLines(f *testing.F) {
	f.Add("{\"n\":1,\"text\":\"a\"}\n{\"n\":2,\"text\":\"\"}\n")
	f.Add("\r\n\n{}\r{}\n")
	f.Add("{\"n\":\"x\"}\n[")
	api := mortise.New("Fuzzed", "1", router.MaxLine(64))
	mortise.Post(api, "/", func(_ context.Context, in struct {
		Ticks router.Lines[tick] `body:"jsonl"`
	}) (router.Lines[tick], error) {
		var list []tick
		for v, err := range in.Ticks {
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return func(yield func(tick, error) bool) {
			for _, v := range list {
				if !yield(v, nil) {
					return
				}
			}
		}, nil
	})
	built(f, api)
	f.Fuzz(func(t *testing.T, body string) {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, newRequest("POST /", body, linesType))
		if w.Code != 200 {
			if w.Code != 400 && w.Code != 413 && w.Code != 422 && w.Code != 415 {
				t.Errorf("%q is answered %d", body, w.Code)
			}
			return
		}
		want := 0
		for line := range strings.SplitSeq(body, "\n") {
			if strings.TrimSpace(line) != "" {
				want++
			}
		}
		decoder := json.NewDecoder(w.Body)
		for got := 0; ; got++ {
			var v tick
			if err := decoder.Decode(&v); errors.Is(err, io.EOF) {
				if got != want {
					t.Errorf("%q has %d lines, answered %d", body, want, got)
				}
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}
