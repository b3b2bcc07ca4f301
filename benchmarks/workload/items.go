package workload

// Message is the answer of W1 and W5.
type Message struct {
	Message string `json:"message"`
}

// Hello is the business function of W1.
//
//go:noinline
func Hello() Message { return Message{"Hello, World"} }

// The default and the bounds of the query parameter page in W2.
const (
	PageDefault = 1
	PageMin     = 1
	PageMax     = 100
)

// Item is the answer of W2, about 120 bytes of JSON.
type Item struct {
	ID      int     `json:"id"`
	Title   string  `json:"title"`
	Price   float64 `json:"price"`
	InStock bool    `json:"in_stock"`
	Page    int     `json:"page"`
	Next    int     `json:"next_page"`
	Query   string  `json:"q"`
	Tag     string  `json:"tag"`
}

// FindItem is the business function of W2.
//
//go:noinline
func FindItem(id, page int, query, tag string) Item {
	return Item{ID: id, Title: "Mortise gauge, brass", Price: 34.5, InStock: true, Page: page, Next: page + 1, Query: query, Tag: tag}
}
