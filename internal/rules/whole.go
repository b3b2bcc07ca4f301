package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// whole adds what [Options].Whole asks of a value beyond its rules.
func (c *compiler) whole(made *chain, at spot, rules Rules) {
	t := made.typ
	if rule, ok := c.listed(at, t); ok {
		if s, ok := c.step(at, t, rule, true); ok {
			made.steps = append(made.steps, s)
		}
	}
	if rules.Dive == nil && kindOf(t)&(lists|tables) != 0 && !slices.Contains(c.within, t) &&
		(looksInside(t.Elem()) || t.Kind() == reflect.Map && listsValues(t.Key())) {
		c.within = append(c.within, t)
		made.dive = newDive(t, c.chain(at.at("[]"), t.Elem(), Rules{}, false), c.wholeKeys(at, t))
		c.within = c.within[:len(c.within)-1]
	}
}

// dropDive forgets a dive that finds nothing to check.
func (c *chain) dropDive() {
	if c.dive != nil && !c.dive.live() {
		c.dive = nil
	}
}

func (c *compiler) wholeKeys(at spot, t reflect.Type) *chain {
	if t.Kind() != reflect.Map {
		return nil
	}
	if _, ok := c.listed(at, t.Key()); !ok {
		return nil
	}
	return c.chain(at.at("[key]"), t.Key(), Rules{}, false)
}

// looksInside reports whether a value may have something to check inside, as far as
// that can be told without compiling it.
func looksInside(t reflect.Type) bool {
	switch t = indirect(t); t.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Array, reflect.Map:
		return true
	}
	return listsValues(t)
}

// listing is a type that lists its own values.
type listing interface{ Enum() []any }

func listsValues(t reflect.Type) bool {
	return kindOf(t)&(text|integers) != 0 && reflect.PointerTo(t).Implements(reflect.TypeFor[listing]())
}

// listed is the rule that a value is one of those that its type lists.
func (c *compiler) listed(at spot, t reflect.Type) (rule Rule, ok bool) {
	if !listsValues(t) {
		return Rule{}, false
	}
	defer func() {
		if r := recover(); r != nil {
			c.mistake(at, t, "", fmt.Sprintf("its method Enum panics: %v", r))
			ok = false
		}
	}()
	list, _ := reflect.TypeAssert[listing](reflect.New(t))
	var words []string
	for _, v := range list.Enum() {
		words = append(words, "'"+plainText(v)+"'")
	}
	return Rule{Name: "oneof", Param: strings.Join(words, " "), HasParam: true}, len(words) > 0
}

// plainText writes a listed value as its kind has it, whatever its String method says.
func plainText(v any) string {
	switch r := reflect.ValueOf(v); {
	case r.Kind() == reflect.String:
		return r.String()
	case r.CanInt():
		return fmt.Sprint(r.Int())
	case r.CanUint():
		return fmt.Sprint(r.Uint())
	}
	return fmt.Sprint(v)
}
