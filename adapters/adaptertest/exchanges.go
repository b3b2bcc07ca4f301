package adaptertest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

func exchanges() []Case {
	return []Case{
		{"a client that goes away ends the context", "A host that makes contexts of its own lets handlers work for nobody.", cancellation},
		{"an answer arrives while it is being made", "Wrappers of the writer that hide http.ResponseController, and hosts that hold answers back, let clients of streams wait for ever.", flushes},
		{"an error is a 500 that says nothing", "Error handlers of hosts send the text of errors.", failures},
		{"a panic is a 500 that says nothing", "Hosts that recover answer in their own way, and those that do not hang up.", panics},
		{"http.ErrAbortHandler hangs up", "A recovery that answers it turns an answer that was cut off into a whole one.", aborts},
		{"an error has the id of the request", "An answer that cannot be found in the log helps nobody.", requestIDs},
		{"requests do not see each other", "Hosts pool what belongs to a request.", concurrency},
		{"a connection serves several requests", "A host that leaves a body unread, or writes too much, confuses one answer with the next.", connections},
	}
}

func cancellation(v *visit) {
	c := v.dial()
	c.write(v.ask("GET /wait"))
	if _, ok := received(v.desk.entered); !ok {
		v.deviate("GET /wait: the handler was not called")
		return
	}
	c.hangUp()
	if err, ok := received(v.desk.ended); !ok || !errors.Is(err, context.Canceled) {
		v.deviate("GET /wait: the client is gone, but the context of the handler goes on")
	}
}

func flushes(v *visit) {
	c := v.dial()
	c.write(v.ask("GET /speak"))
	r, err := http.ReadResponse(c.read, nil)
	if err != nil {
		v.deviate("GET /speak: no answer while it is being made: %v", err)
		return
	}
	defer r.Body.Close()
	piece := make([]byte, len("first"))
	if _, err := io.ReadFull(r.Body, piece); err != nil || string(piece) != "first" {
		v.deviate("GET /speak: %d, the first piece is %q, %v; want %q", r.StatusCode, piece, err, "first")
	}
	c.hangUp()
	if _, ok := received(v.desk.ended); !ok {
		v.deviate("GET /speak: the client is gone, but the stream goes on")
	}
}

func failures(v *visit) {
	v.do("GET /fail").is(500).code("internal-error").lacks(secret)
	v.do("HEAD /fail").is(500).lacks(secret)
}

func panics(v *visit) {
	v.do("GET /panic").is(500).code("internal-error").lacks(secret).lacks("goroutine")
	v.do("GET /users/7").is(200)
}

func aborts(v *visit) {
	v.do("GET /abort").is(0)
	v.do("GET /users/7").is(200)
}

func requestIDs(v *visit) {
	v.do("GET /fail", "X-Request-Id: harmless-1").is(500).has("X-Request-Id", "harmless-1")
	if a := v.do("GET /fail", "X-Request-Id: not <harmless>"); a.header.Get("X-Request-Id") == "" || strings.Contains(a.header.Get("X-Request-Id"), "<") {
		v.deviate("GET /fail: the id of a request is %q, want a new one", a.header.Get("X-Request-Id"))
	}
}

func concurrency(v *visit) {
	const clients, requests = 8, 16
	var mu sync.Mutex
	var wg sync.WaitGroup
	for client := range clients {
		own := &visit{t: v.t, desk: v.desk, address: v.address, prefix: v.prefix}
		c := own.dial()
		wg.Go(func() {
			for i := range requests {
				id := strconv.Itoa(client*requests + i)
				c.write(own.ask("GET /values/" + id))
				c.answer("GET /values/" + id).is(200).says(id)
			}
			c.hangUp()
			mu.Lock()
			defer mu.Unlock()
			v.deviations = append(v.deviations, own.deviations...)
		})
	}
	wg.Wait()
}

func connections(v *visit) {
	c := v.dial()
	const body = "Content-Type: application/json\r\nContent-Length: 12"
	c.write(v.ask("GET /values/1"))
	c.answer("GET /values/1").is(200).says("1")
	c.write(v.ask("POST /locked", body) + `{"number":0}`)
	c.answer("POST /locked").is(401)
	c.write(v.ask("POST /nowhere", body) + `{"number":0}`)
	c.answer("POST /nowhere").is(404)
	c.write(v.ask("GET /values/2"))
	c.answer("GET /values/2").is(200).says("2")
}
