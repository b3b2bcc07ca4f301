// Package shape reads the fields and tags of a Go struct once, with the meaning that encoding/json/v2 gives them,
// so that binding, validation and documentation cannot disagree about what a type looks like on the wire.
//
//	members, err := shape.Members(reflect.TypeFor[Order]())
//	for _, m := range members {
//		fmt.Println(m.Name, m.Type, m.Index)
//	}
//
// # What is a member
//
//	field                          becomes
//	ID int                         member "ID"
//	ID int `json:"id"`             member "id"
//	ID int `json:"-"`              nothing
//	id int                         nothing
//	Base (embedded struct)         the members of Base
//	Base `json:"base"`             member "base"
//	B Base `json:",embed"`         the members of Base (not in the JSON v2 experiment of Go 1.26)
//	More map[string]T `json:",embed"`  every member that no other field names, see [Struct.Rest]
//
// When one name is reached twice, the shallowest field wins; among equals the only one with a name in its tag;
// otherwise none of them is a member. Two fields of one and the same struct with one name are a mistake.
//
// Results are cached by type and shared; they must not be changed. All functions may be called concurrently.
package shape
