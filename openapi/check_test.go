package openapi_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/go-playground/validator/v10"

	"github.com/mortise-go/mortise/openapi"
)

var (
	typeString = reflect.TypeFor[string]()
	typeInt    = reflect.TypeFor[int]()
	typeFloat  = reflect.TypeFor[float64]()
	typeList   = reflect.TypeFor[[]string]()
	typeMap    = reflect.TypeFor[map[string]int]()
)

// rulesOnTypes say what a validate tag adds to the schema of a member of a body.
var rulesOnTypes = []struct {
	typ  reflect.Type
	rule string
	want string // beside what the type says itself
}{
	{typeString, "required", `{"minLength":1}`},
	{typeString, "min=3", `{"minLength":3}`},
	{typeString, "gte=3,lte=5", `{"minLength":3,"maxLength":5}`},
	{typeString, "required,min=3", `{"minLength":3}`},
	{typeString, "min=3,min=5", `{"minLength":5}`},
	{typeString, "max=9,max=5", `{"maxLength":5}`},
	{typeString, "len=4", `{"minLength":4,"maxLength":4}`},
	{typeString, "gt=3", `{"minLength":4}`},
	{typeString, "lt=3", `{"maxLength":2}`},
	{typeString, "eq=a", `{"const":"a"}`},
	{typeString, "ne=a", `{"not":{"const":"a"}}`},
	{typeString, "oneof=a b 'c d'", `{"enum":["a","b","c d"]}`},
	{typeString, "noneof=a b", `{"not":{"enum":["a","b"]}}`},
	{typeString, "email", `{"format":"email"}`},
	{typeString, "url", `{"format":"uri"}`},
	{typeString, "https_url", `{"format":"uri","pattern":"^[hH][tT][tT][pP][sS]://"}`},
	{typeString, "uuid4", `{"format":"uuid"}`},
	{typeString, "ipv4", `{"format":"ipv4"}`},
	{typeString, "ip", `{"anyOf":[{"format":"ipv4"},{"format":"ipv6"}]}`},
	{typeString, "hostname_rfc1123", `{"format":"hostname"}`},
	{typeString, "alphanum", `{"pattern":"^[a-zA-Z0-9]+$"}`},
	{typeString, "alpha,startswith=ab", `{"pattern":"^[a-zA-Z]+$","allOf":[{"pattern":"^ab"}]}`},
	{typeString, "e164", `{"pattern":"^\\+?[1-9][0-9]{7,14}$"}`},
	{typeString, "base64", `{"contentEncoding":"base64"}`},
	{typeString, "json", `{"contentMediaType":"application/json"}`},
	{typeString, "startswith=a.b", `{"pattern":"^a\\.b"}`},
	{typeString, "endswith=$", `{"pattern":"\\$$"}`},
	{typeString, "contains=0x2C", `{"pattern":","}`},
	{typeString, "excludes=x", `{"not":{"pattern":"x"}}`},
	{typeString, "pattern=^[a-z]+$", `{"pattern":"^[a-z]+$"}`},
	{typeString, "pattern=(?i)^a", `{"description":"Must satisfy ` + "`pattern=(?i)^a`" + `."}`},
	{typeString, "datetime=2006-01-02", `{"format":"date"}`},
	{typeString, "datetime=2006-01-02T15:04:05Z07:00", `{"format":"date-time"}`},
	{typeString, "datetime=02.01.2006", `{"description":"Must satisfy ` + "`datetime=02.01.2006`" + `."}`},
	{typeString, "iso3166_1_alpha2", `{"format":"iso3166-1-alpha2"}`},
	{typeString, "uuid|email", `{"anyOf":[{"format":"uuid"},{"format":"email"}]}`},
	{typeString, "lowercase", `{"description":"Must satisfy ` + "`lowercase`" + `."}`},
	{typeString, "omitempty,min=3", `{"anyOf":[{"const":"","type":"string"},{"minLength":3,"type":"string"}]}`},
	{typeString, "omitempty,oneof=a b", `{"enum":["a","b",""]}`},
	{typeInt, "omitempty", `{}`},

	{typeInt, "required", `{"not":{"const":0}}`},
	{typeInt, "min=1,max=9", `{"minimum":1,"maximum":9}`},
	{typeInt, "gt=1,lt=9", `{"exclusiveMinimum":1,"exclusiveMaximum":9}`},
	{typeInt, "eq=3", `{"const":3}`},
	{typeInt, "ne=3", `{"not":{"const":3}}`},
	{typeInt, "oneof=1 2", `{"enum":[1,2]}`},
	{typeInt, "min=9007199254740993", `{"minimum":9007199254740993}`},
	{typeFloat, "gte=0.5", `{"minimum":0.5}`},
	{typeFloat, "latitude", `{"minimum":-90,"maximum":90}`},

	{typeList, "required", `{}`},
	{typeList, "min=1,max=3,unique", `{"minItems":1,"maxItems":3,"uniqueItems":true}`},
	{typeList, "len=2", `{"minItems":2,"maxItems":2}`},
	{typeList, "max=3,dive,required,max=5", `{"maxItems":3,"items":{"type":"string","minLength":1,"maxLength":5}}`},
	{typeMap, "min=1", `{"minProperties":1}`},
	{typeMap, "dive,keys,alpha,endkeys,min=1", `{"propertyNames":{"pattern":"^[a-zA-Z]+$"},"additionalProperties":{"type":"integer","format":"int64","minimum":1}}`},
	{reflect.TypeFor[map[string][]int](), "dive,max=2,dive,gt=0", `{"additionalProperties":{"type":"array","maxItems":2,"items":{"type":"integer","format":"int64","exclusiveMinimum":0}}}`},

	{reflect.TypeFor[bool](), "required", `{"const":true}`},
	{reflect.TypeFor[bool](), "eq=false", `{"const":false}`},
	{reflect.TypeFor[*string](), "omitempty,min=3", `{"type":["string","null"],"minLength":3}`},
	{reflect.TypeFor[*string](), "required,min=3", `{"minLength":3}`},
	{reflect.TypeFor[*int](), "omitnil,oneof=1 2", `{"type":["integer","null"],"enum":[1,2,null]}`},
	{reflect.TypeFor[uint8](), "max=9", `{"maximum":9}`},
	{reflect.TypeFor[uint8](), "min=3", `{"minimum":3}`},
	{reflect.TypeFor[color](), "oneof=red", `{"enum":["red"]}`},
	{reflect.TypeFor[time.Duration](), "min=1h", `{"description":"Must satisfy ` + "`min=1h`" + `."}`},
	{reflect.TypeFor[Person](), "required", `{}`},
}

func TestRulesBecomeKeywords(t *testing.T) {
	t.Parallel()
	for _, c := range rulesOnTypes {
		t.Run(fmt.Sprintf("%s %s", c.typ, c.rule), func(t *testing.T) {
			t.Parallel()
			got := memberOf(t, c.typ, `json:"v" validate:"`+c.rule+`"`)
			want := memberOf(t, c.typ, `json:"v"`)
			if c.typ.Kind() == reflect.Pointer {
				want = memberOf(t, c.typ.Elem(), `json:"v"`)
			}
			expected := fmt.Sprintf(`{"base":%s,"more":%s}`, mustJSON(t, want), c.want)
			equal(t, "schema", map[string]any{"base": overlay(want, got), "more": beyond(got, want)}, expected)
		})
	}
}

// overlay returns the members of base with the values that they have in got, if those are the same; otherwise
// the original, because what changed is in beyond.
func overlay(base, got map[string]any) map[string]any {
	all := map[string]any{}
	for k, v := range base {
		if _, ok := got[k]; ok {
			all[k] = v
		}
	}
	return all
}

// beyond returns the members of got that base lacks or has otherwise.
func beyond(got, base map[string]any) map[string]any {
	more := map[string]any{}
	for k, v := range got {
		if !reflect.DeepEqual(base[k], v) {
			more[k] = v
		}
	}
	return more
}

// memberOf describes a member of a body.
func memberOf(t *testing.T, typ reflect.Type, tag string) map[string]any {
	t.Helper()
	body := reflect.StructOf([]reflect.StructField{{Name: "V", Type: typ, Tag: reflect.StructTag(tag)}})
	doc := build(t, takes("/v", body))
	return at(inputSchema(doc, "/v"), "properties", "v").(map[string]any)
}

// order has rules that look at other fields.
type order struct {
	Start  time.Time `json:"start" doc:"When it begins"`
	End    time.Time `json:"end" validate:"gtfield=Start"`
	Kind   string    `json:"kind" validate:"oneof=card cash"`
	Number string    `json:"number" validate:"required_if=Kind card"`
	Iban   string    `json:"iban" validate:"required_without=Number" doc:"The account"`
	Bonus  string    `json:"bonus" validate:"excluded_with=Iban Number"`
}

func TestRulesAboutOtherFieldsAreWords(t *testing.T) {
	t.Parallel()
	doc := build(t, takes("/v", reflect.TypeFor[order]()))
	for name, want := range map[string]string{
		"end":    "Must be greater than `start`.",
		"number": "Required if `kind` is `card`.",
		"iban":   "The account. Required unless there is `number`.",
		"bonus":  "Must be left out if there is `iban` or `number`.",
	} {
		if got := at(component(doc, "Order"), "properties", name, "description"); got != want {
			t.Errorf("description of %s is %q, want %q", name, got, want)
		}
	}
}

type zeros struct {
	Required string  `json:"required" validate:"required"`
	Min      string  `json:"min" validate:"min=1"`
	Email    string  `json:"email" validate:"email"`
	Choice   string  `json:"choice" validate:"oneof=a b"`
	Adult    int     `json:"adult" validate:"gte=18"`
	Max      string  `json:"max" validate:"max=5"`
	Optional string  `json:"optional" validate:"omitempty,min=3"`
	Number   int     `json:"number" validate:"gte=0,lte=5"`
	Pointer  *string `json:"pointer" validate:"required"`
	Free     string  `json:"free"`
	Skipped  string  `json:"skipped" validate:"-"`
}

// TestWhatIsRefusedWhenMissingIsRequired: a rule that the zero value fails demands the member as required does.
func TestWhatIsRefusedWhenMissingIsRequired(t *testing.T) {
	t.Parallel()
	doc := build(t, takes("/v", reflect.TypeFor[zeros]()))
	equal(t, "required", at(component(doc, "Zeros"), "required"), `["required","min","email","choice","adult","pointer"]`)
}

// TestWhatATagKeepsFromBeingAskedIsNotSaid: a schema refuses nothing that the rules would not.
func TestWhatATagKeepsFromBeingAskedIsNotSaid(t *testing.T) {
	t.Parallel()
	type V struct {
		Maybe   Person            `json:"maybe" validate:"omitempty"`
		Skipped Person            `json:"skipped" validate:"-"`
		List    []Person          `json:"list" validate:"-"`
		Map     map[string]Person `json:"map" validate:"-"`
		Asked   Person            `json:"asked"`
	}
	doc := build(t, takes("/v", reflect.TypeFor[V]()))
	equal(t, "V", component(doc, "V"), `{"type":"object","required":["asked"],"properties":{
		"maybe":{"anyOf":[{"$ref":"#/components/schemas/Person"},{"type":"object"}]},
		"skipped":{"type":"object"},"list":{"type":"array"},"map":{"type":"object"},"asked":{"$ref":"#/components/schemas/Person"}}}`)
}

// TestAnswersMayCarryTheZeroThatARuleSkips: what omitempty lets pass may be sent, unless the encoding leaves it out.
func TestAnswersMayCarryTheZeroThatARuleSkips(t *testing.T) {
	t.Parallel()
	type V struct {
		Sent    string   `json:"sent" validate:"omitempty,min=3"`
		List    []string `json:"list" validate:"omitempty,min=3"`
		Omitted []string `json:"omitted,omitempty" validate:"omitempty,min=3"`
	}
	doc := build(t, answers("/v", reflect.TypeFor[V]()))
	equal(t, "sent", at(component(doc, "V"), "properties", "sent"), `{"type":"string","anyOf":[{"const":"","type":"string"},{"minLength":3,"type":"string"}]}`)
	equal(t, "list", at(component(doc, "V"), "properties", "list"), `{"type":"array","items":{"type":"string"}}`)
	equal(t, "omitted", at(component(doc, "V"), "properties", "omitted"), `{"type":"array","items":{"type":"string"},"minItems":3}`)
}

func TestAliasesOfTheValidatorAreKnown(t *testing.T) {
	t.Parallel()
	type V struct {
		Name string `json:"name" validate:"nick"`
		Odd  string `json:"odd" validate:"odd"`
	}
	v := validator.New()
	v.RegisterAlias("nick", "min=2,alphanum")
	if err := v.RegisterValidation("odd", func(validator.FieldLevel) bool { return true }); err != nil {
		t.Fatal(err)
	}
	d := openapi.New(info)
	d.SetValidator(v)
	d.Add(takes("/v", reflect.TypeFor[V]()))
	c := component(decode(t, d), "V")
	equal(t, "alias", at(c, "properties", "name"), `{"type":"string","minLength":2,"pattern":"^[a-zA-Z0-9]+$"}`)
	equal(t, "own rule", at(c, "properties", "odd"), `{"type":"string","description":"Must satisfy `+"`odd`"+`."}`)
}
