package problem

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
)

// FastAPI is a [Renderer] for clients of FastAPI: {"detail": "…"}, and for a
// 422 a list of {"type", "loc", "msg"}. Codes and extension members have no
// place in it, and neither "input" nor "ctx" is sent, since submitted values
// are never echoed.
type FastAPI struct{}

// ContentType returns application/json.
func (FastAPI) ContentType() string { return "application/json" }

// Body returns the object for p. A problem without detail shows its mistakes,
// else its title, as FastAPI's own errors do.
func (FastAPI) Body(p *Problem) any {
	if p.StatusCode() != http.StatusUnprocessableEntity {
		return &httpError{Detail: p.text()}
	}
	if len(p.Errors) == 0 {
		return &httpValidationError{Detail: []validationError{{Loc: []any{}, Msg: p.text(), Type: p.code()}}}
	}
	list := make([]validationError, len(p.Errors))
	for i, e := range p.Errors {
		list[i] = validationError{Loc: e.location(), Msg: e.Detail, Type: e.Code}
		if e.Code == "required" {
			list[i].Type, list[i].Msg = "missing", "Field required"
		}
	}
	return &httpValidationError{Detail: list}
}

// Schema describes the list for a 422 and the text for everything else.
func (FastAPI) Schema(status int) any {
	if status == http.StatusUnprocessableEntity {
		return httpValidationError{}
	}
	return httpError{}
}

// text is the one sentence of a problem.
func (p *Problem) text() string {
	if p.Detail != "" || len(p.Errors) == 0 {
		return cmp.Or(p.Detail, p.title())
	}
	var b strings.Builder
	for i, e := range p.Errors {
		b.WriteString(strings.TrimPrefix(separator(i), ": ") + e.Place + ": " + e.Detail)
	}
	return b.String()
}

type httpError struct {
	Detail string `json:"detail"`
}

type httpValidationError struct {
	Detail []validationError `json:"detail"`
}

type validationError struct {
	Loc  []any  `json:"loc"`
	Msg  string `json:"msg"`
	Type string `json:"type"`
}

// location returns the place as a path: ["body", "items", 3, "qty"],
// ["query", "page"]. Within a body the pointer says more exactly than the place
// where a name ends.
func (e Invalid) location() []any {
	kind, rest, found := strings.Cut(e.Place, ".")
	if e.Pointer == "" {
		if !found {
			return []any{kind}
		}
		return []any{kind, rest}
	}
	kind, _, _ = strings.Cut(kind, "[")
	loc := []any{kind}
	for t := range strings.SplitSeq(e.Pointer[1:], "/") {
		loc = append(loc, step(t))
	}
	return loc
}

// step decodes a token of a JSON Pointer (RFC 6901 §4).
func step(token string) any {
	if i, err := strconv.Atoi(token); err == nil {
		return i
	}
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}
