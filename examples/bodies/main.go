// Bodies shows what JSON bodies can be besides plain structs: one of several
// types, changes that tell absent from null, values from a list.
//
//	go run ./examples/bodies
package main

import (
	"context"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/router"
)

//docs:begin union

// Method is a way to pay.
type Method interface{ Fee(cents int64) int64 }

// Card is paid by card.
type Card struct {
	Kind   string `json:"kind"`
	Number string `json:"number" validate:"required,credit_card"`
}

// Transfer is paid from an account.
type Transfer struct {
	Kind string `json:"kind"`
	IBAN string `json:"iban" validate:"required,min=15,max=34"`
}

func (Card) Fee(cents int64) int64 { return cents / 50 }
func (Transfer) Fee(_ int64) int64 { return 0 }

type methods struct{}

// Discriminator says which type is meant by which kind.
func (methods) Discriminator() mortise.Discriminator[Method] {
	return mortise.Discriminator[Method]{
		Property: "kind",
		Mapping:  map[string]Method{"card": Card{}, "transfer": Transfer{}},
	}
}

// Payment is one of the methods, as JSON has it.
type Payment = mortise.OneOf[Method, methods]

//docs:end union

//docs:begin checkout
type checkout struct {
	Order struct {
		Cents   int64   `json:"cents" validate:"min=1"`
		Payment Payment `json:"payment" validate:"required"`
	} `body:"json"`
}

type receipt struct {
	Cents   int64   `json:"cents"`
	Payment Payment `json:"payment"`
}

func pay(_ context.Context, in checkout) (receipt, error) {
	method := in.Order.Payment.Value // a Card or a Transfer
	return receipt{in.Order.Cents + method.Fee(in.Order.Cents), in.Order.Payment}, nil
}

//docs:end checkout

//docs:begin patch

// State is where a parcel is.
type State string

// Enum lists the states there are.
func (State) Enum() []any { return []any{"packed", "sent", "lost"} }

// Parcel is what is sent.
type Parcel struct {
	State State   `json:"state"`
	Note  *string `json:"note"`
}

// ParcelChanges leave out what stays as it is.
type ParcelChanges struct {
	State mortise.Optional[State]   `json:"state,omitzero"`
	Note  mortise.Optional[*string] `json:"note,omitzero" validate:"max=80"` // null removes it
}

func change(_ context.Context, in struct {
	ID      int           `path:"id"`
	Changes ParcelChanges `body:"json"`
}) (Parcel, error) {
	if in.ID != 1 {
		return Parcel{}, problem.NotFound("there is no such parcel")
	}
	fragile := "fragile"
	parcel := Parcel{State: "packed", Note: &fragile}
	parcel.State = in.Changes.State.Or(parcel.State)
	parcel.Note = in.Changes.Note.Or(parcel.Note)
	return parcel, nil
}

//docs:end patch

func newAPI() *mortise.API {
	api := mortise.New("Bodies", "1.0.0")
	mortise.Post(api, "/payments", pay, mortise.Public())
	mortise.Patch(api, "/parcels/{id}", change, mortise.Public(), router.Problems(404))
	return api
}

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
