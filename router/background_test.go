package router_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
)

// chore is background work that notes its name.
func chore(j *journal, name string) func(context.Context) error {
	return func(context.Context) error { j.note(name); return nil }
}

// backgroundAPI notes everything that happens to a request.
func backgroundAPI(t testing.TB, j *journal, opts ...router.Option) *mortise.API {
	api := mortise.New("Background", "1", append(opts, quiet())...)
	api.Require(noting(j), mortise.Depends(func(_ context.Context, later router.Background) (none, error) {
		later.Add(chore(j, "task of the dependency"))
		return none{}, nil
	}))
	mortise.Get(api, "/json", func(_ context.Context, in struct{ Later router.Background }) (string, error) {
		in.Later.Add(chore(j, "first task"))
		in.Later.Add(func(context.Context) error { panic("in a task") })
		in.Later.Add(func(context.Context) error { return errors.New("failed") })
		in.Later.Add(chore(j, "last task"))
		j.note("handler")
		return "done", nil
	})
	mortise.Get(api, "/stream", func(_ context.Context, in struct{ Later router.Background }) (router.Stream, error) {
		in.Later.Add(chore(j, "task"))
		j.note("handler")
		return func(w io.Writer) error {
			j.note("stream")
			_, err := io.WriteString(w, "done")
			return err
		}, nil
	})
	mortise.Get(api, "/failed", func(_ context.Context, later router.Background) (none, error) {
		later.Add(chore(j, "task"))
		return none{}, problem.Conflict("no")
	})
	return built(t, api)
}

func TestBackgroundWorkRunsBehindEverything(t *testing.T) {
	t.Parallel()
	j := new(journal)
	api := backgroundAPI(t, j)
	do(t, api, "GET /json", "").is(200).says(`"done"`).has("Content-Length", "6")
	if err := api.Close(); err != nil {
		t.Fatal(err)
	}
	j.expect(t, "handler", "close resource: <nil>", "task of the dependency", "first task", "last task")
	do(t, api, "GET /stream", "").is(200).says("done")
	if err := api.Close(); err != nil {
		t.Fatal(err)
	}
	j.expect(t, "handler", "stream", "close resource: <nil>", "task of the dependency", "task")
	do(t, api, "GET /failed", "").is(409)
	if err := api.Close(); err != nil {
		t.Fatal(err)
	}
	j.expect(t, "close resource: 409 conflict: no")
}

func TestBackgroundWorkBeginsWhenTheClientHasItsAnswer(t *testing.T) {
	t.Parallel()
	read := make(chan struct{})
	ended := make(chan error, 1)
	api := mortise.New("After", "1", quiet())
	type key struct{}
	mortise.Get(api, "/", func(ctx context.Context, later router.Background) (string, error) {
		later.Add(func(ctx context.Context) error {
			<-read // the client has read the whole answer while this waits
			if _, limited := ctx.Deadline(); !limited {
				ended <- errors.New("the work has no time limit")
			} else if ctx.Value(key{}) != "kept" || ctx.Value(http.ServerContextKey) == nil {
				ended <- errors.New("the values are lost")
			} else {
				ended <- ctx.Err()
			}
			return nil
		})
		return "done", nil
	})
	server := serves(t, api)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(context.WithValue(r.Context(), key{}, "kept"))
		defer cancel()
		api.ServeHTTP(w, r.WithContext(ctx))
	})
	body, err := io.ReadAll(fetch(t.Context(), t, server.URL).Body)
	if string(body) != `"done"` || err != nil {
		t.Errorf("read %q, %v", body, err)
	}
	close(read)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestFailuresOfBackgroundWorkAreLogged(t *testing.T) {
	t.Parallel()
	book := new(logbook)
	api := mortise.New("Logged", "1", book.option())
	mortise.Get(api, "/", func(_ context.Context, later router.Background) (none, error) {
		later.Add(func(context.Context) error { return errors.New("the mail is lost") })
		later.Add(func(context.Context) error { panic("in a task") })
		return none{}, nil
	})
	do(t, built(t, api), "GET /", "", "X-Request-Id: abc-1").is(204)
	if err := api.Close(); err != nil {
		t.Fatal(err)
	}
	lines := book.take(t)
	if len(lines) != 2 || lines[0]["error"] != "the mail is lost" || lines[0]["request_id"] != "abc-1" || lines[0]["route"] != "GET /" ||
		lines[1]["error"] != "panic: in a task" || lines[1]["stack"] == nil {
		t.Errorf("logged %v", lines)
	}
}

func TestBackgroundWorkHasALimit(t *testing.T) {
	t.Parallel()
	book := new(logbook)
	api := mortise.New("Limited", "1", book.option(), router.BackgroundTimeout(20*time.Millisecond))
	mortise.Get(api, "/", func(_ context.Context, later router.Background) (none, error) {
		later.Add(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		return none{}, nil
	})
	mortise.Get(api, "/deaf", func(_ context.Context, later router.Background) (none, error) {
		later.Add(func(context.Context) error { <-t.Context().Done(); return nil })
		return none{}, nil
	})
	do(t, built(t, api), "GET /", "").is(204)
	if err := api.Close(); err != nil {
		t.Fatal(err)
	}
	if lines := book.take(t); len(lines) != 1 || lines[0]["error"] != context.DeadlineExceeded.Error() {
		t.Errorf("logged %v", lines)
	}
	do(t, api, "GET /deaf", "").is(204)
	if err := api.Close(); err == nil {
		t.Error("Close says nothing of work that it left behind")
	}
}

func TestTasksOfOneRequestAreNotThoseOfAnother(t *testing.T) {
	t.Parallel()
	j := new(journal)
	api := mortise.New("Own tasks", "1")
	mortise.Get(api, "/{id}", func(_ context.Context, in struct {
		ID    int `path:"id"`
		Later router.Background
	}) (none, error) {
		if in.ID > 0 {
			in.Later.Add(chore(j, fmt.Sprint("task ", in.ID)))
		}
		return none{}, nil
	})
	built(t, api)
	for _, path := range []string{"/1", "/0", "/2", "/0"} {
		do(t, api, "GET "+path, "").is(204)
		if err := api.Close(); err != nil {
			t.Fatal(err)
		}
	}
	j.expect(t, "task 1", "task 2")
}

func TestABackgroundOfNoRequestTakesNoWork(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("Add took work that nobody would do")
		}
	}()
	var later router.Background
	later.Add(func(context.Context) error { return nil })
}
