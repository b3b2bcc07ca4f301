// Parameters shows every place that a value can come from, and every kind of
// value.
//
//	go run ./examples/parameters
package main

import (
	"context"
	"time"

	"github.com/mortise-go/mortise"
)

//docs:begin search

// Order is a type of its own, so it can list its values.
type Order string

// Enum lists the values there are.
func (Order) Enum() []any { return []any{"title", "year"} }

// Filter is a deep object: filter[author]=ada&filter[year][min]=1990.
type Filter struct {
	Author string `json:"author,omitempty" validate:"max=40"`
	Year   struct {
		Min int `json:"min" default:"0"`
		Max int `json:"max" default:"9999"`
	} `json:"year"`
}

type search struct {
	Shelf  string     `path:"shelf" enum:"new,old" doc:"Where to look."`
	Words  []string   `query:"word" validate:"max=5,dive,max=20"`
	IDs    []int      `query:"id,comma"`
	Order  Order      `query:"order" default:"title"`
	Limit  int        `query:"limit" default:"20" validate:"min=1,max=100"`
	Since  *time.Time `query:"since"`
	Day    *time.Time `query:"day" layout:"2006-01-02"`
	Filter Filter     `query:"filter"`

	Wait   time.Duration `header:"X-Wait" default:"0s"`
	Client string        `header:"X-Client" required:"false"`
	Theme  *string       `cookie:"theme" enum:"dark,light"`

	Rating mortise.Optional[float64] `query:"rating" validate:"min=0,max=5" json:"-"`
}

type asked struct {
	Search search
	Rating float64
}

// searchBooks answers with what it was asked.
func searchBooks(_ context.Context, in search) (asked, error) {
	return asked{in, in.Rating.Or(3)}, nil
}

//docs:end search

//docs:begin form
type order struct {
	Title  string   `form:"title" validate:"required,max=120"`
	Copies int      `form:"copies" default:"1" validate:"min=1,max=9"`
	Gift   bool     `form:"gift" required:"false"`
	Extras []string `form:"extra" enum:"card,ribbon"`
}

func orderBook(_ context.Context, in order) (order, error) { return in, nil }

//docs:end form

func newAPI() *mortise.API {
	api := mortise.New("Parameters", "1.0.0")
	mortise.Get(api, "/shelves/{shelf}/books", searchBooks, mortise.Public())
	mortise.Post(api, "/orders", orderBook, mortise.Public())
	return api
}

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
