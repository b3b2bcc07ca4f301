package main

import (
	"context"
	"sync"

	"github.com/mortise-go/mortise/security/password"
)

// accounts are a database of a few lines.
type accounts struct {
	hasher *password.Hasher

	mu     sync.Mutex
	hashes map[string]string // by address
}

func newAccounts() (*accounts, error) {
	hasher, err := password.New(password.Config{})
	if err != nil {
		return nil, err
	}
	a := &accounts{hasher: hasher, hashes: map[string]string{}}
	return a, a.setPassword(context.Background(), "ada@example.com", "analytical-engine")
}

// find returns the subject of an address. Here the address is the subject.
func (a *accounts) find(_ context.Context, address string) (subject string, err error) {
	if a.hash(address) == "" {
		return "", nil
	}
	return address, nil
}

func (a *accounts) hash(address string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.hashes[address]
}

// verify takes as long for an account that does not exist.
func (a *accounts) verify(ctx context.Context, address, text string) error {
	_, err := a.hasher.Verify(ctx, text, a.hash(address))
	return err
}

func (a *accounts) setPassword(ctx context.Context, address, text string) error {
	hash, err := a.hasher.Hash(ctx, text)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hashes[address] = hash
	return nil
}
