package rules_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/rules"
)

func list(rule ...rules.Rule) rules.Rules { return rules.Rules{List: rule} }

func rule(name string) rules.Rule { return rules.Rule{Name: name} }

func with(name, param string) rules.Rule {
	return rules.Rule{Name: name, Param: param, HasParam: true}
}

func TestParseGivesTheTreeOfATag(t *testing.T) {
	t.Parallel()
	alphaElems := list(rule("alpha"))
	keys := list(with("min", "1"))
	required := list(rule("required"))
	tests := []struct {
		tag  string
		want rules.Rules
	}{
		{"", rules.Rules{}},
		{"-", rules.Rules{Skip: true}},
		{"required", list(rule("required"))},
		{"omitempty,min=3,max=4", list(rule("omitempty"), with("min", "3"), with("max", "4"))},
		{"eq=", list(with("eq", ""))},
		{"pattern=^a=b$", list(with("pattern", "^a=b$"))},
		{"pattern=^a{20x2C3}(b0x7Cc)$", list(with("pattern", "^a{2,3}(b|c)$"))},
		{"uuid|len=3", list(rules.Rule{Or: []rules.Rule{rule("uuid"), with("len", "3")}})},
		{"min=1,dive,alpha", rules.Rules{List: []rules.Rule{with("min", "1")}, Dive: &alphaElems}},
		{"dive,keys,min=1,endkeys,required", rules.Rules{Dive: &required, Keys: &keys}},
		{"dive,dive,required", rules.Rules{Dive: &rules.Rules{Dive: &required}}},
		{"dive", rules.Rules{Dive: &rules.Rules{}}},
		{"dive,keys,endkeys", rules.Rules{Dive: &rules.Rules{}, Keys: &rules.Rules{}}},
		{"dive,keys,dive,alpha,endkeys", rules.Rules{Dive: &rules.Rules{}, Keys: &rules.Rules{Dive: &alphaElems}}},
	}
	for _, test := range tests {
		got, err := rules.Parse(test.tag)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", test.tag, got, err, test.want)
		}
		if back := got.String(); back != test.tag {
			t.Errorf("Parse(%q).String() = %q", test.tag, back)
		}
	}
}

func TestParseSaysWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"min=3,":               "empty rule",
		",min=3":               "empty rule",
		"a,,b":                 "empty rule",
		"a|":                   `empty rule; remove the spare comma or bar in "a|"`,
		"=3":                   "no name before the equals sign",
		"required,-":           "nothing is checked",
		"keys,a,endkeys":       `"keys" stands without "dive"`,
		"dive,a,keys,endkeys":  `"keys" stands without "dive"`,
		"dive,keys,a":          `"keys" has no "endkeys"`,
		"endkeys":              `"endkeys" stands without "keys"`,
		"dive,keys,a,,endkeys": "empty rule",
	}
	for tag, want := range tests {
		if got, err := rules.Parse(tag); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) = %+v, %v; want an error with %q", tag, got, err, want)
		}
	}
}

func TestRulesAnswerQuestions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tag                string
		required, optional bool
	}{
		{"required", true, false}, {"min=1,required", true, false}, {"omitempty,required", false, true}, {"required,omitempty", true, true},
		{"omitnil,min=1", false, true}, {"omitzero", false, true}, {"required_with=A", false, false}, {"dive,required", false, false}, {"", false, false},
	}
	for _, test := range tests {
		r, err := rules.Parse(test.tag)
		if err != nil {
			t.Fatal(err)
		}
		if r.Required() != test.required || r.Optional() != test.optional {
			t.Errorf("%q: Required() = %v, Optional() = %v", test.tag, r.Required(), r.Optional())
		}
	}
	r, _ := rules.Parse("min=1,oneof=a 'b c'  d,dive,max=2")
	if got, ok := r.Find("oneof"); !ok || !reflect.DeepEqual(got.Words(), []string{"a", "b c", "d"}) {
		t.Errorf("Find(oneof) = %+v, %v", got, ok)
	}
	if r.Has("max") || !r.Dive.Has("max") {
		t.Error("Has looks below dive, or not at all")
	}
}

func TestAliasesAreExpandedWithTheirName(t *testing.T) {
	t.Parallel()
	v := newOracle()
	v.RegisterAlias("short", "min=1,max=3")
	v.RegisterAlias("code", "short,alpha|number")
	o := rules.Options{Validator: v}
	got, err := o.Parse("omitempty,code,dive,short")
	if err != nil {
		t.Fatal(err)
	}
	if want := "omitempty,min=1,max=3,alpha|number,dive,min=1,max=3"; got.String() != want {
		t.Errorf("expanded to %q, want %q", got, want)
	}
	for i, want := range []string{"", "short", "short", "code"} {
		if got.List[i].Alias != want {
			t.Errorf("rule %d has the alias %q, want %q", i, got.List[i].Alias, want)
		}
	}
	v.RegisterAlias("loop", "loop,min=1")
	if _, err := o.Parse("loop"); err == nil || !strings.Contains(err.Error(), `alias "loop" contains itself`) {
		t.Errorf("an alias of itself: %v", err)
	}
}

// FuzzParse has two laws: what is parsed is written back to the same tree, and
// what compiles neither makes validator panic nor gets another verdict.
func FuzzParse(f *testing.F) {
	for _, tag := range tags {
		f.Add(tag, "abc", 3)
	}
	oracle := newOracle()
	f.Fuzz(func(t *testing.T, tag, text string, n int) {
		tree, err := rules.Parse(tag)
		if err == nil {
			again, err := rules.Parse(tree.String())
			if err != nil || !reflect.DeepEqual(again, tree) {
				t.Fatalf("Parse(%q) = %+v, written as %q, which parses to %+v, %v", tag, tree, tree, again, err)
			}
		}
		if strings.Contains(tag, "pattern") || strings.Contains(tag, "validateFn") {
			return // not known to validator; not the same without a struct
		}
		for _, value := range []any{text, n, uint8(n), float64(n), []string{text, "a"}, map[string]int{text: n}, n > 0} {
			c, err := rules.CompileVar(reflect.TypeOf(value), tag, rules.Options{Validator: oracle})
			if err != nil {
				continue
			}
			if strings.Contains(tag, "keys") || strings.ContainsAny(text, "[]\"\\") || !printable(text) {
				c.Check(reflect.New(c.Type()).Interface())
				continue
			}
			sameVar(t, oracle, c, tag, value)
		}
	})
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// FuzzFormats compares every compiled form of text with validator's.
func FuzzFormats(f *testing.F) {
	for _, text := range textSamples {
		f.Add(text)
	}
	oracle := newOracle()
	checkers := map[string]*rules.Checker{}
	for _, tag := range tags {
		if c, err := rules.CompileVar(reflect.TypeFor[string](), tag, rules.Options{Validator: oracle}); err == nil {
			checkers[tag] = c
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for tag, c := range checkers {
			sameVar(t, oracle, c, tag, text)
		}
	})
}
