package problem

import (
	"net/http"
	"strings"
)

// FastOpenAPI is a [Renderer] for clients of FastOpenAPI for Python:
// {"error": {"type", "message", "status", "details"}}. The details are the
// mistakes of a request, else the extension members, else absent.
type FastOpenAPI struct{}

// ContentType returns application/json.
func (FastOpenAPI) ContentType() string { return "application/json" }

// Body returns the object for p. A problem without detail shows the message
// that FastOpenAPI has for the status.
func (FastOpenAPI) Body(p *Problem) any {
	kind, message := fastOpenAPIType(p.StatusCode())
	if kind == "" {
		kind, message = strings.ReplaceAll(p.code(), "-", "_"), p.title()
	}
	if p.Detail != "" {
		message = p.Detail
	}
	body := errorObject{Type: kind, Message: message, Status: p.StatusCode()}
	switch {
	case len(p.Errors) > 0:
		body.Details = p.Errors
	case len(p.Extensions) > 0:
		body.Details = p.Extensions
	}
	return &errorSchema{Error: body}
}

// Schema describes the object.
func (FastOpenAPI) Schema(int) any { return errorSchema{} }

type errorSchema struct {
	Error errorObject `json:"error"`
}

type errorObject struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Status  int    `json:"status"`
	Details any    `json:"details,omitzero"`
}

// fastOpenAPIType returns the type and the message of a status that
// FastOpenAPI has an exception for.
func fastOpenAPIType(status int) (kind, message string) {
	switch status {
	case http.StatusBadRequest:
		return "bad_request", "Bad request"
	case http.StatusUnauthorized:
		return "authentication_error", "Authentication required"
	case http.StatusForbidden:
		return "authorization_error", "Permission denied"
	case http.StatusNotFound:
		return "resource_not_found", "Resource not found"
	case http.StatusConflict:
		return "resource_conflict", "Resource conflict"
	case http.StatusUnprocessableEntity:
		return "validation_error", "Validation error"
	case http.StatusInternalServerError:
		return "internal_server_error", "Internal server error"
	case http.StatusServiceUnavailable:
		return "service_unavailable", "Service unavailable"
	}
	return "", ""
}
