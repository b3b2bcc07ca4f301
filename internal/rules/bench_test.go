package rules_test

import (
	"reflect"
	"testing"

	"github.com/mortise-go/mortise/internal/rules"
)

type shopAddress struct {
	Street  string `json:"street" validate:"required,max=80"`
	City    string `json:"city" validate:"required,max=60"`
	Zip     string `json:"zip" validate:"required,min=3,max=10"`
	Country string `json:"country" validate:"required,len=2"`
}

type shopLine struct {
	SKU   string  `json:"sku" validate:"required,min=3,max=32"`
	Qty   int     `json:"qty" validate:"gte=1,lte=1000"`
	Price float64 `json:"price" validate:"gt=0"`
	Gift  bool    `json:"gift"`
}

type shopOrder struct {
	Customer string      `json:"customer" validate:"required,min=2,max=64"`
	Email    string      `json:"email" validate:"required,email"`
	Currency string      `json:"currency" validate:"required,oneof=EUR USD GBP"`
	Note     string      `json:"note" validate:"max=200"`
	Address  shopAddress `json:"address" validate:"required"`
	Lines    []shopLine  `json:"lines" validate:"required,min=1,max=50,dive"`
}

func newShopOrder() *shopOrder {
	return &shopOrder{
		Customer: "Maja Lindqvist", Email: "maja.lindqvist@example.com", Currency: "EUR", Note: "leave at the door",
		Address: shopAddress{Street: "Storgatan 12", City: "Umeå", Zip: "90326", Country: "SE"},
		Lines: []shopLine{
			{SKU: "PAN-026", Qty: 1, Price: 39.9}, {SKU: "LID-026", Qty: 2, Price: 12.5, Gift: true},
			{SKU: "OIL-750", Qty: 6, Price: 8}, {SKU: "SALT-1K", Qty: 1, Price: 1.2}, {SKU: "CLOTH-3", Qty: 3, Price: 4.75},
		},
	}
}

func BenchmarkOrder(b *testing.B) {
	order := newShopOrder()
	b.Run("compiled", func(b *testing.B) {
		c := compile[shopOrder](b, rules.Options{})
		b.ReportAllocs()
		for b.Loop() {
			if out := c.Check(order); out != nil {
				b.Fatal(out)
			}
		}
	})
	b.Run("validator", func(b *testing.B) {
		v := newOracle()
		b.ReportAllocs()
		for b.Loop() {
			if err := v.Struct(order); err != nil {
				b.Fatal(err)
			}
		}
	})
	bad := newShopOrder()
	bad.Email, bad.Lines[3].Qty, bad.Address.Zip = "x", 0, "1"
	b.Run("compiled, three violations", func(b *testing.B) {
		c := compile[shopOrder](b, rules.Options{})
		b.ReportAllocs()
		for b.Loop() {
			c.Check(bad)
		}
	})
	b.Run("compile", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			compile[shopOrder](b, rules.Options{})
		}
	})
}

func BenchmarkVar(b *testing.B) {
	c := compileVar(b, reflect.TypeFor[int](), "min=1,max=100", rules.Options{})
	n := 7
	b.ReportAllocs()
	for b.Loop() {
		c.Check(&n)
	}
}
