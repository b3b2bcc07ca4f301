// Package tricky is an API with every type that has ever been documented wrongly
// by somebody: recursion, generics, embedding, null, numbers in strings, keys of
// maps, types of the standard library, enums, unions, optional members, rules.
//
//	api := tricky.New()
//
// Each [Case] has a route that answers with the body that it took. So a judge can
// ask whether the document tells the truth: what its schema refuses the route has
// to refuse too, and what the route answers the schema of the answer has to
// accept.
package tricky
