package rules_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/rules"
)

func TestDetailsSayWhatTheValueMustBe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tag   string
		value any
		want  string
	}{
		{"required", "", "is required"},
		{"required", (*int)(nil), "is required"},
		{"min=3", (*string)(nil), "is required"},
		{"isdefault", "x", "must be empty"},
		{"min=3", "é", "must have at least 3 characters"},
		{"max=1", "éé", "must have at most 1 character"},
		{"len=2", "x", "must have exactly 2 characters"},
		{"gt=2", "x", "must have more than 2 characters"},
		{"lt=2", "xx", "must have fewer than 2 characters"},
		{"max=100", 101, "must be at most 100"},
		{"min=1", uint8(0), "must be at least 1"},
		{"gt=0", 0.0, "must be more than 0"},
		{"lt=0", 0.5, "must be less than 0"},
		{"len=3", 4, "must be 3"},
		{"eq=3", 4, "must be 3"},
		{"ne=3", 3, "must be other than 3"},
		{"eq=true", false, "must be true"},
		{"eq=yes", "no", "must be yes"},
		{"ne=", "", "must not be empty"},
		{"eq=", "x", "must be empty"},
		{"ne=a", "a", "must not be a"},
		{"min=1", []int{}, "must have at least 1 item"},
		{"max=2", map[string]int{"a": 1, "b": 2, "c": 3}, "must have at most 2 entries"},
		{"ne=0", []int{}, "must have other than 0 items"},
		{"min=1h", time.Minute, "must be at least 1h"},
		{"gt", time.Unix(0, 0), "must be in the future"},
		{"lte", time.Now().Add(time.Hour), "must not be in the future"},
		{"oneof=user admin 'dark blue'", "x", "must be one of user, admin, dark blue"},
		{"noneof=1 2", 1, "must be none of 1, 2"},
		{"oneofci=a b", "x", "must be one of a, b, in any case"},
		{"unique", []int{1, 1}, "must not have the same item twice"},
		{"email", "x", "must be a valid e-mail address"},
		{"uuid|email", "x", "must be a valid UUID or a valid e-mail address"},
		{"len=2|number", "x", "must have exactly 2 characters or digits only"},
		{"min=3|eq=0", 1, "must be at least 3 or 0"},
		{"iscolor", "x", "must be a hexadecimal color or an RGB color or an RGBA color or an HSL color or an HSLA color or a CMYK color"},
		{"pattern=^[a-z]{20x2C3}$", "X", "must match the pattern ^[a-z]{2,3}$"},
		{"datetime=2006-01-02", "x", "must be a date or time written like 2006-01-02"},
		{"startswith=a/", "x", `must start with "a/"`},
		{"spicedb", "", "must be a valid SpiceDB id"},
		{"port", 0, "must be a port from 1 to 65535"},
		{"dive,keys,min=2,endkeys", map[string]int{"a": 1}, "has a key that must have at least 2 characters"},
	}
	for _, test := range tests {
		c := compileVar(t, reflect.TypeOf(test.value), test.tag, rules.Options{})
		out := c.Check(pointerTo(test.value))
		if len(out) != 1 || out[0].Detail != test.want {
			t.Errorf("validate:%q on %#v: got %+v, want %q", test.tag, test.value, out, test.want)
		}
	}
}

func TestDetailsNameOtherFieldsAsTheClientKnowsThem(t *testing.T) {
	t.Parallel()
	type Item struct {
		Code string `json:"code"`
	}
	type Form struct {
		Kind   string `json:"kind"`
		Level  int    `json:"level"`
		Hidden string `json:"-"`
		Plain  string
		Sub    struct {
			Zip string `json:"zip_code"`
		} `json:"sub"`
		Items []Item `json:"items" validate:"unique=Code"`

		Eq      string  `json:"eq" validate:"eqfield=Plain"`
		Gt      int     `json:"gt" validate:"gtfield=Level"`
		Zip     string  `json:"zip" validate:"nefield=Sub.Zip"`
		If      string  `json:"if" validate:"required_if=Kind card Level 3"`
		Unless  string  `json:"unless" validate:"required_unless=Kind card Level 3"`
		With    string  `json:"with" validate:"required_with=Kind Plain"`
		WithAll string  `json:"with_all" validate:"required_with_all=Kind Level"`
		Without string  `json:"without" validate:"required_without=Hidden"`
		Ex      string  `json:"ex" validate:"excluded_if=Kind card"`
		ExWith  string  `json:"ex_with" validate:"excluded_with=Kind"`
		First   string  `json:"first" validate:"required_with=Items[0].Code"`
		Nil     *string `json:"nil" validate:"required_with=Kind"`
	}
	form := Form{Kind: "card", Level: 3, Plain: "p", Items: []Item{{"x"}, {"x"}}, Eq: "q", Gt: 1, Ex: "e", ExWith: "e"}
	want := map[string]string{
		"items":    "must not have two items with the same code",
		"eq":       "must equal Plain",
		"gt":       "must be greater than level",
		"zip":      "must differ from sub.zip_code",
		"if":       "is required when kind is card and level is 3",
		"with":     "is required when kind or Plain is given",
		"with_all": "is required when kind and level are given",
		"without":  "is required when Hidden is missing",
		"ex":       "must be left out when kind is card",
		"ex_with":  "must be left out when kind is given",
		"first":    "is required when items[0].code is given",
		"nil":      "is required when kind is given",
	}
	c := compile[Form](t, rules.Options{})
	got := map[string]string{}
	for _, v := range c.Check(&form) {
		got[v.Path.String()] = v.Detail
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	form = Form{}
	for _, v := range c.Check(&form) {
		if v.Path.String() == "unless" && v.Detail != "is required unless kind is card or level is 3" {
			t.Errorf("unless: %q", v.Detail)
		}
	}
}

// TestEveryBuiltInRuleHasItsOwnText: the text for rules that nobody wrote one
// for must not turn up.
func TestEveryBuiltInRuleHasItsOwnText(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	for typ, values := range samplesByType() {
		for _, tag := range tags {
			c, err := rules.CompileVar(typ, tag, rules.Options{})
			if err != nil {
				continue
			}
			for _, value := range values {
				for _, v := range c.Check(pointerTo(value)) {
					said[v.Rule] = true
					if strings.Contains(v.Detail, "does not satisfy") || !clause.MatchString(v.Detail) {
						t.Fatalf("validate:%q says %q", tag, v.Detail)
					}
				}
			}
		}
	}
	if len(said) < 150 {
		t.Errorf("only %d rules were broken", len(said))
	}
}

var clause = regexp.MustCompile(`^(must|is|has a key that) .*[^.]$`)

// What was submitted is not repeated, whatever the rule (law L12).
func TestSubmittedValuesAreNeverRepeated(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-S3CRET"
	for _, tag := range tags {
		for _, value := range []any{secret, []string{secret, secret}, ptr(secret), map[string]string{"k": secret}} {
			c, err := rules.CompileVar(reflect.TypeOf(value), tag, rules.Options{})
			if err != nil {
				continue
			}
			for _, v := range c.Check(pointerTo(value)) {
				if strings.Contains(v.Path.String()+v.Rule+v.Param+v.Detail, "S3CRET") {
					t.Errorf("validate:%q repeats the value: %+v", tag, v)
				}
			}
		}
	}
}

func TestPathsAreWrittenForPeopleAndAsJSONPointers(t *testing.T) {
	t.Parallel()
	member := func(name string) rules.Step { return rules.Step{Name: name} }
	index := func(i int) rules.Step { return rules.Step{Kind: rules.Index, Index: i} }
	key := func(name string) rules.Step { return rules.Step{Kind: rules.Key, Name: name} }
	tests := []struct {
		path          rules.Path
		text, pointer string
	}{
		{nil, "", ""},
		{rules.Path{member("items"), index(3), member("qty")}, "items[3].qty", "/items/3/qty"},
		{rules.Path{index(0), member("a")}, "[0].a", "/0/a"},
		{rules.Path{member("meta"), key("colour")}, "meta[colour]", "/meta/colour"},
		{rules.Path{member("meta"), key("a/b~c")}, "meta[a/b~c]", "/meta/a~1b~0c"},
		{rules.Path{member("meta"), key("")}, `meta[""]`, "/meta/"},
		{rules.Path{member("meta"), key("x]\n"), member("y")}, `meta["x]\n"].y`, "/meta/x]\n/y"},
		{rules.Path{member("a/b"), index(10), index(2)}, "a/b[10][2]", "/a~1b/10/2"},
	}
	for _, test := range tests {
		if got := test.path.String(); got != test.text {
			t.Errorf("%v.String() = %q, want %q", []rules.Step(test.path), got, test.text)
		}
		if got := test.path.Pointer(); got != test.pointer {
			t.Errorf("%v.Pointer() = %q, want %q", []rules.Step(test.path), got, test.pointer)
		}
	}
}
