package structured_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/structured"
)

// items that have one canonical text.
var items = []struct {
	name string
	item structured.Item
	text string
}{
	{"an integer", structured.Item{Value: int64(42)}, "42"},
	{"a negative integer", structured.Item{Value: int64(-7)}, "-7"},
	{"the largest integer", structured.Item{Value: int64(structured.MaxInteger)}, "999999999999999"},
	{"a decimal", structured.Item{Value: structured.Decimal(1.5)}, "1.5"},
	{"a whole decimal", structured.Item{Value: structured.Decimal(2)}, "2.0"},
	{"a string", structured.Item{Value: "login"}, `"login"`},
	{"a string with quotes and backslashes", structured.Item{Value: `a"b\c`}, `"a\"b\\c"`},
	{"an empty string", structured.Item{Value: ""}, `""`},
	{"a token", structured.Item{Value: structured.Token("text/html")}, "text/html"},
	{"bytes", structured.Item{Value: []byte("hello")}, ":aGVsbG8=:"},
	{"no bytes", structured.Item{Value: []byte{}}, "::"},
	{"yes", structured.Item{Value: true}, "?1"},
	{"no", structured.Item{Value: false}, "?0"},
	{"a policy", structured.Item{Value: "login", Params: []structured.Param{{Key: "q", Value: int64(5)}, {Key: "w", Value: int64(60)}}}, `"login";q=5;w=60`},
	{"a partition key", structured.Item{Value: "a", Params: []structured.Param{{Key: "pk", Value: []byte{0xff}}}}, `"a";pk=:/w==:`},
	{"a parameter that is true", structured.Item{Value: int64(1), Params: []structured.Param{{Key: "a", Value: true}, {Key: "*b-2_.", Value: false}}}, "1;a;*b-2_.=?0"},
}

func TestAnItemHasOneText(t *testing.T) {
	t.Parallel()
	for _, tt := range items {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := structured.AppendItem([]byte("x"), tt.item)
			if err != nil || string(got) != "x"+tt.text {
				t.Errorf("AppendItem = %q, %v, want %q", got, err, "x"+tt.text)
			}
			back, err := structured.ParseItem(tt.text)
			if err != nil || !reflect.DeepEqual(back, tt.item) {
				t.Errorf("ParseItem(%q) = %#v, %v, want %#v", tt.text, back, err, tt.item)
			}
		})
	}
}

func TestAListIsReadFromSeveralLines(t *testing.T) {
	t.Parallel()
	want := []structured.Item{
		{Value: "burst", Params: []structured.Param{{Key: "q", Value: int64(100)}, {Key: "w", Value: int64(60)}}},
		{Value: "daily", Params: []structured.Param{{Key: "q", Value: int64(1000)}, {Key: "w", Value: int64(86400)}}},
	}
	for _, lines := range [][]string{
		{`"burst";q=100;w=60,"daily";q=1000;w=86400`},
		{`"burst";q=100;w=60`, `"daily";q=1000;w=86400`},
		{`  "burst"; q=100;  w=60 ` + "\t,\t" + ` "daily";q=1;q=1000;w=86400  `},
	} {
		got, err := structured.ParseList(lines...)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("ParseList(%q) = %v, %v, want %v", lines, got, err, want)
		}
	}
	text, err := structured.AppendList(nil, want)
	if err != nil || string(text) != `"burst";q=100;w=60, "daily";q=1000;w=86400` {
		t.Errorf("AppendList = %q, %v", text, err)
	}
	if got, err := structured.ParseList(); err != nil || got != nil {
		t.Errorf("ParseList() = %v, %v, want an empty list", got, err)
	}
}

func TestWhatCannotBeWrittenLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		value any
		want  string
	}{
		{"an integer of 16 digits", int64(structured.MaxInteger + 1), "15 digits"},
		{"a negative integer of 16 digits", int64(-structured.MaxInteger - 1), "15 digits"},
		{"a decimal of 13 digits", structured.Decimal(1e12), "12 digits"},
		{"a decimal that is rounded up to 13 digits", structured.Decimal(999_999_999_999.9996), "12 digits"},
		{"not a number", structured.Decimal(math.NaN()), "12 digits"},
		{"infinity", structured.Decimal(math.Inf(-1)), "12 digits"},
		{"a string beyond ASCII", "grün", "printable ASCII"},
		{"a string with a line end", "a\r\nb", "printable ASCII"},
		{"an empty token", structured.Token(""), "begin with a letter"},
		{"a token that begins with a digit", structured.Token("1a"), "begin with a letter"},
		{"a token with a space", structured.Token("a b"), "holds ' '"},
		{"an int", 5, "int is no bare value"},
		{"nothing", nil, "is no bare value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, list := range [][]structured.Item{
				{{Value: tt.value}},
				{{Value: int64(1), Params: []structured.Param{{Key: "a", Value: tt.value}}}},
			} {
				got, err := structured.AppendList([]byte("x"), list)
				if err == nil || !strings.Contains(err.Error(), tt.want) || string(got) != "x" {
					t.Errorf("AppendList(%v) = %q, %v, want an error with %q", list, got, err, tt.want)
				}
			}
		})
	}
	for _, key := range []string{"", "Q", "1", "-a", "a b", "a=", "ä"} {
		if got, err := structured.AppendItem(nil, structured.Item{Value: int64(1), Params: []structured.Param{{Key: key, Value: true}}}); err == nil {
			t.Errorf("the key %q is written as %q, want an error", key, got)
		}
	}
}

func TestWhatIsNoListIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"1,", "1,,2", ",1", "1 2", "(1 2)", "-", "1.", "1.2345", "1234567890123.0", "1234567890123456",
		`"a`, `"a\b"`, "\"\x7f\"", ":a", ":a=b:", ":a\nA=:", ":====:", "?2", "?", "@1", "%x", "1;", "1;=2", "1;A", "1; \ta", "\t1", "\x00", "1\x00",
	} {
		if got, err := structured.ParseList(text); err == nil {
			t.Errorf("ParseList(%q) = %v, want an error", text, got)
		}
	}
	for _, text := range []string{"", "1, 2", "1\t", "1 2"} {
		if got, err := structured.ParseItem(text); err == nil {
			t.Errorf("ParseItem(%q) = %v, want an error", text, got)
		}
	}
}

// What is read and written again is read as the same.
func FuzzParseList(f *testing.F) {
	for _, tt := range items {
		f.Add(tt.text)
	}
	f.Add(`"burst";q=100;w=60,"daily";q=1000;w=86400`)
	f.Add("a;b;c=1.25, *x , :AA:;d")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := structured.ParseList(text)
		if err != nil {
			return
		}
		written, err := structured.AppendList(nil, list)
		if err != nil {
			t.Fatalf("ParseList(%q) = %v, which cannot be written: %v", text, list, err)
		}
		again, err := structured.ParseList(string(written))
		if err != nil || !reflect.DeepEqual(again, list) {
			t.Fatalf("%q is written as %q and read as %v, %v, want %v", text, written, again, err, list)
		}
	})
}

// Whatever is written is read as itself.
func FuzzAppendItem(f *testing.F) {
	f.Add("login", "q", int64(5), 1.5)
	f.Add(`a"\`, "*", int64(-1), -0.0005)
	f.Fuzz(func(t *testing.T, s, key string, n int64, d float64) {
		item := structured.Item{Value: s, Params: []structured.Param{{Key: key, Value: n}}}
		if text, err := structured.AppendItem(nil, item); err == nil {
			if back, err := structured.ParseItem(string(text)); err != nil || !reflect.DeepEqual(back, item) {
				t.Errorf("%v is written as %q and read as %v, %v", item, text, back, err)
			}
		}
		text, err := structured.AppendDecimal(nil, d)
		if err != nil {
			return
		}
		back, err := structured.ParseItem(string(text))
		if err != nil || math.Abs(float64(back.Value.(structured.Decimal))-d) > 0.0005+math.Abs(d)*1e-15 {
			t.Errorf("%v is written as %q and read as %v, %v", d, text, back.Value, err)
		}
	})
}
