package bind_test

import (
	"errors"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/bind"
)

type (
	Level   int8
	Colour  string
	Ratio   float32
	Flag    bool
	Date    time.Time
	Counter uint16
	// UUID reads itself with a pointer receiver.
	UUID [2]byte
	// Pair reads itself and keeps a slice, so that sharing would show.
	Pair struct{ parts []byte }
)

func (u *UUID) UnmarshalText(text []byte) error {
	if len(text) != 2 {
		return errors.New("bad UUID " + string(text))
	}
	*u = UUID(text)
	return nil
}

func (p *Pair) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errors.New("empty")
	}
	p.parts = append(p.parts[:0], text...)
	return nil
}

// texts is a row of texts for one type: what they mean, or the error they are.
type texts[T any] map[string]struct {
	want T
	err  string
}

// kind reads each text as a query parameter.
func kind[T any](t *testing.T, name, tags string, rows texts[T]) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		f := newField[T](t, `query:"v" `+tags, bind.Options{}, bind.Limits{})
		for text, row := range rows {
			got, err := f.read(sent{query: "v=" + url.QueryEscape(text)})
			if describe(err) != row.err {
				t.Errorf("%q: error = %q, want %q", text, describe(err), row.err)
			}
			if err == nil && !equal(got, row.want) {
				t.Errorf("%q: value = %v, want %v", text, got, row.want)
			}
		}
	})
}

const (
	notInteger = "422 type query.v: expected an integer"
	notNumber  = "422 type query.v: expected a number"
	notBool    = "422 type query.v: expected true or false"
	notUTF8    = "400 encoding query.v: is not valid UTF-8"
	hasNUL     = "400 encoding query.v: holds a NUL character"
)

func tooBig(limits string) string { return "422 range query.v: expected an integer " + limits }

// A181, A187, A190
func TestEachKindReadsItsTexts(t *testing.T) {
	t.Parallel()
	kind(t, "string", "", texts[string]{
		"": {want: ""}, "a": {want: "a"}, " a+b ": {want: " a+b "}, "ü": {want: "ü"}, "__proto__": {want: "__proto__"},
		"e\u0301": {want: "e\u0301"}, "\u202ea": {want: "\u202ea"}, "\r\n": {want: "\r\n"},
		"\xff": {err: notUTF8}, "a\xed\xa0\x80": {err: notUTF8}, "a\x00b": {err: hasNUL},
	})
	kind(t, "named string", "", texts[Colour]{"red": {want: "red"}, "\xff": {err: notUTF8}})
	kind(t, "bool", "", texts[bool]{
		"1": {want: true}, "t": {want: true}, "T": {want: true}, "true": {want: true}, "True": {want: true}, "TRUE": {want: true},
		"0": {}, "f": {}, "F": {}, "false": {}, "False": {}, "FALSE": {},
		"on": {err: notBool}, "yes": {err: notBool}, "42": {err: notBool}, "": {err: notBool}, "tRUE": {err: notBool}, " true": {err: notBool},
	})
	kind(t, "named bool", "", texts[Flag]{"true": {want: true}, "x": {err: notBool}})
	integer := texts[int]{
		"0": {}, "-0": {}, "7": {want: 7}, "-7": {want: -7}, "007": {want: 7}, "9223372036854775807": {want: math.MaxInt},
		"9223372036854775808": {err: tooBig("between -9223372036854775808 and 9223372036854775807")},
	}
	for _, text := range []string{"", "+7", " 7", "7 ", "1.0", "1e3", "0x1", "1_000", "--1", "-", "١", "seven", "\x00", "NaN"} {
		integer[text] = struct {
			want int
			err  string
		}{err: notInteger}
	}
	kind(t, "int", "", integer)
	kind(t, "int8", "", texts[int8]{
		"127": {want: 127}, "-128": {want: -128}, "128": {err: tooBig("between -128 and 127")}, "-129": {err: tooBig("between -128 and 127")},
	})
	kind(t, "named int8", "", texts[Level]{"3": {want: 3}, "1000": {err: tooBig("between -128 and 127")}, "x": {err: notInteger}})
	kind(t, "int16", "", texts[int16]{"-32768": {want: math.MinInt16}, "32768": {err: tooBig("between -32768 and 32767")}})
	kind(t, "int32", "", texts[int32]{"2147483647": {want: math.MaxInt32}, "2147483648": {err: tooBig("between -2147483648 and 2147483647")}})
	kind(t, "int64", "", texts[int64]{
		"9007199254740993":     {want: 1<<53 + 1},
		"-9223372036854775808": {want: math.MinInt64},
		"-9223372036854775809": {err: tooBig("between -9223372036854775808 and 9223372036854775807")},
	})
	kind(t, "uint", "", texts[uint]{
		"0": {}, "18446744073709551615": {want: math.MaxUint}, "+1": {err: notInteger}, "-": {err: notInteger}, "-x": {err: notInteger}, "--1": {err: notInteger},
		"-+1": {err: notInteger},
		"-1":  {err: tooBig("between 0 and 18446744073709551615")}, "-0": {err: tooBig("between 0 and 18446744073709551615")},
		"-99999999999999999999": {err: tooBig("between 0 and 18446744073709551615")}, "18446744073709551616": {err: tooBig("between 0 and 18446744073709551615")},
	})
	kind(t, "uint8", "", texts[uint8]{"255": {want: 255}, "256": {err: tooBig("between 0 and 255")}, "": {err: notInteger}})
	kind(t, "uint16", "", texts[uint16]{"65535": {want: 65535}, "65536": {err: tooBig("between 0 and 65535")}})
	kind(t, "named uint16", "", texts[Counter]{"9": {want: 9}, "65536": {err: tooBig("between 0 and 65535")}})
	kind(t, "uint32", "", texts[uint32]{"4294967295": {want: math.MaxUint32}, "4294967296": {err: tooBig("between 0 and 4294967295")}})
	kind(t, "uint64", "", texts[uint64]{"18446744073709551615": {want: math.MaxUint64}})
	huge := "422 range query.v: expected a number between -1.8e+308 and 1.8e+308"
	number := texts[float64]{
		"0": {}, "1": {want: 1}, "-1.5": {want: -1.5}, "1e3": {want: 1000}, "1E+3": {want: 1000}, "1e-3": {want: 0.001}, "00.5": {want: 0.5},
		"1e400": {err: huge}, "-1e400": {err: huge}, "1e-400": {want: 0},
	}
	for _, text := range []string{"", "NaN", "nan", "Inf", "-Inf", "+Inf", "infinity", "0x1p-2", "1_0", ".5", "5.", "1e", "1e+", "+1", "-", " 1", "1,5", "1.2.3"} {
		number[text] = struct {
			want float64
			err  string
		}{err: notNumber}
	}
	kind(t, "float64", "", number)
	kind(t, "float32", "", texts[float32]{"1.5": {want: 1.5}, "1e39": {err: "422 range query.v: expected a number between -3.4e+38 and 3.4e+38"}})
	kind(t, "named float32", "", texts[Ratio]{"0.25": {want: 0.25}, "half": {err: notNumber}})
}

func TestEachKindOfTimeReadsItsTexts(t *testing.T) {
	t.Parallel()
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	notTime := "422 type query.v: expected a date and time such as 2006-01-02T15:04:05Z"
	kind(t, "time", "", texts[time.Time]{
		"2024-02-29T00:00:00Z":      {want: day},
		"2024-02-29T01:00:00+01:00": {want: day},
		"2024-02-29T00:00:00.5Z":    {want: day.Add(time.Second / 2)},
		"2024-02-29T01:00:00 01:00": {err: notTime + " (a plus sign is written %2B)"},
		"2024-02-30T00:00:00Z":      {err: notTime},
		"2024-02-29T0:00:00Z":       {err: notTime},
		"2024-02-29T00:00:00,5Z":    {err: notTime},
		"2024-02-29T00:00:00+24:00": {err: notTime},
		"2024-02-29T00:00:00+00:60": {err: notTime},
		"2024-02-29T23:59:60Z":      {err: notTime},
		"2024-02-29 00:00:00Z":      {err: notTime + " (a plus sign is written %2B)"},
		"2024-02-29":                {err: notTime},
		"":                          {err: notTime},
	})
	kind(t, "time with a layout", `layout:"2006-01-02"`, texts[time.Time]{
		"2024-02-29": {want: day},
		"2023-02-29": {err: "422 type query.v: expected a time such as 2006-01-02"},
		"":           {err: "422 type query.v: expected a time such as 2006-01-02"},
	})
	kind(t, "defined time", `layout:"2006-01-02"`, texts[Date]{"2024-02-29": {want: Date(day)}})
	kind(t, "duration", "", texts[time.Duration]{
		"1m30s": {want: 90 * time.Second}, "0": {}, "-1.5h": {want: -90 * time.Minute},
		"90":                         {err: "422 type query.v: expected a duration such as 1m30s"},
		"":                           {err: "422 type query.v: expected a duration such as 1m30s"},
		"9999999999999999999999999h": {err: "422 type query.v: expected a duration such as 1m30s"},
	})
}

func TestTypesThatReadTextsThemselves(t *testing.T) {
	t.Parallel()
	kind(t, "address", "", texts[netip.Addr]{
		"::1": {want: netip.MustParseAddr("::1")}, "1.2.3": {err: "422 type query.v: expected an IP address"},
	})
	kind(t, "prefix", "", texts[netip.Prefix]{"10.0.0.0/8": {want: netip.MustParsePrefix("10.0.0.0/8")}, "x": {err: "422 type query.v: expected an IP prefix such as 192.0.2.0/24"}})
	kind(t, "big integer", "", texts[big.Int]{"12345678901234567890123": {want: *bigInt("12345678901234567890123")}, "1.5": {err: notInteger}})
	kind(t, "pointer to big integer", "", texts[*big.Int]{"5": {want: big.NewInt(5)}, "": {err: notInteger}})
	kind(t, "UUID", "", texts[UUID]{"ab": {want: UUID{'a', 'b'}}, "secret": {err: "422 type query.v: expected a UUID"}, "\xff\xff": {err: notUTF8}, "\x00a": {err: hasNUL}})
	kind(t, "with a format", `format:"pair"`, texts[Pair]{"x": {want: Pair{[]byte("x")}}, "": {err: "422 type query.v: expected a value of format pair"}})
	kind(t, "without a format", "", texts[Pair]{"": {err: "422 type query.v: expected a valid value"}})
}

func TestEnumsAdmitTheListedValues(t *testing.T) {
	t.Parallel()
	kind(t, "string", `enum:"draft,live"`, texts[string]{
		"draft": {want: "draft"}, "Draft": {err: "422 enum query.v: must be one of draft, live"}, "": {err: "422 enum query.v: must be one of draft, live"},
		"\xff": {err: notUTF8},
	})
	kind(t, "int", `enum:"1,2"`, texts[Level]{"2": {want: 2}, "02": {want: 2}, "3": {err: "422 enum query.v: must be one of 1, 2"}, "x": {err: notInteger}})
	kind(t, "text type", `enum:"ab,cd"`, texts[UUID]{"cd": {want: UUID{'c', 'd'}}, "xy": {err: "422 enum query.v: must be one of ab, cd"}})
	kind(t, "pointer", `enum:"a"`, texts[*string]{"a": {want: new("a")}, "b": {err: "422 enum query.v: must be one of a"}})
	kind(t, "method Enum of the type", "", texts[Suit]{"hearts": {want: "hearts"}, "Hearts": {err: "422 enum query.v: must be one of hearts, spades"}})
	kind(t, "method Enum of the pointer", "", texts[Digit]{"1": {want: 1}, "2": {err: "422 enum query.v: must be one of 1, 3"}})
	kind(t, "the tag goes before the method", `enum:"spades"`, texts[Suit]{"hearts": {err: "422 enum query.v: must be one of spades"}})
}

// Suit lists its values.
type Suit string

func (Suit) Enum() []any { return []any{Suit("hearts"), "spades"} }

// String must not be what a request is compared with.
func (s Suit) String() string { return "the suit of " + string(s) }

// Digit lists its values with a pointer receiver.
type Digit uint8

func (*Digit) Enum() []any { return []any{Digit(1), 3} }

func bigInt(text string) *big.Int {
	n, _ := new(big.Int).SetString(text, 10)
	return n
}
