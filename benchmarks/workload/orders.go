package workload

import (
	"sync"

	"github.com/go-playground/validator/v10"
)

// The rules of an order are written three times, in the words of validator, gin
// and huma. They say the same.

// Address is where an order goes.
type Address struct {
	Street  string `json:"street" validate:"required,max=80" binding:"required,max=80" minLength:"1" maxLength:"80"`
	City    string `json:"city" validate:"required,max=60" binding:"required,max=60" minLength:"1" maxLength:"60"`
	Zip     string `json:"zip" validate:"required,min=3,max=10" binding:"required,min=3,max=10" minLength:"3" maxLength:"10"`
	Country string `json:"country" validate:"required,len=2" binding:"required,len=2" minLength:"2" maxLength:"2"`
}

// Line is one line of an order.
type Line struct {
	SKU      string  `json:"sku" validate:"required,min=3,max=32" binding:"required,min=3,max=32" minLength:"3" maxLength:"32"`
	Quantity int     `json:"quantity" validate:"gte=1,lte=1000" binding:"gte=1,lte=1000" minimum:"1" maximum:"1000"`
	Price    float64 `json:"price" validate:"gt=0" binding:"gt=0" exclusiveMinimum:"0"`
	Gift     bool    `json:"gift,omitempty"`
}

// Order is the body of W3.
type Order struct {
	Customer string  `json:"customer" validate:"required,min=2,max=64" binding:"required,min=2,max=64" minLength:"2" maxLength:"64"`
	Email    string  `json:"email" validate:"required,email" binding:"required,email" format:"email"`
	Currency string  `json:"currency" validate:"required,oneof=EUR USD GBP" binding:"required,oneof=EUR USD GBP" enum:"EUR,USD,GBP"`
	Note     string  `json:"note,omitempty" validate:"max=200" binding:"max=200" maxLength:"200"`
	Address  Address `json:"address" validate:"required" binding:"required"`
	Lines    []Line  `json:"lines" validate:"required,min=1,max=50,dive" binding:"required,min=1,max=50,dive" minItems:"1" maxItems:"50" nullable:"false"`
}

// Receipt is the answer of W3, about 200 bytes of JSON.
type Receipt struct {
	ID       int     `json:"id"`
	Status   string  `json:"status"`
	Customer string  `json:"customer"`
	Email    string  `json:"email"`
	Currency string  `json:"currency"`
	Total    float64 `json:"total"`
	Pieces   int     `json:"pieces"`
	ShipTo   string  `json:"ship_to"`
	Placed   string  `json:"placed_at"`
}

// PlaceOrder is the business function of W3.
//
//go:noinline
func PlaceOrder(o *Order) Receipt {
	r := Receipt{ID: 100_271, Status: "accepted", Customer: o.Customer, Email: o.Email, Currency: o.Currency,
		ShipTo: o.Address.City, Placed: "2026-11-22T04:25:00Z"}
	for i := range o.Lines {
		r.Total += o.Lines[i].Price * float64(o.Lines[i].Quantity)
		r.Pieces += o.Lines[i].Quantity
	}
	return r
}

// Validator returns the validator that all contenders without rules of their own
// share. Its cache is warm after the first request, as in any real process.
func Validator() *validator.Validate { return sharedValidator() }

var sharedValidator = sync.OnceValue(func() *validator.Validate {
	return validator.New(validator.WithRequiredStructEnabled())
})

// SampleOrder returns the order that W3 sends.
func SampleOrder() Order {
	return Order{
		Customer: "Ottilie Zimmermann", Email: "o.zimmermann@example.com", Currency: "EUR",
		Note:    "Ring twice, or leave it with the neighbour on the second floor.",
		Address: Address{Street: "Hobelweg 12", City: "Freiberg", Zip: "09599", Country: "DE"},
		Lines: []Line{
			{SKU: "CHISEL-06", Quantity: 2, Price: 18.9}, {SKU: "MALLET-BEECH", Quantity: 1, Price: 24.5},
			{SKU: "GAUGE-BRASS", Quantity: 1, Price: 34.5, Gift: true}, {SKU: "STRAP-20", Quantity: 4, Price: 3.75},
			{SKU: "OIL-250ML", Quantity: 3, Price: 6.2},
		},
	}
}
