// Package rules reads validate tags once, for checking and for documentation.
//
// The tags are those of go-playground/validator, version 10:
//
//	type Order struct {
//		Email string   `json:"email" validate:"required,email"`
//		Lines []Line   `json:"lines" validate:"min=1,max=50,dive"`
//		Ship  *Address `json:"ship"  validate:"required_with=Email"`
//	}
//
//	checker, err := rules.Compile(reflect.TypeFor[Order](), rules.Options{})
//	violations := checker.Check(&order)
//
// [Parse] gives the syntax tree of a tag, from which a document derives a JSON
// Schema; [Compile] and [CompileVar] turn a type with its tags into a
// [Checker], which looks at values without parsing anything and, while they
// are valid, without allocating.
//
// # Meaning
//
// A tag means here what it means to validator with WithRequiredStructEnabled,
// and validator is the judge in the tests. The differences are these:
//
//   - What validator answers with a panic while it validates (an unknown rule,
//     a parameter that is not a number, a rule on a kind that it does not
//     work on), or with a rule that can never hold or never fail (email on
//     an int, eqfield naming no field), is a mistake that [Compile] reports.
//   - A field that JSON cannot reach (json:"-") is not checked.
//   - A slice, array or map at the top is dived into without being asked.
//   - Data nested more than 1000 levels deep is refused rather than followed.
//   - On a nil pointer, required_with and its like must be followed by
//     omitempty before a rule that looks at the value; validator would apply
//     that rule to the pointer.
//
// # Whole values
//
// With [Options].Whole a value is checked with all that it holds: elements need
// no dive, and the values of a type with the method Enum() []any must be among
// those listed. What tells whether it was given, a type with the methods
// OptionalElem and MarkSet, is asked for its presence by required alone; other
// rules are for what was given.
//
// # Order and number of violations
//
// A field has at most one violation, by the first of its rules that fails, but
// all fields are told. Violations come in the order of fields and elements,
// those of a map in the order of its keys.
//
// # The rule pattern
//
// validator has no regular expressions; pattern=REGEX is ours. The text is in
// RE2 syntax and matches anywhere in the value, as pattern does in JSON Schema;
// anchor it with ^ and $. Commas and bars separate rules, so inside any
// parameter a comma is written 0x2C and a bar 0x7C:
//
//	validate:"pattern=^[a-z]{20x2C8}$"
//
// stands for ^[a-z]{2,8}$.
//
// # Security considerations
//
// No part of a [Violation] repeats a submitted value. A path does hold the
// names of map keys, which the client chose. The number of violations of one
// check is bounded by [Options.Limit], and so is the depth of what is followed,
// so that an answer cannot be made much larger than its request.
package rules
