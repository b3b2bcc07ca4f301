package tricky

import "github.com/mortise-go/mortise"

// Method is how something is paid.
type Method interface{ pays() }

// Card is a way to pay, and is used alone too.
type Card struct {
	Kind   string `json:"kind"`
	Number string `json:"number" validate:"required,min=4"`
}

// Transfer is a way to pay whose pointer has the methods.
type Transfer struct {
	Tagged
	IBAN string  `json:"iban"`
	Note *string `json:"note"`
}

// Split is a way to pay that holds others.
type Split struct {
	Parts []Payment `json:"parts" validate:"min=1"`
	Kind  string    `json:"kind"`
}

// Tagged brings the member that tells the kind.
type Tagged struct {
	Kind string `json:"kind"`
}

func (Card) pays()      {}
func (*Transfer) pays() {}
func (Split) pays()     {}

// Methods tells the ways to pay apart.
type Methods struct{}

// Discriminator names them.
func (Methods) Discriminator() mortise.Discriminator[Method] {
	return mortise.Discriminator[Method]{Property: "kind", Mapping: map[string]Method{
		"card": Card{}, "transfer": &Transfer{}, "split": Split{},
	}}
}

// Payment is one of the ways to pay.
type Payment = mortise.OneOf[Method, Methods]

// loose is a union of an interface without a name.
type loose struct{}

// Discriminator names its only type.
func (loose) Discriminator() mortise.Discriminator[any] {
	return mortise.Discriminator[any]{Property: "kind", Mapping: map[string]any{"card": Card{}}}
}

// Checkout has unions in every place.
type Checkout struct {
	Payment Payment            `json:"payment" validate:"required"`
	Other   *Payment           `json:"other"`
	Unsaid  Payment            `json:"unsaid,omitzero"`
	List    []Payment          `json:"list"`
	Map     map[string]Payment `json:"map"`
	Card    *Card              `json:"card"`
}

const checkout = `{"payment":{"kind":"split","parts":[{"kind":"card","number":"1234"},{"kind":"transfer","iban":"DE","note":"x"}]},
	"other":null,"list":[{"number":"5678","kind":"card"}],"map":{"a":{"kind":"transfer"}},"card":{"number":"1234"}}`
