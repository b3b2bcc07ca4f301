package rules

import (
	"fmt"
	"reflect"
	"strings"
)

// detailOf writes what a rule asks of the values at its site.
func detailOf(s *site) string {
	if e, ok := catalogue[s.rule.Name]; ok && e.parented && s.at.parent != nil {
		if detail := fieldDetail(s); detail != "" {
			return detail
		}
	}
	return detail(s.rule, s.kind)
}

// detailFor is detailOf for what validator reports.
func detailFor(rule, param string, k reflect.Kind) string {
	kind := other
	switch {
	case k == reflect.String:
		kind = text
	case k == reflect.Slice || k == reflect.Array:
		kind = lists
	case k == reflect.Map:
		kind = tables
	case k >= reflect.Int && k <= reflect.Float64:
		kind = signed
	}
	return detail(Rule{Name: rule, Param: param, HasParam: param != ""}, kind)
}

func detail(rule Rule, k kind) string {
	if said, ok := sentences[rule.Name]; ok {
		return said
	}
	if said := sizeDetail(rule, k); said != "" {
		return said
	}
	if said := paramDetail(rule); said != "" {
		return said
	}
	return fmt.Sprintf("does not satisfy the rule %s", rule.Name)
}

// sizeDetail says how much or how many a value may be.
func sizeDetail(rule Rule, k kind) string {
	words, ok := sizeWords[rule.Name]
	switch {
	case !ok:
		return ""
	case k == moment:
		return words.time
	case k == text && (rule.Name == "eq" || rule.Name == "ne"):
		return equalDetail(rule)
	case k&sized != 0:
		return fmt.Sprintf("must have %s %s", words.count, counted(rule.Param, k))
	}
	return "must be " + words.value + rule.Param
}

// sizeWords say a bound of a count, a value, and a time.
var sizeWords = map[string]struct{ count, value, time string }{
	"min": {"at least", "at least ", "must not be in the past"},
	"gte": {"at least", "at least ", "must not be in the past"},
	"max": {"at most", "at most ", "must not be in the future"},
	"lte": {"at most", "at most ", "must not be in the future"},
	"gt":  {"more than", "more than ", "must be in the future"},
	"lt":  {"fewer than", "less than ", "must be in the past"},
	"len": {"exactly", "", ""},
	"eq":  {"exactly", "", ""},
	"ne":  {"other than", "other than ", ""},
}

func equalDetail(rule Rule) string {
	switch {
	case rule.Name == "eq" && rule.Param == "":
		return "must be empty"
	case rule.Name == "eq":
		return "must be " + rule.Param
	case rule.Param == "":
		return "must not be empty"
	}
	return "must not be " + rule.Param
}

func counted(n string, k kind) string {
	one, many := "item", "items"
	switch k {
	case text:
		one, many = "character", "characters"
	case tables:
		one, many = "entry", "entries"
	}
	if n == "1" {
		return "1 " + one
	}
	return n + " " + many
}

// paramDetail says what the rules ask that have a parameter of another sort.
func paramDetail(rule Rule) string {
	p := rule.Param
	switch rule.Name {
	case "oneof":
		return "must be one of " + strings.Join(rule.Words(), ", ")
	case "oneofci":
		return "must be one of " + strings.Join(rule.Words(), ", ") + ", in any case"
	case "noneof":
		return "must be none of " + strings.Join(rule.Words(), ", ")
	case "noneofci":
		return "must be none of " + strings.Join(rule.Words(), ", ") + ", in any case"
	case "unique":
		if p != "" {
			return "must not have two items with the same " + p
		}
		return "must not have the same item twice"
	case "datetime":
		return "must be a date or time written like " + p
	case "spicedb":
		return "must be a valid SpiceDB " + cmpOr(p, "id")
	case "validateFn":
		return "is not valid"
	}
	if format, ok := paramSentences[rule.Name]; ok {
		return fmt.Sprintf(format, p)
	}
	return ""
}

func cmpOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

var paramSentences = map[string]string{
	"eq_ignore_case":          "must be %s, in any case",
	"ne_ignore_case":          "must not be %s, in any case",
	"pattern":                 "must match the pattern %s",
	"contains":                "must contain %q",
	"containsany":             "must contain at least one of the characters %q",
	"containsrune":            "must contain the character %q",
	"excludes":                "must not contain %q",
	"excludesall":             "must not contain any of the characters %q",
	"excludesrune":            "must not contain the character %q",
	"startswith":              "must start with %q",
	"startsnotwith":           "must not start with %q",
	"endswith":                "must end with %q",
	"endsnotwith":             "must not end with %q",
	"mimetype":                "must be the path of a file of type %s",
	"postcode_iso3166_alpha2": "must be a valid postal code of %s",
}

// fieldDetail says what a rule asks with a view to other fields, which it names
// as the client knows them.
func fieldDetail(s *site) string {
	name := s.rule.Name
	switch {
	case strings.HasSuffix(name, "_if"), strings.HasSuffix(name, "_unless"):
		return conditionDetail(s)
	case strings.HasPrefix(name, "required_"), strings.HasPrefix(name, "excluded_"):
		return presenceDetail(s)
	case name == "unique" && s.kind&(lists|tables) != 0:
		return uniqueDetail(s)
	}
	format, ok := fieldSentences[name]
	if !ok {
		return ""
	}
	return fmt.Sprintf(format, s.publicName(s.rule.Param))
}

var fieldSentences = map[string]string{
	"eqfield":                       "must equal %s",
	"nefield":                       "must differ from %s",
	"gtfield":                       "must be greater than %s",
	"gtefield":                      "must not be less than %s",
	"ltfield":                       "must be less than %s",
	"ltefield":                      "must not be greater than %s",
	"eqcsfield":                     "must equal %s",
	"necsfield":                     "must differ from %s",
	"gtcsfield":                     "must be greater than %s",
	"gtecsfield":                    "must not be less than %s",
	"ltcsfield":                     "must be less than %s",
	"ltecsfield":                    "must not be greater than %s",
	"fieldcontains":                 "must contain %s",
	"fieldexcludes":                 "must not contain %s",
	"unique":                        "must differ from %s",
	"postcode_iso3166_alpha2_field": "must be a valid postal code of the country in %s",
}

// publicName gives the name under which the client knows another field.
func (s *site) publicName(path string) string {
	ref, err := s.reference(path)
	if err != nil || ref.name == "" {
		return path
	}
	return ref.name
}

// uniqueDetail names the compared field of the elements.
func uniqueDetail(s *site) string {
	elem := indirectOnce(s.t.Elem())
	if s.rule.Param == "" || elem.Kind() != reflect.Struct {
		return ""
	}
	f, ok := elem.FieldByName(s.rule.Param)
	if !ok {
		return ""
	}
	if name, flat, skip := s.c.opts.nameOf(f); !flat && !skip {
		return "must not have two items with the same " + name
	}
	return ""
}

func conditionDetail(s *site) string {
	demand, when := "is required", " when "
	if strings.HasPrefix(s.rule.Name, "excluded") {
		demand = "must be left out"
	}
	if strings.HasSuffix(s.rule.Name, "d_unless") { // skip_unless means when
		when = " unless "
	}
	words := s.rule.Words()
	var parts []string
	for i := 0; i+1 < len(words); i += 2 {
		parts = append(parts, s.publicName(words[i])+" is "+words[i+1])
	}
	glue := " and "
	if when == " unless " {
		glue = " or "
	}
	return demand + when + strings.Join(parts, glue)
}

func presenceDetail(s *site) string {
	demand, rest, _ := strings.Cut(s.rule.Name, "_")
	said := "is required when "
	if demand == "excluded" {
		said = "must be left out when "
	}
	var names []string
	for _, word := range s.rule.Words() {
		names = append(names, s.publicName(word))
	}
	glue := " or "
	if strings.HasSuffix(rest, "_all") {
		glue = " and "
	}
	verb := " is given"
	if strings.HasPrefix(rest, "without") {
		verb = " is missing"
	}
	if len(names) > 1 && glue == " and " {
		verb = strings.Replace(verb, " is ", " are ", 1)
	}
	return said + strings.Join(names, glue) + verb
}

// joinDetails joins what the alternatives ask, without repeating how they start.
func joinDetails(details []string) string {
	if len(details) == 0 {
		return "does not satisfy any alternative"
	}
	for _, start := range []string{"must be ", "must have ", "must "} {
		var ends []string
		for _, detail := range details {
			if end, ok := strings.CutPrefix(detail, start); ok {
				ends = append(ends, end)
			}
		}
		if len(ends) == len(details) {
			return start + strings.Join(ends, " or ")
		}
	}
	return strings.Join(details, " or ")
}
