package main

import (
	"context"
	"sync"

	"github.com/mortise-go/mortise"
)

//docs:begin store

// Store keeps the notes. All requests share it.
type Store struct {
	mu    sync.Mutex
	notes []Note
}

func openStore(context.Context, mortise.None) (*Store, error) {
	return &Store{notes: []Note{{1, "Feed the cat", "grace"}}}, nil
}

//docs:end store

func (s *Store) note(id int) (Note, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id > len(s.notes) {
		return Note{}, false
	}
	return s.notes[id-1], true
}

func (s *Store) add(text, by string) Note {
	s.mu.Lock()
	defer s.mu.Unlock()
	note := Note{len(s.notes) + 1, text, by}
	s.notes = append(s.notes, note)
	return note
}
