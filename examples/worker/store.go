package main

import (
	"context"
	"slices"
	"sync"

	"github.com/mortise-go/mortise"
)

// Store keeps items. Requests and the worker share it.
type Store struct {
	mu    sync.Mutex
	items []string
}

func openStore(context.Context, mortise.None) (*Store, error) { return &Store{}, nil }

func (s *Store) add(items ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items = append(s.items, items...)
}

// drop removes the oldest item, and returns "" when there is none.
func (s *Store) drop() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.items) == 0 {
		return ""
	}
	oldest := s.items[0]
	s.items = s.items[1:]
	return oldest
}

func (s *Store) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.items)
}
