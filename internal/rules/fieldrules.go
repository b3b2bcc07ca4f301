package rules

// fieldRules are the rules that look at other fields of the struct.
var fieldRules = map[string]entry{
	"eqfield":   across(equalKinds, buildCompare(equal, true)),
	"nefield":   across(equalKinds, buildCompare(unequal, true)),
	"gtfield":   across(orderedKinds, buildCompare(moreThan, true)),
	"gtefield":  across(orderedKinds, buildCompare(atLeast, true)),
	"ltfield":   across(orderedKinds, buildCompare(lessThan, true)),
	"ltefield":  across(orderedKinds, buildCompare(atMost, true)),
	"eqcsfield": across(equalKinds, buildCompare(equal, false)),
	"necsfield": across(equalKinds, buildCompare(unequal, false)),
	"gtcsfield": across(orderedKinds|lists|tables, buildCompare(moreThan, false)),

	"gtecsfield": across(orderedKinds|lists|tables, buildCompare(atLeast, false)),
	"ltcsfield":  across(orderedKinds|lists|tables, buildCompare(lessThan, false)),
	"ltecsfield": across(orderedKinds|lists|tables, buildCompare(atMost, false)),

	"fieldcontains": across(text, buildContains(true)),
	"fieldexcludes": across(text, buildContains(false)),

	"required_if":          conditional(pairList, true, true, given),
	"required_unless":      conditional(pairList, true, false, given),
	"skip_unless":          conditional(pairList, true, true, given),
	"excluded_if":          conditional(pairList, true, true, empty),
	"excluded_unless":      conditional(pairList, true, false, empty),
	"required_with":        conditional(fieldList, false, true, given),
	"required_with_all":    conditional(fieldList, true, true, given),
	"required_without":     conditional(fieldList, false, false, given),
	"required_without_all": conditional(fieldList, true, false, given),
	"excluded_with":        conditional(fieldList, false, true, empty),
	"excluded_with_all":    conditional(fieldList, true, true, empty),
	"excluded_without":     conditional(fieldList, false, false, empty),
	"excluded_without_all": conditional(fieldList, true, false, empty),

	"postcode_iso3166_alpha2_field": across(text, buildPostcode),
	"validateFn":                    {on: anything, param: mayParam, build: (*site).judge},
}

const (
	equalKinds   = text | numbers | boolean | lists | tables | moment
	orderedKinds = text | numbers | moment
)

func across(on kind, build func(*site) (step, error)) entry {
	return entry{on: on, param: someParam, parented: true, build: build}
}

func conditional(parse func(*site) ([]condition, error), all, met bool, want demand) entry {
	return entry{on: anything, param: someParam, parented: true, onNil: true, build: buildConditional(parse, all, met, want)}
}
