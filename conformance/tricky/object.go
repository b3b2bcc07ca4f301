package tricky

import (
	"go/token"
	"text/scanner"
	"time"
)

// Node holds itself in every way.
type Node struct {
	Name     string          `json:"name"`
	Parent   *Node           `json:"parent"`
	Children []*Node         `json:"children"`
	ByName   map[string]Node `json:"by_name,omitempty"`
}

// Page is generic.
type Page[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next,omitempty"`
}

// Either has two type parameters.
type Either[A, B any] struct {
	Left  A  `json:"left"`
	Right *B `json:"right"`
}

// Base is embedded.
type Base struct {
	ID      int       `json:"id"`
	Created time.Time `json:"created"`
}

// Book is embedded by pointer, and has methods that other tools take for those
// of a schema.
type Book struct {
	Name  string `json:"title"`
	Pages int    `json:"pages"`
}

// Title is not the title of a schema.
func (b *Book) Title() string { return b.Name[1:] }

// Description is not the description of a schema.
func (b *Book) Description() string { return b.Name[1:] }

// Embedding embeds in every way.
type Embedding struct {
	Base
	*Book
	Nested Base   `json:"base"`
	Label  string `json:"name"`
	Plain  string
}

// Elsewhere has two types of one name, of two packages.
type Elsewhere struct {
	Token   token.Position   `json:"token"`
	Scanner scanner.Position `json:"scanner"`
}

// Directions differs between body and answer.
type Directions struct {
	ID     int64  `json:"id" readOnly:"true"`
	Title  string `json:"title" validate:"required,max=80"`
	Body   string `json:"body,omitempty"`
	Secret string `json:"secret,omitzero" writeOnly:"true"`
	Count  int    `json:"count" validate:"min=1"`
	Nested *Base  `json:"nested"`
}

// Documented has every tag that only documents.
type Documented struct {
	_     struct{}  `doc:"A thing with words." title:"Thing"`
	Name  string    `json:"name" doc:"How it is called" example:"Ada" title:"Name" validate:"required"`
	Old   int       `json:"old" description:"Use name" deprecated:"true" example:"3"`
	State string    `json:"state" enum:"draft,live" validate:"oneof=draft live" example:"live"`
	Tags  []string  `json:"tags" example:"a,b"`
	At    time.Time `json:"at" example:"2026-01-02T03:04:05Z"`
	Boss  *Node     `json:"boss" doc:"Nobody if null"`
}
