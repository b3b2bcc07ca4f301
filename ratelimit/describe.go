package ratelimit

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/mortise-go/mortise/openapi"
)

// extension is the member of an operation that programs read its limits from.
const extension = "x-ratelimit"

// A description tells the document what a limiter does.
type description struct {
	limiter *Limiter
	whom    string
}

// documented is a policy in the extension.
type documented struct {
	Name     string `json:"name"`
	Quota    int    `json:"quota"`
	Window   int64  `json:"window"` // in seconds
	Burst    int    `json:"burst"`
	Unit     string `json:"unit"`
	For      string `json:"for"`
	PerRoute bool   `json:"perRoute"`
}

// title is the limiter in messages: "login for each client address".
func (d description) title() string {
	var names []string
	for _, p := range d.limiter.policies {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ") + " for " + d.whom
}

// Describe documents the limits, the answers over quota and the header fields.
func (d description) Describe(op *openapi.Operation) {
	op.Requirements = append(op.Requirements, d.words())
	for _, r := range slices.Clone(op.Responses) {
		if isSuccess(r.Status) {
			op.AddResponse(openapi.Response{Status: r.Status, Headers: d.headers()})
		}
	}
	op.AddResponse(openapi.Response{
		Status:      http.StatusTooManyRequests,
		Description: "The quota is used up.",
		Headers:     append([]openapi.ResponseHeader{d.retryAfter()}, d.headers()...),
	})
	if d.limiter.guarded != nil && d.limiter.onFailure == FailClosed {
		op.AddResponse(openapi.Response{Status: http.StatusServiceUnavailable})
	}
	d.extend(op)
}

func isSuccess(status int) bool { return status == 2 || status == 3 || status >= 200 && status < 400 }

func (d description) words() string {
	var list []string
	for _, p := range d.limiter.policies {
		list = append(list, p.words())
	}
	text := strings.Join(list, " and ") + " for " + d.whom
	if d.limiter.perRoute {
		text += " on this operation alone"
	}
	return text
}

func (d description) retryAfter() openapi.ResponseHeader {
	return openapi.ResponseHeader{
		Name:        "Retry-After",
		Description: "Seconds to wait before the next try.",
		Required:    !d.limiter.costly, // what costs too much is not asked to come back
		Type:        reflect.TypeFor[int64](),
	}
}

// headers documents the fields that answers carry.
func (d description) headers() []openapi.ResponseHeader {
	l := d.limiter
	var list []openapi.ResponseHeader
	if !l.omitFields {
		list = append(list,
			openapi.ResponseHeader{Name: "RateLimit-Policy", Description: "The policies: `q` is the quota, `w` its window in seconds.", Required: true, Example: l.fields.policy[0]},
			openapi.ResponseHeader{Name: "RateLimit", Description: "How the client stands: `r` is what remains, `t` the seconds until there is more.", Required: l.onFailure != DangerouslyFailOpen})
	}
	if l.legacy != NoLegacy {
		for _, name := range [...]string{"Limit", "Remaining", "Reset"} {
			list = append(list, openapi.ResponseHeader{Name: l.legacy.public() + name, Type: reflect.TypeFor[int64]()})
		}
	}
	return list
}

// public is the prefix as it is usually written.
func (l Legacy) public() string { return strings.Replace(l.prefix(), "Ratelimit", "RateLimit", 1) }

// extend adds to the extension. The map may be shared with other operations, so
// it is replaced.
func (d description) extend(op *openapi.Operation) {
	list, _ := op.Extensions[extension].([]documented)
	list = slices.Clip(list)
	for _, p := range d.limiter.policies {
		unit := p.Unit
		if unit == "" {
			unit = "requests"
		}
		list = append(list, documented{p.Name, p.Quota, int64(p.Window / time.Second), p.Burst, unit, d.whom, d.limiter.perRoute})
	}
	extensions := map[string]any{}
	maps.Copy(extensions, op.Extensions)
	extensions[extension] = list
	op.Extensions = extensions
}
