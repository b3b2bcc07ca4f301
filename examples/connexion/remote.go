package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/connexion"
)

// askTokenInfo makes the function for an x-tokenInfoUrl: it sends the token there
// as RFC 6750 §2.1 has it, and reads what comes back.
func askTokenInfo(address string) (connexion.TokenInfoFunc, error) {
	client := &http.Client{
		Timeout:       3 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a token follows nobody
	}
	return func(ctx context.Context, token string) (*security.TokenInfo, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := client.Do(r)
		if err != nil {
			return nil, problem.ServiceUnavailable(time.Second).Because(err)
		}
		defer func() { _ = answer.Body.Close() }()
		return readTokenInfo(answer)
	}, nil
}

// readTokenInfo tells a token that is not known from a server that is down.
func readTokenInfo(answer *http.Response) (*security.TokenInfo, error) {
	switch {
	case answer.StatusCode >= 400 && answer.StatusCode < 500:
		return nil, nil
	case answer.StatusCode != http.StatusOK:
		return nil, problem.ServiceUnavailable(time.Second).Because(fmt.Errorf("the server for token information answers %s", answer.Status))
	}
	var members map[string]any
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&members); err != nil {
		return nil, problem.ServiceUnavailable(time.Second).Because(err)
	}
	return connexion.InfoOf(members)
}
