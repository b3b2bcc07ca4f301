// Package structured reads and writes structured field values, RFC 9651: those
// of them that the fields of this module are made of, which is lists of items
// with parameters.
//
//	field, err := structured.AppendList(nil, []structured.Item{
//		{Value: "login", Params: []structured.Param{{Key: "q", Value: int64(5)}}},
//	})
//	// "login";q=5
//
// A bare value is an int64, a [Decimal], a string, a [Token], a []byte or a bool.
// Inner lists, dates and display strings are refused in both directions.
//
// The functions that append return what was there, unchanged, together with an
// error: a value that the grammar cannot carry is never written in part.
package structured
