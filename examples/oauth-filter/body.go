package main

import (
	"net/http"

	"github.com/mortise-go/mortise/problem"
)

//docs:begin bodies

// plain writes errors as the API's clients expect them.
type plain struct{}

type body struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// ContentType is that of all errors.
func (plain) ContentType() string { return "application/json; charset=utf-8" }

// Body is what is written for an error.
func (plain) Body(p *problem.Problem) any {
	switch p.StatusCode() {
	case http.StatusUnauthorized:
		return &body{"unauthorized", "No valid access token found"}
	case http.StatusForbidden:
		return &body{"forbidden", "Access token is missing appropriate scopes"}
	}
	return &body{p.Code, p.Detail}
}

// Schema is what the document says of it.
func (plain) Schema(int) any { return body{} }

//docs:end bodies
