// Package bind turns the parameters of a request into typed Go values.
//
// A parameter is a struct field with a tag that says where its value comes from:
//
//	type ListUsers struct {
//		Page   int           `query:"page" default:"1" validate:"min=1,max=1000"`
//		Status []Status      `query:"status,comma" enum:"draft,live"`
//		Since  *time.Time    `query:"since"`
//		Wait   time.Duration `header:"X-Wait" default:"0s"`
//	}
//
// [Compile] reads the tags of one field, once, and tells every mistake in them. [NewPlan] gathers the parameters of an
// operation. A pooled frame keeps one [Source], made by the plan, and one [Binder] for each field, made by the
// parameter. While serving, the source is loaded with a request and the binders fill the fields. Single values and lists
// of built-in types are written through typed pointers, without reflection; single ones without allocating, unless the
// text has escapes. What the handler may keep (slices, pointers, maps) is new for each request.
//
// # Types
//
//	string                    any text in UTF-8 without NUL
//	bool                      1, t, T, true, True, TRUE, 0, f, F, false, False, FALSE; in a form also on and off
//	int, uint, 8 to 64 bits   decimal digits; a minus sign; leading zeros are fine, a plus sign is not
//	float32, float64          decimal, with or without an exponent; no NaN, no infinity, no hexadecimal
//	time.Time                 RFC 3339, or the tag layout:"2006-01-02"
//	time.Duration             as time.ParseDuration reads it: 1m30s
//	UnmarshalText             types with this method on the value or the pointer: netip.Addr, big.Int, a UUID
//	[]T, [N]T                 of all the above
//	*T, an [Optional] of T    the same, and the handler sees whether it was given
//	map[string]T, struct      in query and form: a deep object, see below
//
// T may also be a type that is defined as one of these. []byte is refused, because a text does not say how its bytes are
// written. The tag enum:"a,b", or a method Enum() []any of the type, restricts strings, numbers, durations and types
// with UnmarshalText to the values listed. The tag validate is that of package rules.
//
// # Presence
//
// A path parameter is always there. Another one is required unless it is a pointer, an [Optional], a slice or a deep
// object, or has a default, or says validate:"omitempty" or required:"false"; required:"true" and validate:"required"
// make it so in any case. An absent one is its default or the zero value, and no rules are asked of it.
//
// The rule required asks for presence: 0 and false are values when they were sent. Only of a string it asks that it be
// not empty. A text that is empty is present: it is a string, and a mistake for other types. But in a form a field that
// was left empty is absent, because that is how browsers send it; a box that was not ticked is absent too.
//
// # Lists
//
//	tag               request                      OpenAPI
//	query:"id"        id=1&id=2                    form, explode
//	query:"id,comma"  id=1,2                       form
//	query:"id,pipe"   id=1|2                       pipeDelimited
//	query:"id,space"  id=1%202                     spaceDelimited
//	header:"X-Id"     one line or several: 1, 2    simple
//	path:"id"         /1,2                         simple
//	cookie:"id"       id=1,2                       form
//
// form is as query, and repeat is the name of what is meant without an option. Separators are looked for after decoding,
// so that a value cannot hold one. The default of a list is separated by commas.
//
// # Deep objects
//
// A map or struct in query or form is written as names in brackets: filter[limit]=2&filter[tags]=a&filter[tags]=b. The
// members of a struct have their JSON names, because it is by these that the document shows them. Lists within may also
// be written tags[]=a or tags[0]=a. A struct is always there, and its members may have defaults; behind a pointer it is
// nil when nothing is given. Unknown members are refused. Depth, number of names and length are limited by [Options],
// and the indexes of a list must have no gaps.
//
// # Errors
//
// An [Error] is the client's mistake: code, place and what would be right. Malformed ones are a 400, others a 422.
//
// # Security considerations
//
//   - No error holds a submitted value. A path within an object holds the keys of a map, and an unknown name is repeated
//     where [Limits] refuse such; both are the client's own words.
//   - Each parameter is read from its declared place alone.
//   - A single value that is given twice is refused, not the first or last one taken: a proxy that looked at the request
//     may have taken the other. [Options.FirstWins] turns this off.
//   - A query or form that url.ParseQuery refuses is refused as a whole instead of read in part.
//   - A path text that holds a slash, a backslash or a dot segment got it through an escape and is refused; with the option
//     opaque, path:"key,opaque", it is data. Slashes are fine in {name...}. NUL, CR and LF never are.
//   - Invalid UTF-8 and NUL are refused in all texts.
//   - [Source.Reset] drops every text of the request, and a [Binder] writes its field in every case, so that nothing of one
//     request is seen by the next.
package bind
