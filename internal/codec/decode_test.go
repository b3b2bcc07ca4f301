package codec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/codec"
)

type item struct {
	Name string  `json:"name"`
	Qty  int8    `json:"qty"`
	Cost float64 `json:"cost"`
}

type audit struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// colour decodes itself from text, and badly from null.
type colour string

func (c *colour) UnmarshalText(b []byte) error {
	if len(b) != 7 || b[0] != '#' {
		return fmt.Errorf("bad colour %q", b)
	}
	*c = colour(b)
	return nil
}

// level decodes itself from JSON, refusing null.
type level int

func (l *level) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"low"`:
		*l = 1
	case `"high"`:
		*l = 2
	default:
		return fmt.Errorf("bad level %s", b)
	}
	return nil
}

type tree struct {
	Label    string  `json:"label"`
	Children []*tree `json:"children"`
}

type order struct {
	audit
	ID      int64            `json:"id,string"`
	Open    bool             `json:"open"`
	Items   []item           `json:"items"`
	Notes   map[string]int   `json:"notes"`
	Rooms   map[int]string   `json:"rooms"`
	Pair    [2]uint8         `json:"pair"`
	Triple  [3]int           `json:"triple"`
	Blob    []byte           `json:"blob"`
	Colour  colour           `json:"colour"`
	Level   level            `json:"level"`
	Maybe   *level           `json:"maybe"`
	Wait    time.Duration    `json:"wait"`
	Amount  json.Number      `json:"amount"`
	From    netip.Addr       `json:"from"`
	Net     *netip.Prefix    `json:"net"`
	Ratio   *float32         `json:"ratio"`
	Any     any              `json:"any"`
	Raw     json.RawMessage  `json:"raw"`
	Tree    *tree            `json:"tree"`
	Waits   []time.Duration  `json:"waits"`
	Plain   struct{ A uint } `json:"plain"`
	hidden  int
	Skipped int `json:"-"`
}

func reasons(t *testing.T, err error) codec.Errors {
	t.Helper()
	errs, ok := errors.AsType[codec.Errors](err)
	if !ok || len(errs) == 0 {
		t.Fatalf("got error %v (%T), want codec.Errors", err, err)
	}
	return errs
}

func TestValuesThatFit(t *testing.T) {
	t.Parallel()
	const in = `{
		"by": "ann", "at": "2026-01-02T03:04:05Z", "id": "9007199254740993", "open": true,
		"items": [{"name": "nut", "qty": -128, "cost": 1e2}], "notes": {"a": 1}, "rooms": {"-1": "x"},
		"pair": "AQI=", "triple": [1, 2, 3], "blob": "AQI=", "colour": "#ffffff", "level": "high",
		"maybe": null, "wait": "1m30s", "amount": 1.50, "from": "192.0.2.1", "net": "192.0.2.0/24",
		"ratio": 0.5, "any": {"b": [1, "x", null, true]}, "raw": {"z": [1]}, "waits": ["1s", null],
		"tree": {"label": "r", "children": [{"label": "c", "children": []}, null]}, "plain": {"A": 1},
		"unknown": {"deep": [1]}, "Open": false, "Skipped": 7, "hidden": 7
	}`
	half := float32(0.5)
	net := netip.MustParsePrefix("192.0.2.0/24")
	want := order{
		audit: audit{By: "ann", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		ID:    1<<53 + 1, Open: true, Items: []item{{"nut", -128, 100}}, Notes: map[string]int{"a": 1},
		Rooms: map[int]string{-1: "x"}, Pair: [2]uint8{1, 2}, Triple: [3]int{1, 2, 3}, Blob: []byte{1, 2},
		Colour: "#ffffff", Level: 2, Wait: 90 * time.Second, Amount: "1.50",
		From: netip.MustParseAddr("192.0.2.1"), Net: &net, Ratio: &half,
		Any: map[string]any{"b": []any{1.0, "x", nil, true}}, Raw: json.RawMessage(`{"z": [1]}`),
		Tree:  &tree{"r", []*tree{{"c", []*tree{}}, nil}},
		Waits: []time.Duration{time.Second, 0}, Plain: struct{ A uint }{1},
	}
	var got order
	if err := codec.Decode([]byte(in), &got, codec.Options{}); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	_ = got.hidden
}

func TestEveryMismatchIsToldInOneAnswer(t *testing.T) {
	t.Parallel()
	const in = `{
		"by": 1, "at": "yesterday", "id": 5, "open": "yes",
		"items": [{"name": "nut", "qty": 128, "cost": "x"}, 7, {"qty": 1.5}],
		"notes": {"a": "one", "b/c~d": true}, "rooms": {"x": "y", "2": 3},
		"pair": "AQIDBA==", "triple": [1, "2"], "blob": "%%", "colour": "red", "level": "mid",
		"maybe": "mid", "wait": 5, "amount": "5", "from": "300.1.1.1", "net": 7, "ratio": 1e39,
		"any": {"b": [1e400]}, "tree": {"label": "r", "children": [{"label": 1}, {"children": {}}]},
		"waits": ["1s", "soon"], "plain": {"A": -1}
	}`
	want := []string{
		"/by|by|type|expected a string, got a number",
		"/at|at|format|expected a date and time such as 2006-01-02T15:04:05Z",
		"/id|id|type|expected a string that holds an integer, got a number",
		"/open|open|type|expected true or false, got a string",
		"/items/0/qty|items[0].qty|range|number does not fit (allowed: -128 to 127)",
		"/items/0/cost|items[0].cost|type|expected a number, got a string",
		"/items/1|items[1]|type|expected an object, got a number",
		"/items/2/qty|items[2].qty|type|expected an integer, got a number with a fraction or an exponent",
		"/notes/a|notes.a|type|expected an integer, got a string",
		`/notes/b~1c~0d|notes["b/c~d"]|type|expected an integer, got true or false`,
		"/rooms/x|rooms.x|type|expected an integer as the name of the member",
		"/rooms/2|rooms.2|type|expected a string, got a number",
		"/pair|pair|format|expected a string in base64 that holds 2 bytes",
		"/triple|triple|length|expected an array of 3 elements",
		"/triple/1|triple[1]|type|expected an integer, got a string",
		"/blob|blob|format|expected a string in base64",
		"/colour|colour|format|expected a string of another form",
		"/level|level|format|expected a value of another form",
		"/maybe|maybe|format|expected a value of another form",
		"/wait|wait|type|expected a duration such as 1m30s, got a number",
		"/amount|amount|type|expected a number, got a string",
		"/from|from|format|expected an IP address",
		"/net|net|type|expected an address block such as 192.0.2.0/24, got a number",
		"/ratio|ratio|range|number does not fit (too large)",
		"/any/b/0|any.b[0]|range|number does not fit (too large)",
		"/tree/children/0/label|tree.children[0].label|type|expected a string, got a number",
		"/tree/children/1/children|tree.children[1].children|type|expected an array, got an object",
		"/waits/1|waits[1]|format|expected a duration such as 1m30s",
		"/plain/A|plain.A|range|number does not fit (allowed: 0 to 18446744073709551615)",
	}
	var got []string
	var target order
	errs := reasons(t, codec.Decode([]byte(in), &target, codec.Options{}))
	for _, e := range errs {
		got = append(got, fmt.Sprintf("%s|%s|%s|%s", e.Pointer, e.Path, e.Code, e.Detail))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if errs.Kind() != codec.Type {
		t.Errorf("Kind() = %v, want Type", errs.Kind())
	}
}

func TestSyntaxIsRefusedBeforeTypes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		in      string
		code    string
		pointer string
		offset  int
		detail  string
	}{
		{"nothing", "", "malformed", "", 0, "expected a JSON value, got nothing"},
		{"only spaces", " \n", "malformed", "", 2, "expected a JSON value, got nothing"},
		{"an open object", `{"name": "x"`, "malformed", "", 12, "the text ends too early"},
		{"an open string", `{"name": "x`, "malformed", "/name", 11, "the text ends too early"},
		{"a member twice", `{"a":1,"a":2}`, "duplicate", "/a", 7, `duplicate member "a"`},                                         // A177
		{"a member twice, once escaped", `{"x":[{"b":1,"\u0062":2}]}`, "duplicate", "/x/0/b", 13, `duplicate member "b"`},         // A177
		{"a member twice beside a wrong type", `{"name":1,"a":1,"a":2}`, "duplicate", "/a", 16, `duplicate member "a"`},           // A177
		{"a second value", `{} {}`, "trailing", "", 3, "expected the end of the text after the first value, at line 1, column 4"}, // A180
		{"garbage behind the value", "{}\n x", "trailing", "", 4, "expected the end of the text after the first value, at line 2, column 2"},
		{"a byte order mark", "\xef\xbb\xbf{}", "encoding", "", 0, "the text begins with a byte order mark; leave it out"}, // A180
		{"UTF-16", "\xff\xfe{\x00}\x00", "encoding", "", 0, "not valid UTF-8 at line 1, column 1"},                         // A180
		{"an invalid byte", "{\"name\":\"x\xff\"}", "encoding", "/name", 10, "not valid UTF-8 at line 1, column 11"},       // A180
		{"half a surrogate pair", `{"name":"\ud800"}`, "encoding", "/name", 9, "half a surrogate pair at line 1, column 10"},
		{"the wrong half first", `{"name":"\udc00\ud800"}`, "encoding", "/name", 9, "half a surrogate pair at line 1, column 10"},
		{"NaN", `{"qty":NaN}`, "malformed", "/qty", 7, "malformed JSON at line 1, column 8"},       // A181
		{"a leading zero", `{"qty":01}`, "malformed", "", 8, "malformed JSON at line 1, column 9"}, // A181
		{"a raw line break", "{\"name\":\"a\nb\"}", "malformed", "/name", 10, "malformed JSON at line 1, column 11"},
		{"a comment", "{}//", "trailing", "", 2, "expected the end of the text after the first value, at line 1, column 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			errs := reasons(t, codec.Decode([]byte(tt.in), new(item), codec.Options{}))
			got, want := *errs[0], codec.Error{Kind: codec.Syntax, Code: tt.code, Pointer: tt.pointer, Offset: tt.offset, Detail: tt.detail}
			if len(errs) != 1 || got != want {
				t.Errorf("Decode(%q) = %+v\nwant %+v", tt.in, got, want)
			}
		})
	}
}

// A179
func TestNamesAreComparedByCase(t *testing.T) {
	t.Parallel()
	var got item
	if err := codec.Decode([]byte(`{"Name":"x","NAME":"y","name":"z","Qty":5}`), &got, codec.Options{}); err != nil {
		t.Fatal(err)
	}
	if got != (item{Name: "z"}) {
		t.Errorf("got %+v, want only the exact name", got)
	}
}

// A176
func TestDepth(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		in    string
		limit int
		want  int // offset, -1 for none
	}{
		{"64 levels are allowed", strings.Repeat("[", 64) + strings.Repeat("]", 64), 0, -1},
		{"65 are not", strings.Repeat("[", 65) + strings.Repeat("]", 65), 0, 64},
		{"65 objects are not", strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), 0, 320},
		{"brackets in strings are no levels", `["` + strings.Repeat("[", 100) + `\"` + strings.Repeat("{", 100) + `"]`, 0, -1},
		{"a backslash before the quote ends no string", `["` + strings.Repeat("[", 100) + `\\",` + strings.Repeat("[", 64) + strings.Repeat("]", 65), 0, 169},
		{"neighbours are one level", "[" + strings.Repeat("[],", 1000) + "[]]", 0, -1},
		{"another limit", "[[[1]]]", 2, 2},
		{"another limit that holds", "[[[1]]]", 3, -1},
		{"a hundred thousand levels", strings.Repeat("[", 100_000), 0, 64},
		{"an open string ends the search", `["` + strings.Repeat("[", 100), 1, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var v any
			err := codec.Decode([]byte(tt.in), &v, codec.Options{MaxDepth: tt.limit})
			errs, _ := errors.AsType[codec.Errors](err)
			deep := len(errs) == 1 && errs[0].Code == codec.CodeDepth
			switch {
			case deep != (tt.want >= 0):
				t.Errorf("Decode: %v, want a depth error: %v", err, tt.want >= 0)
			case deep && (errs[0].Offset != tt.want || errs.Kind() != codec.Syntax):
				t.Errorf("got %+v, want offset %d and kind Syntax", errs[0], tt.want)
			}
		})
	}
}

// A176: what is refused for its depth costs nothing but the looking.
func TestDepthIsFoundWithoutMemory(t *testing.T) {
	hostile := []byte(strings.Repeat(`[{"a":`, 200_000))
	n := testing.AllocsPerRun(10, func() {
		var v any
		if err := codec.Decode(hostile, &v, codec.Options{}); err == nil {
			t.Fatal("it is decoded")
		}
	})
	if n > 20 {
		t.Errorf("%v allocations for a text of %d bytes", n, len(hostile))
	}
}

// A176: what nobody will be told is not looked at.
func TestMistakesBeyondTheLimitCostLittle(t *testing.T) {
	const names = 20_000
	var b strings.Builder
	for i := range names {
		fmt.Fprintf(&b, `"x%d":"y",`, i)
	}
	hostile := []byte("{" + b.String() + `"1":1}`)
	n := testing.AllocsPerRun(3, func() {
		if errs := reasons(t, codec.Decode(hostile, new(map[int]int), codec.Options{})); len(errs) != 100 {
			t.Fatalf("%d mistakes", len(errs))
		}
	})
	if n > 4*names {
		t.Errorf("%v allocations for %d names that are none", n, names)
	}
}

func TestUnknownMembers(t *testing.T) {
	t.Parallel()
	const in = `{"by":"x", "extra":{"a":[1]}, "triple":[1,2,3], "tree":{"label":"x","Label":1}, "notes":{"free":1}, "any":{"free":1}}`
	var o order
	if err := codec.Decode([]byte(in), &o, codec.Options{}); err != nil {
		t.Fatalf("by default they are passed over, got %v", err)
	}
	errs := reasons(t, codec.Decode([]byte(in), new(order), codec.Options{RejectUnknown: true}))
	var got []string
	for _, e := range errs {
		got = append(got, fmt.Sprintf("%s %d %s %s", e.Pointer, e.Offset, e.Code, e.Detail))
	}
	want := []string{`/extra 11 unknown there is no member "extra" here`, `/tree/Label 68 unknown there is no member "Label" here`}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestIntegersAreNeverRounded(t *testing.T) { // A181
	t.Parallel()
	for in, want := range map[string]int64{"-0": 0, "9007199254740993": 1<<53 + 1, "-9223372036854775808": -1 << 63} {
		var got int64
		if err := codec.Decode([]byte(in), &got, codec.Options{}); err != nil || got != want {
			t.Errorf("Decode(%s) = %d, %v, want %d", in, got, err, want)
		}
	}
	for in, code := range map[string]string{"1e400": "type", "1.0": "type", "1e3": "type", "9223372036854775808": "range", "-9223372036854775809": "range"} {
		errs := reasons(t, codec.Decode([]byte(in), new(int64), codec.Options{}))
		if errs[0].Code != code || errs.Kind() != codec.Type {
			t.Errorf("Decode(%s) = %+v, want code %s", in, errs[0], code)
		}
	}
}

func TestDecodedValuesKeepNoReferenceToTheText(t *testing.T) {
	t.Parallel()
	data := []byte(`{"by":"ann","raw":{"k":"v"},"amount":12.5,"notes":{"key":1},"any":{"deep":["str"]},"blob":"AQI="}`)
	var got, want order
	if err := errors.Join(codec.Decode([]byte(string(data)), &want, codec.Options{}), codec.Decode(data, &got, codec.Options{})); err != nil {
		t.Fatal(err)
	}
	for i := range data {
		data[i] = 'X'
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v after the text changed, want %+v", got, want)
	}
}

func TestSubmittedValuesAreNeverRepeated(t *testing.T) {
	t.Parallel()
	const secret = "hunter2hunter2"
	for _, in := range []string{
		`{"at":"hunter2hunter2","colour":"hunter2hunter2","level":"hunter2hunter2","wait":"hunter2hunter2","blob":"hunter2hunter2!"}`,
		`{"id":"hunter2hunter2","open":"hunter2hunter2","items":"hunter2hunter2","from":"hunter2hunter2","net":"hunter2hunter2"}`,
		`{"by":hunter2hunter2}`, `{"by":"hunter2hunter2`, `{"by":"\ud800hunter2hunter2"}`, `{} hunter2hunter2`,
		"{\"by\":\"hunter2hunter2\xff\"}",
	} {
		err := codec.Decode([]byte(in), new(order), codec.Options{})
		for _, e := range reasons(t, err) {
			if text := fmt.Sprintf("%+v", *e); strings.Contains(text, secret) || strings.Contains(text, "codec_test") {
				t.Errorf("Decode(%s) says %s", in, text)
			}
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 100_000)
	tests := []struct{ name, in string }{
		{"many mismatches", "[" + strings.Repeat(`"x",`, 10_000) + `"x"]`},
		{"a long name twice", `[{"` + long + `":1,"` + long + `":1}]`},
		{"a long name with a wrong value", `[{"` + long + `":"x"}]`},
		{"a name of many parts", `[{"` + strings.Repeat("é", 50_000) + `":"x"}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			size := 0
			errs := reasons(t, codec.Decode([]byte(tt.in), new([]map[string]int), codec.Options{}))
			for _, e := range errs {
				size += len(e.Pointer) + len(e.Path) + len(e.Detail)
			}
			if len(errs) > 100 || size > 20_000 {
				t.Errorf("%d errors of %d bytes", len(errs), size)
			}
		})
	}
}

func TestTwoNamesOfOneMapKeyAreRefused(t *testing.T) {
	t.Parallel()
	var got map[float64]string
	errs := reasons(t, codec.Decode([]byte(`{"1":"a","1.0":"b"}`), &got, codec.Options{}))
	want := codec.Error{Kind: codec.Type, Code: codec.CodeDuplicate, Pointer: "/1.0", Offset: 9, Detail: "another member has a name that means the same"}
	if len(errs) != 1 || *errs[0] != want {
		t.Errorf("got %+v, want %+v", *errs[0], want)
	}
}

func TestAnUnusableTargetIsNoClientsFault(t *testing.T) {
	t.Parallel()
	for name, ptr := range map[string]any{
		"no pointer": order{}, "nil": nil, "a channel": new(struct{ C chan int }), "an interface": new(struct{ E error }),
	} {
		err := codec.Decode([]byte(`{"C":1,"E":"x"}`), ptr, codec.Options{})
		if _, client := errors.AsType[codec.Errors](err); err == nil || client {
			t.Errorf("%s: got %v, want an error that is no codec.Errors", name, err)
		}
	}
}

func TestNullIsTheZeroValue(t *testing.T) {
	t.Parallel()
	const in = `{"by":null,"at":null,"id":null,"open":null,"items":null,"notes":null,"rooms":null,"triple":null,"blob":null,
		"maybe":null,"wait":null,"amount":null,"from":null,"net":null,"ratio":null,"any":null,"tree":null,"plain":null}`
	var got order
	if err := codec.Decode([]byte(in), &got, codec.Options{}); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, order{}) {
		t.Errorf("got %+v, want the zero value", got)
	}
}

func TestErrorsAreErrors(t *testing.T) {
	t.Parallel()
	err := codec.Decode([]byte(`{"name":1,"qty":true}`), new(item), codec.Options{})
	const want = "name: expected a string, got a number; qty: expected an integer, got true or false"
	if err.Error() != want {
		t.Errorf("Error() = %q, want %q", err, want)
	}
	if e, ok := errors.AsType[*codec.Error](err); !ok || e.Path != "name" {
		t.Errorf("AsType[*codec.Error] = %+v, %v, want the first", e, ok)
	}
}
