package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A site is one rule about to be compiled, and all that its builder may ask.
type site struct {
	c        *compiler
	at       spot
	rule     Rule
	t        reflect.Type
	kind     kind
	nullable bool
}

func (s *site) isDuration() bool { return s.t == durationType }

// step compiles one rule of a list, or the alternatives of one. ok is false if
// there is nothing to test.
func (c *compiler) step(at spot, t reflect.Type, rule Rule, nullable bool) (made step, ok bool) {
	if len(rule.Or) > 0 {
		made, ok = c.either(at, t, rule, nullable)
	} else {
		made, ok = c.single(&site{c: c, at: at, rule: rule, t: t, kind: kindOf(t), nullable: nullable})
	}
	if ok && made.finding != nil && rule.Alias != "" {
		named := *made.finding
		named.rule = rule.Alias
		made.finding = &named
	}
	return made, ok
}

// single compiles one rule. A mistake yields, at check time, a test that fails.
func (c *compiler) single(s *site) (step, bool) {
	made, err := c.build(s)
	switch {
	case err != nil:
		c.mistake(s.at, s.t, s.rule.String(), err.Error())
		made = step{value: func(*run, reflect.Value) bool { return false }}
	case made.always():
		return step{}, false
	}
	if made.finding == nil && !isWord(s.rule.Name) {
		made.finding = s.finding()
	}
	return made, true
}

func (s *site) finding() *finding {
	return &finding{rule: s.rule.Name, param: s.rule.Param, detail: detailOf(s)}
}

// always reports that there is no test: the rule holds whatever the value.
func (s *step) always() bool {
	return s.text == nil && s.signed == nil && s.unsigned == nil && s.float == nil && s.value == nil
}

func (c *compiler) build(s *site) (step, error) {
	e, ok := catalogue[s.rule.Name]
	switch {
	case c.replaced(s.rule.Name) || !ok && c.reg.knows(s.rule.Name):
		return s.foreign(), nil
	case !ok:
		return step{}, c.unknownError(s.rule.Name)
	}
	if err := e.fits(s); err != nil {
		return step{}, err
	}
	return e.build(s)
}

// replaced reports whether the validator gives the rule a meaning of its own.
// pattern is ours, so a validator that has it has its own.
func (c *compiler) replaced(name string) bool {
	if name == "pattern" {
		_, theirs := c.reg.rule(name)
		return theirs
	}
	return slices.Contains(c.reg.redefined, name)
}

func (c *compiler) known(name string) bool {
	_, ok := catalogue[name]
	return ok || c.reg.knows(name)
}

func (c *compiler) unknownError(name string) error {
	if trimmed := strings.TrimSpace(name); trimmed != name && c.known(trimmed) {
		return fmt.Errorf("unknown rule %q; write it without spaces", name)
	}
	if isWord(name) || name == wordDive {
		return fmt.Errorf("%s stands by itself, without parameter and alternatives", name)
	}
	if meant := elsewhere[name]; meant != "" {
		return fmt.Errorf("unknown rule %q; did you mean %q?", name, meant)
	}
	candidates := append(c.reg.names(), wordOmitEmpty, wordOmitNil, wordOmitZero, wordDive, wordKeys, wordEndKeys, wordStructOnly)
	return fmt.Errorf("unknown rule %q%s", name, suggest(name, candidates))
}

// elsewhere are the names that pydantic and JSON Schema have for rules. By their
// letters they are closer to others: le to len.
var elsewhere = map[string]string{
	"ge": "gte", "le": "lte",
	"min_length": "min", "minLength": "min", "minItems": "min", "minimum": "min",
	"max_length": "max", "maxLength": "max", "maxItems": "max", "maximum": "max",
	"regex": "pattern", "uniqueItems": "unique",
}

func (c *compiler) unknown(at spot, t reflect.Type, rule Rule) {
	c.mistake(at, t, rule.String(), c.unknownError(rule.Name).Error())
}

// either compiles a|b: the first alternative that holds is enough.
func (c *compiler) either(at spot, t reflect.Type, rule Rule, nullable bool) (step, bool) {
	var tests []step
	var details []string
	holds := false
	for _, single := range rule.Or {
		s := &site{c: c, at: at, rule: single, t: t, kind: kindOf(t), nullable: nullable}
		if isWord(single.Name) {
			c.unknown(at, t, single)
			continue
		}
		if rule.Alias != "" && !c.suits(s) {
			continue // an alias may serve several types, each by some of its alternatives
		}
		details = append(details, detailOf(s))
		made, ok := c.single(s)
		holds = holds || !ok
		tests = append(tests, made)
	}
	switch {
	case holds:
		return step{}, false
	case len(tests) == 0:
		c.mistake(at, t, rule.Alias, fmt.Sprintf("none of %s works on %v", rule, t))
	}
	f := &finding{rule: groupName(rule.Or), detail: joinDetails(details)}
	return anyOf(classOf(t), tests, f), true
}

// suits reports whether a rule works on the kind of its site.
func (c *compiler) suits(s *site) bool {
	e, ok := catalogue[s.rule.Name]
	return !ok || c.replaced(s.rule.Name) || e.fits(s) == nil
}

// groupName names alternatives as a violation does.
func groupName(list []Rule) string {
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = plainRule(r)
	}
	return strings.Join(names, "|")
}

// plainRule writes a rule as a violation names it, without escapes.
func plainRule(r Rule) string {
	if r.HasParam {
		return r.Name + "=" + r.Param
	}
	return r.Name
}

func anyOf(by class, tests []step, f *finding) step {
	allText := by == byText && !slices.ContainsFunc(tests, func(s step) bool { return s.text == nil })
	if allText {
		return step{finding: f, text: func(text string) bool {
			for i := range tests {
				if tests[i].text(text) {
					return true
				}
			}
			return false
		}}
	}
	return step{finding: f, value: func(r *run, v reflect.Value) bool {
		for i := range tests {
			if tests[i].keeps(by, r, v) {
				return true
			}
		}
		return false
	}}
}

// keeps runs a single test on a value.
func (s *step) keeps(by class, r *run, v reflect.Value) bool {
	switch {
	case by == byText && s.text != nil:
		return s.text(v.String())
	case by == bySigned && s.signed != nil:
		return s.signed(v.Int())
	case by == byUnsigned && s.unsigned != nil:
		return s.unsigned(v.Uint())
	case by == byFloat && s.float != nil:
		return s.float(v.Float())
	}
	return s.value(r, v)
}
