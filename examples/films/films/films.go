package films

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/mortise-go/mortise/problem"
)

//docs:begin films

// Film is one of the films.
type Film struct {
	Title    string `json:"title" validate:"required,max=120"`
	Director string `json:"director" validate:"required,max=80"`
	Year     int    `json:"year" validate:"min=1888,max=2100"`
}

// FilmExtras are the options of a list of films: options[limit]=2.
type FilmExtras struct {
	Limit    int    `json:"limit" default:"20" validate:"min=1,max=100"`
	Offset   int    `json:"offset" default:"0" validate:"min=0"`
	Director string `json:"director,omitempty" validate:"max=80"`
}

// FilmList is a part of the films.
type FilmList struct {
	Results []Film `json:"results"`
	Count   int    `json:"count" doc:"Of all films that fit."`
}

func (s *service) getFilms(_ context.Context, in struct {
	Options FilmExtras `query:"options" doc:"Optional Film Data"`
}) (FilmList, error) {
	list := s.films.list(in.Options)
	if len(list.Results) == 0 {
		return FilmList{}, problem.New(404, "films-not-found", "no film fits")
	}
	return list, nil
}

func (s *service) addFilm(_ context.Context, in struct {
	Film Film `body:"json"`
}) (Film, error) {
	if !s.films.add(in.Film) {
		return Film{}, problem.Conflict("there is a film of this title")
	}
	return in.Film, nil
}

//docs:end films

// A shelf holds films in memory.
type shelf struct {
	mu    sync.RWMutex
	films []Film
}

func newShelf() *shelf {
	return &shelf{films: []Film{
		{"A New Hope", "George Lucas", 1977},
		{"The Empire Strikes Back", "Irvin Kershner", 1980},
		{"Return of the Jedi", "Richard Marquand", 1983},
		{"The Phantom Menace", "George Lucas", 1999},
		{"Attack of the Clones", "George Lucas", 2002},
		{"Revenge of the Sith", "George Lucas", 2005},
	}}
}

func (s *shelf) list(o FilmExtras) FilmList {
	s.mu.RLock()
	defer s.mu.RUnlock()
	fitting := slices.DeleteFunc(slices.Clone(s.films), func(f Film) bool {
		return o.Director != "" && !strings.EqualFold(f.Director, o.Director)
	})
	from := min(o.Offset, len(fitting))
	return FilmList{fitting[from:min(from+o.Limit, len(fitting))], len(fitting)}
}

func (s *shelf) add(f Film) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.films, func(other Film) bool { return other.Title == f.Title }) {
		return false
	}
	s.films = append(s.films, f)
	return true
}
