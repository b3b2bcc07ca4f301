package rules

import (
	"fmt"
	"slices"
	"strings"
)

// The words of a tag that are structure rather than rules.
const (
	wordDive          = "dive"
	wordKeys          = "keys"
	wordEndKeys       = "endkeys"
	wordSkip          = "-"
	wordOmitEmpty     = "omitempty"
	wordOmitNil       = "omitnil"
	wordOmitZero      = "omitzero"
	wordStructOnly    = "structonly"
	wordNoStructLevel = "nostructlevel"
)

// Rules is the syntax tree of one validate tag. Its zero value is an empty tag:
// nothing is asked of the value, but the fields of a struct are still checked.
type Rules struct {
	// Skip says that the tag is "-": neither the value nor what it holds is
	// checked.
	Skip bool
	// List holds the rules of the value itself, in order. The words omitempty,
	// omitnil, omitzero, structonly and nostructlevel are rules too: they act
	// where they stand.
	List []Rule
	// Dive holds the rules of each element of a slice or array and of each
	// value of a map. It is nil without the word dive.
	Dive *Rules
	// Keys holds the rules of each key of a map, those between keys and
	// endkeys. It is nil without them, and not nil only if Dive is not nil.
	Keys *Rules
}

// Rule is one rule: min=3, or several of which one has to hold: uuid|email.
type Rule struct {
	// Name is the rule's name. It is empty if Or is not.
	Name string
	// Param is what follows the equals sign, with 0x2C and 0x7C replaced by
	// the comma and the bar for which they stand.
	Param string
	// HasParam says that there is an equals sign; eq= differs from eq.
	HasParam bool
	// Or holds the alternatives of a|b, at least two, or none.
	Or []Rule
	// Alias is the alias from which the rule came, if any.
	Alias string
}

// Parse reads a tag. It knows the grammar, not the names: whether a rule exists
// and suits the type is for [Compile] to say. The error names the part that
// cannot be read.
func Parse(tag string) (Rules, error) {
	switch tag {
	case "":
		return Rules{}, nil
	case wordSkip:
		return Rules{Skip: true}, nil
	}
	var parts []part
	for text := range strings.SplitSeq(tag, ",") {
		parts = append(parts, part{text: text})
	}
	return parseParts(parts)
}

// part is what stands between two commas, and the alias that put it there.
type part struct{ text, alias string }

func parseParts(parts []part) (Rules, error) {
	var root Rules
	level := &root
	for i := 0; i < len(parts); i++ {
		switch text := parts[i].text; text {
		case wordDive:
			level.Dive = new(Rules)
			if i+1 < len(parts) && parts[i+1].text == wordKeys {
				keys, n, err := parseKeys(parts[i+2:])
				if err != nil {
					return Rules{}, err
				}
				level.Keys = keys
				i += 1 + n
			}
			level = level.Dive
		case wordKeys:
			return Rules{}, fmt.Errorf("%q stands without %q before it; write dive,keys,...,endkeys", wordKeys, wordDive)
		case wordEndKeys:
			return Rules{}, fmt.Errorf("%q stands without %q before it; write dive,keys,...,endkeys", wordEndKeys, wordKeys)
		default:
			rule, err := parseRule(parts[i])
			if err != nil {
				return Rules{}, err
			}
			level.List = append(level.List, rule)
		}
	}
	return root, nil
}

// parseKeys reads up to endkeys and returns how many parts it took.
func parseKeys(parts []part) (*Rules, int, error) {
	end := slices.IndexFunc(parts, func(p part) bool { return p.text == wordEndKeys })
	if end < 0 {
		return nil, 0, fmt.Errorf("%q has no %q; write dive,keys,...,endkeys", wordKeys, wordEndKeys)
	}
	keys, err := parseParts(parts[:end])
	return &keys, end + 1, err
}

func parseRule(p part) (Rule, error) {
	if !strings.Contains(p.text, "|") {
		return parseSingle(p.text, p.alias)
	}
	either := Rule{Alias: p.alias}
	for text := range strings.SplitSeq(p.text, "|") {
		rule, err := parseSingle(text, "")
		if err != nil {
			return Rule{}, fmt.Errorf("%w in %q", err, p.text)
		}
		either.Or = append(either.Or, rule)
	}
	return either, nil
}

func parseSingle(text, alias string) (Rule, error) {
	name, param, has := strings.Cut(text, "=")
	switch {
	case name == "" && has:
		return Rule{}, fmt.Errorf("%q has no name before the equals sign", text)
	case name == "":
		return Rule{}, fmt.Errorf("an empty rule; remove the spare comma or bar")
	case name == wordSkip:
		return Rule{}, fmt.Errorf("%q stands beside other rules; it means that nothing is checked", wordSkip)
	}
	return Rule{Name: name, Param: unescaper.Replace(param), HasParam: has, Alias: alias}, nil
}

var (
	unescaper = strings.NewReplacer("0x2C", ",", "0x7C", "|")
	escaper   = strings.NewReplacer(",", "0x2C", "|", "0x7C")
)

// String gives the tag that parses to r.
func (r Rules) String() string {
	if r.Skip {
		return wordSkip
	}
	return strings.Join(r.parts(), ",")
}

func (r Rules) parts() []string {
	var parts []string
	for _, rule := range r.List {
		parts = append(parts, rule.String())
	}
	if r.Dive == nil {
		return parts
	}
	parts = append(parts, wordDive)
	if r.Keys != nil {
		parts = append(parts, wordKeys)
		parts = append(parts, r.Keys.parts()...)
		parts = append(parts, wordEndKeys)
	}
	return append(parts, r.Dive.parts()...)
}

// String gives the rule as it stands in a tag.
func (r Rule) String() string {
	if len(r.Or) > 0 {
		texts := make([]string, len(r.Or))
		for i, alternative := range r.Or {
			texts[i] = alternative.String()
		}
		return strings.Join(texts, "|")
	}
	if !r.HasParam {
		return r.Name
	}
	return r.Name + "=" + escaper.Replace(r.Param)
}

// Find returns the first rule of List with the given name; it does not look
// into alternatives, nor below dive.
func (r Rules) Find(name string) (Rule, bool) {
	i := slices.IndexFunc(r.List, func(rule Rule) bool { return rule.Name == name })
	if i < 0 {
		return Rule{}, false
	}
	return r.List[i], true
}

// Has reports whether List has a rule with the given name.
func (r Rules) Has(name string) bool {
	_, ok := r.Find(name)
	return ok
}

// Required reports whether the value must be there: the rule required stands
// before any word that lets an empty value pass.
func (r Rules) Required() bool {
	for _, rule := range r.List {
		switch rule.Name {
		case "required":
			return true
		case wordOmitEmpty, wordOmitNil, wordOmitZero:
			return false
		}
	}
	return false
}

// Optional reports whether an empty value passes whatever rules follow, by
// omitempty, omitnil or omitzero.
func (r Rules) Optional() bool {
	return r.Has(wordOmitEmpty) || r.Has(wordOmitNil) || r.Has(wordOmitZero)
}

// Words splits a parameter that is a list, as oneof and required_if have it:
// at spaces, where single quotes keep what is between them together.
func (r Rule) Words() []string { return words(r.Param) }

func words(s string) []string {
	var list []string
	for {
		s = strings.TrimLeft(s, " \t\n\f\r")
		if s == "" {
			return list
		}
		end := strings.IndexAny(s, " \t\n\f\r")
		if end < 0 {
			end = len(s)
		}
		if s[0] == '\'' {
			if i := strings.IndexByte(s[1:], '\''); i >= 0 {
				end = i + 2
			}
		}
		list = append(list, strings.ReplaceAll(s[:end], "'", ""))
		s = s[end:]
	}
}
