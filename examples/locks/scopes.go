package main

import (
	"context"

	"github.com/mortise-go/mortise/security"
)

//docs:begin scopes

// verifyScopes compares what a route requires with what a token grants.
func verifyScopes(_ context.Context, in struct {
	Required security.Scopes
	Claims   *Claims
}) (*Claims, error) {
	if !in.Claims.Scope.Has(in.Required...) {
		return nil, security.InsufficientScope(security.Challenge{}, in.Required, in.Claims.Scope)
	}
	return in.Claims, nil
}

//docs:end scopes
