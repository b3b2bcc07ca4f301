package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// entry is what is known of a built-in rule before it is compiled.
type entry struct {
	on       kind // the kinds of values that it works on
	param    need
	parented bool // looks at other fields of the struct
	onNil    bool // also judges a nil pointer
	build    func(*site) (step, error)
}

// need says what parameter a rule takes.
type need uint8

const (
	noParam need = iota
	mayParam
	someParam
)

// catalogue holds the built-in rules by name. It is never changed.
var catalogue = makeCatalogue()

func makeCatalogue() map[string]entry {
	all := map[string]entry{}
	for _, group := range []map[string]entry{presenceRules, sizeRules, textRules, choiceRules, fieldRules, formatRules()} {
		maps.Copy(all, group)
	}
	return all
}

var presenceRules = map[string]entry{
	"required":    {on: anything, build: buildRequired},
	"isdefault":   {on: anything, build: buildIsDefault},
	wordOmitEmpty: {on: anything, build: buildOmitEmpty},
	wordOmitNil:   {on: anything, build: buildOmitNil},
	wordOmitZero:  {on: anything, build: buildOmitZero},
}

var sizeRules = map[string]entry{
	"min": {on: sized | numbers | moment, param: mayParam, build: bound(atLeast)},
	"max": {on: sized | numbers | moment, param: mayParam, build: bound(atMost)},
	"gte": {on: sized | numbers | moment, param: mayParam, build: bound(atLeast)},
	"lte": {on: sized | numbers | moment, param: mayParam, build: bound(atMost)},
	"gt":  {on: sized | numbers | moment, param: mayParam, build: bound(moreThan)},
	"lt":  {on: sized | numbers | moment, param: mayParam, build: bound(lessThan)},
	"len": {on: sized | numbers, param: someParam, build: bound(equal)},
	"eq":  {on: sized | numbers | boolean, param: mayParam, build: buildEqual(equal)},
	"ne":  {on: sized | numbers | boolean, param: mayParam, build: buildEqual(unequal)},
}

var choiceRules = map[string]entry{
	"oneof":    {on: text | integers, param: someParam, build: buildOneOf(true)},
	"noneof":   {on: text | integers, param: someParam, build: buildOneOf(false)},
	"oneofci":  {on: text, param: someParam, build: buildOneOfFold(true)},
	"noneofci": {on: text, param: someParam, build: buildOneOfFold(false)},
	"unique":   {on: anything, param: mayParam, parented: true, build: buildUnique},
}

// fits reports why the rule cannot be asked of the value at the site.
func (e *entry) fits(s *site) error {
	if s.kind&e.on == 0 && !(e.on&stringer != 0 && s.t.Implements(stringerType)) {
		return fmt.Errorf("%s does not work on %s; it works on %s", s.rule.Name, s.t, kindNames(e.on))
	}
	switch {
	case e.param == noParam && s.rule.HasParam:
		return fmt.Errorf("%s takes no parameter; write %s", s.rule.Name, s.rule.Name)
	case e.param == someParam && s.rule.Param == "":
		return fmt.Errorf("%s needs a parameter, such as %s", s.rule.Name, sample(s.rule.Name))
	}
	return nil
}

var errNoParent = errors.New("there is no struct around the value, so no other field to look at")

// sample shows how a rule that needs a parameter is written.
func sample(name string) string {
	samples := map[string]string{
		"len": "len=3", "oneof": "oneof=red green", "noneof": "noneof=root admin", "oneofci": "oneofci=red green",
		"noneofci": "noneofci=root admin", "pattern": "pattern=^[a-z]+$", "datetime": "datetime=2006-01-02",
		"required_if": "required_if=Kind card", "mimetype": "mimetype=image/png", "postcode_iso3166_alpha2": "postcode_iso3166_alpha2=SE",
	}
	if text, ok := samples[name]; ok {
		return text
	}
	if e := fieldRules[name]; e.parented {
		return name + "=Other"
	}
	return name + "=x"
}

var kindWords = []struct {
	kind kind
	word string
}{
	{text, "strings"}, {signed, "integers"}, {unsigned, "unsigned integers"}, {floating, "floats"}, {boolean, "bools"},
	{lists, "slices and arrays"}, {tables, "maps"}, {moment, "times"}, {record, "structs"}, {stringer, "types with a String method"},
}

func kindNames(set kind) string {
	if set&numbers == numbers {
		return strings.Join(append(namesOf(set&text), append([]string{"numbers"}, namesOf(set&^(numbers|text))...)...), ", ")
	}
	return strings.Join(namesOf(set), ", ")
}

func namesOf(set kind) []string {
	var names []string
	for _, k := range kindWords {
		if set&k.kind != 0 {
			names = append(names, k.word)
		}
	}
	return slices.Clip(names)
}
