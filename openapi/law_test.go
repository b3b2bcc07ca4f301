package openapi_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mortise-go/mortise/internal/codec"
)

// judge checks a JSON value against a schema, as far as this package uses JSON Schema.
type judge struct{ doc map[string]any }

func (j judge) check(sch any, v any, path string) []string {
	s, ok := sch.(map[string]any)
	if !ok {
		return []string{path + ": the schema is not an object"}
	}
	var faults []string
	fail := func(format string, args ...any) { faults = append(faults, path+": "+fmt.Sprintf(format, args...)) }
	if ref, ok := s["$ref"].(string); ok {
		target := component(j.doc, strings.TrimPrefix(ref, "#/components/schemas/"))
		if target == nil {
			fail("%s leads nowhere", ref)
		}
		faults = append(faults, j.check(target, v, path)...)
	}
	if any, ok := s["anyOf"].([]any); ok && !slices.ContainsFunc(any, func(a interface{}) bool { return len(j.check(a, v, path)) == 0 }) {
		fail("%v is none of %v", v, any)
	}
	if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, v) {
		fail("%v is not one of %v", v, enum)
	}
	if typ := s["type"]; typ != nil && !hasType(typ, v) {
		fail("%v is not %v", v, typ)
	}
	faults = append(faults, j.value(s, v, path)...)
	return faults
}

func hasType(typ, v any) bool {
	if list, ok := typ.([]any); ok {
		return slices.ContainsFunc(list, func(t any) bool { return hasType(t, v) })
	}
	switch v := v.(type) {
	case nil:
		return typ == "null"
	case bool:
		return typ == "boolean"
	case string:
		return typ == "string"
	case float64:
		return typ == "number" || typ == "integer" && v == float64(int64(v))
	case []any:
		return typ == "array"
	default:
		return typ == "object"
	}
}

func (j judge) value(s map[string]any, v any, path string) (faults []string) {
	fail := func(format string, args ...any) { faults = append(faults, path+": "+fmt.Sprintf(format, args...)) }
	within := func(n float64, least, most string) {
		if m, ok := s[least].(float64); ok && n < m {
			fail("%v is below %s %v", n, least, m)
		}
		if m, ok := s[most].(float64); ok && n > m {
			fail("%v is above %s %v", n, most, m)
		}
	}
	switch v := v.(type) {
	case float64:
		within(v, "minimum", "maximum")
	case string:
		within(float64(utf8.RuneCountInString(v)), "minLength", "maxLength")
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
			fail("%q does not match %s", v, p)
		}
	case []any:
		within(float64(len(v)), "minItems", "maxItems")
		for i, e := range v {
			if items, ok := s["items"]; ok {
				faults = append(faults, j.check(items, e, path+"["+strconv.Itoa(i)+"]")...)
			}
		}
	case map[string]any:
		faults = append(faults, j.object(s, v, path)...)
	}
	return faults
}

func (j judge) object(s, v map[string]any, path string) (faults []string) {
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := v[name.(string)]; !ok {
			faults = append(faults, fmt.Sprintf("%s: %v is missing", path, name))
		}
	}
	for name, e := range v {
		if names, ok := s["propertyNames"]; ok {
			faults = append(faults, j.check(names, name, path+"{"+name+"}")...)
		}
		if p := at(s["properties"], name); p != nil {
			faults = append(faults, j.check(p, e, path+"."+name)...)
		} else if more := s["additionalProperties"]; more != nil {
			faults = append(faults, j.check(more, e, path+"."+name)...)
		} else if s["properties"] != nil && s["type"] == "object" {
			faults = append(faults, path+"."+name+": nobody told of it")
		}
	}
	return faults
}

// everything has a member of every kind that the codec can write.
type everything struct {
	withValue
	Bool     bool           `json:"bool"`
	Int      int            `json:"int"`
	Small    int8           `json:"small"`
	Big      int64          `json:"big,string"`
	Unsigned uint64         `json:"unsigned,string"`
	Float    float32        `json:"float,string"`
	Real     float64        `json:"real"`
	Text     string         `json:"text" validate:"omitempty,min=3"`
	Left     string         `json:"left,omitempty"`
	Pointer  *int           `json:"pointer"`
	Gone     *int           `json:"gone,omitzero"`
	Struct   *Person        `json:"struct"`
	List     []*Person      `json:"list"`
	Numbers  []*int         `json:"numbers"`
	Array    [2]bool        `json:"array"`
	Bytes    []byte         `json:"bytes"`
	Four     [4]byte        `json:"four"`
	Map      map[string]int `json:"map"`
	ByNumber map[int8]string
	ByUint   map[uint]string
	ByColor  map[color]bool
	ByUUID   map[UUID]bool
	Any      any
	Raw      json.RawMessage
	Number   json.Number
	Integer  big.Int
	Time     time.Time
	Duration time.Duration
	Addr     netip.Addr
	UUID     UUID
	OnlyText writeOnlyText
	Own      ownJSON
	Color    color
	Level    level
	Tree     tree
	Node     Node
	Inline   struct{ A, B *bool }
}

func full() everything {
	n, yes := 3, true
	person := &Person{Name: "Ada"}
	return everything{
		withValue: withValue{base: base{ID: 1}, Name: "n"}, Bool: true, Int: -5, Small: -128, Big: -1 << 62,
		Unsigned: 1<<64 - 1, Float: -1.5e-9, Real: 1e300, Text: "abc", Left: "x", Pointer: &n, Gone: &n, Struct: person,
		List: []*Person{person}, Numbers: []*int{nil, &n}, Bytes: []byte("hello"), Four: [4]byte{1, 2}, Map: map[string]int{"a": 1},
		ByNumber: map[int8]string{-3: "x"}, ByUint: map[uint]string{0: "x", 12: "y"}, ByColor: map[color]bool{"red": true},
		ByUUID: map[UUID]bool{{}: true}, Any: []int{1}, Raw: json.RawMessage(`{"a":1}`), Number: "12.5", Integer: *big.NewInt(99),
		Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Duration: 90*time.Second + 1500*time.Microsecond, Addr: netip.MustParseAddr("::1"),
		Color: "green", Level: 2, Tree: tree{{}, {{}}}, Node: Node{Children: []*Node{{}}, Parent: &Node{}, ByName: map[string]Node{"x": {}}},
		Inline: struct{ A, B *bool }{A: &yes},
	}
}

// TestWhatIsEncodedMatchesItsSchema, full and empty. The empty value of an enum is not one of its values.
func TestWhatIsEncodedMatchesItsSchema(t *testing.T) {
	t.Parallel()
	doc := build(t, answers("/v", reflect.TypeFor[everything]()))
	empty := everything{Color: "red", Level: 1}
	for name, v := range map[string]everything{"full": full(), "empty": empty} {
		b, err := codec.Marshal(&v)
		if err != nil {
			t.Fatal(err)
		}
		var decoded any
		if err := json.Unmarshal(b, &decoded); err != nil {
			t.Fatal(err)
		}
		for _, fault := range (judge{doc}).check(outputSchema(doc, "/v"), decoded, name) {
			t.Error(fault)
		}
	}
}

// TestDurationsMatchTheirPattern exhausts the magnitudes.
func TestDurationsMatchTheirPattern(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(memberOf(t, reflect.TypeFor[time.Duration](), `json:"v"`)["pattern"].(string))
	for d := time.Duration(1); d > 0; d = d*7 + 3 {
		for _, v := range []time.Duration{d, -d} {
			if !pattern.MatchString(v.String()) {
				t.Errorf("%v does not match", v)
			}
		}
	}
	for _, v := range []string{"0", "+1h", "1.5h", ".5s", "1h2m", "3us", "3µs", "3μs"} {
		if _, err := time.ParseDuration(v); err != nil || !pattern.MatchString(v) {
			t.Errorf("%s: %v, match %v", v, err, pattern.MatchString(v))
		}
	}
	for _, v := range []string{"", "1", "h", "1x", "1h ", "-", "--1s"} {
		if _, err := time.ParseDuration(v); err == nil || pattern.MatchString(v) {
			t.Errorf("%s: %v, match %v", v, err, pattern.MatchString(v))
		}
	}
}

// TestCheckAgreesWithTheCodec about which types can be sent.
func TestCheckAgreesWithTheCodec(t *testing.T) {
	t.Parallel()
	for _, k := range kinds {
		if err := codec.For(k.typ).CheckEncode(); err != nil {
			t.Errorf("%s is documented, but %v", k.typ, err)
		}
	}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[chan int](), reflect.TypeFor[func()](), reflect.TypeFor[complex64](), reflect.TypeFor[map[bool]int](),
		reflect.TypeFor[struct{ C chan int }](), reflect.TypeFor[[]func()](), reflect.TypeFor[map[struct{ A int }]int](),
		reflect.TypeFor[struct{ hidden int }](), reflect.TypeFor[map[[2]int]int](), reflect.TypeFor[map[*int]struct{ C chan int }](),
	} {
		if err := codec.For(typ).CheckEncode(); err == nil {
			t.Errorf("the codec accepts %s", typ)
		}
		mistakes(t, answers("/v", typ))
	}
}

// FuzzTags puts any tag on fields of several types: the document is built and is JSON, or the mistake names the field.
func FuzzTags(f *testing.F) {
	for _, tag := range []string{
		`json:"a" validate:"min=3"`, `doc:"x" example:"1"`, `enum:"1,2" default:"3"`, `enum:"[1"`, `validate:"dive,min=3"`,
		`validate:"oneof='a b' c|email"`, `validate:"pattern=^(a|b)$"`, `default:"[1,2]"`, `example:"{\"a\":1}"`, `deprecated:"x"`,
		`json:"-"`, `json:"a,string"`, `layout:"2006"`, `title:"é" format:"x"`, `validate:"len=-3"`, `validate:"dive,keys,len=1,endkeys"`,
		"doc:\"\xff\"", `example:"NaN"`, `default:"1e999"`, `validate:"min=1e3,max=0x10"`, `json:"A"`, `enum:","`,
	} {
		f.Add(tag)
	}
	types := []reflect.Type{
		typeInt, typeString, typeFloat, typeList, typeMap, reflect.TypeFor[*bool](), reflect.TypeFor[time.Time](),
		reflect.TypeFor[time.Duration](), reflect.TypeFor[color](), reflect.TypeFor[*Person](), reflect.TypeFor[[]byte](), reflect.TypeFor[any](),
	}
	f.Fuzz(func(t *testing.T, tag string) {
		for _, typ := range types {
			st := reflect.StructOf([]reflect.StructField{{Name: "Field", Type: typ, Tag: reflect.StructTag(tag)}})
			d := documentOf(answers("/v", st), takes("/v", st))
			b, err := d.JSON()
			if err != nil {
				if !strings.Contains(err.Error(), "Field") {
					t.Errorf("%s with %q: %v", typ, tag, err)
				}
				continue
			}
			if !json.Valid(b) {
				t.Errorf("%s with %q: %s", typ, tag, b)
			}
		}
	})
}
