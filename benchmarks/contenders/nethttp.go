package contenders

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/mortise-go/mortise/benchmarks/workload"
)

// codec is the JSON library of a handler written by hand.
type codec interface {
	decode(data []byte, v any) error
	encode(w io.Writer, v any) error
}

// encodingJSON is the standard library's JSON as people use it today.
type encodingJSON struct{}

func (encodingJSON) decode(data []byte, v any) error { return json.Unmarshal(data, v) }
func (encodingJSON) encode(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

// json2 is the strict JSON that Mortise uses, for a comparison of like with like.
type json2 struct{}

func (json2) decode(data []byte, v any) error { return jsonv2.Unmarshal(data, v) }
func (json2) encode(w io.Writer, v any) error { return jsonv2.MarshalWrite(w, v) }

// maxBody is the largest body that a contender reads.
const maxBody = 1 << 20

// byHand serves the workloads with the standard library alone.
type byHand struct {
	codec
	users *workload.Users
}

// netHTTP is the careful hand-written handler.
func netHTTP(c codec) http.Handler {
	h := &byHand{codec: c, users: workload.NewUsers()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", h.hello)
	mux.HandleFunc("GET /items/{id}", h.item)
	mux.HandleFunc("POST /items", h.order)
	mux.HandleFunc("GET /admin/users/{id}", h.user)
	for _, depth := range workload.Depths() {
		mux.HandleFunc(fmt.Sprintf("GET /chain%d", depth), h.chain(depth))
	}
	return mux
}

func (h *byHand) answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := h.encode(w, v); err != nil {
		refuse(w, http.StatusInternalServerError)
	}
}

// refuse answers with a status and its text, as a hand-written handler would.
func refuse(w http.ResponseWriter, status int) {
	http.Error(w, http.StatusText(status), status)
}

func (h *byHand) hello(w http.ResponseWriter, r *http.Request) { h.answer(w, workload.Hello()) }

func (h *byHand) item(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		refuse(w, http.StatusUnprocessableEntity)
		return
	}
	query := r.URL.Query()
	page, ok := pageOf(query.Get("page"))
	tag := r.Header.Get("X-Request-Tag")
	if !ok || tag == "" {
		refuse(w, http.StatusUnprocessableEntity)
		return
	}
	h.answer(w, workload.FindItem(id, page, query.Get("q"), tag))
}

// pageOf reads the query parameter page of W2.
func pageOf(text string) (page int, ok bool) {
	if text == "" {
		return workload.PageDefault, true
	}
	page, err := strconv.Atoi(text)
	return page, err == nil && page >= workload.PageMin && page <= workload.PageMax
}

func (h *byHand) order(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusBadRequest)
		return
	}
	var order workload.Order
	if err := h.decode(data, &order); err != nil {
		refuse(w, http.StatusBadRequest)
		return
	}
	if err := workload.Validator().Struct(&order); err != nil {
		refuse(w, http.StatusUnprocessableEntity)
		return
	}
	h.answer(w, workload.PlaceOrder(&order))
}

func (h *byHand) user(w http.ResponseWriter, r *http.Request) {
	by, err := h.users.Admit(r.Header.Get("Authorization"))
	if err != nil {
		refuse(w, workload.StatusOf(err))
		return
	}
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		refuse(w, http.StatusUnprocessableEntity)
		return
	}
	view, err := h.users.View(id, by)
	if err != nil {
		refuse(w, workload.StatusOf(err))
		return
	}
	h.answer(w, view)
}

// chain calls the dependencies directly: nothing is cheaper.
func (h *byHand) chain(depth int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n := 0
		for range depth {
			n = workload.Next(n)
		}
		h.answer(w, workload.Chained(n, depth))
	}
}

// In frameworks without dependencies a link of the chain is a middleware that
// hands its value on through the request's context.
type chainKey struct{}

func chainValue(ctx context.Context) int {
	n, _ := ctx.Value(chainKey{}).(int)
	return n
}

func chainLink(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, chainKey{}, workload.Next(chainValue(ctx)))))
	})
}
