package rules_test

import (
	"fmt"
	"reflect"

	"github.com/mortise-go/mortise/internal/rules"
)

func Example() {
	type Line struct {
		SKU string `json:"sku" validate:"required,max=8"`
		Qty int    `json:"qty" validate:"min=1"`
	}
	type Order struct {
		Email string `json:"email" validate:"required,email"`
		Lines []Line `json:"lines" validate:"min=1,dive"`
	}
	checker, err := rules.Compile(reflect.TypeFor[Order](), rules.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	order := Order{Email: "nobody", Lines: []Line{{"PAN", 1}, {"POT", 0}}}
	for _, v := range checker.Check(&order) {
		fmt.Println(v.Path, v.Detail, "at", v.Path.Pointer())
	}
	// Output:
	// email must be a valid e-mail address at /email
	// lines[1].qty must be at least 1 at /lines/1/qty
}

func ExampleCompile_mistakes() {
	type Order struct {
		Email string `validate:"emial"`
		Paid  bool   `validate:"min=3"`
	}
	_, err := rules.Compile(reflect.TypeFor[Order](), rules.Options{})
	fmt.Println(err)
	// Output:
	// field Order.Email has validate:"emial" on string: unknown rule "emial"; did you mean "email"?
	// field Order.Paid has validate:"min=3" on bool: min does not work on bool; it works on strings, numbers, slices and arrays, maps, times
}

func ExampleParse() {
	tree, err := rules.Parse("min=1,dive,keys,max=8,endkeys,uuid|email")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tree.List, tree.Keys.List, tree.Dive.List[0].Or)
	// Output: [min=1] [max=8] [uuid email]
}
