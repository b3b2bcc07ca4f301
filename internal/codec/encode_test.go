package codec_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/codec"
)

type answer struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Count int    `json:"count"`
}

func TestEncoding(t *testing.T) {
	t.Parallel()
	type empty struct {
		List  []int          `json:"list"`
		Map   map[string]int `json:"map"`
		Bytes []byte         `json:"bytes"`
		Ptr   *int           `json:"ptr"`
		Any   any            `json:"any"`
		Gone  []int          `json:"gone,omitempty"`
		Zero  int            `json:"zero,omitzero"`
	}
	tests := []struct {
		name string
		in   any
		want string
	}{
		{"nil slices and maps are empty ones", empty{}, `{"list":[],"map":{},"bytes":"","ptr":null,"any":null}`},
		{"maps are in the order of their keys", map[string]int{"c": 3, "a": 1, "b": 2}, `{"a":1,"b":2,"c":3}`},
		{"nested maps too", map[string]any{"z": map[string]any{"b": 1, "a": nil}}, `{"z":{"a":null,"b":1}}`},
		{"number keys are in the order of their texts", map[int]int{10: 1, 9: 2}, `{"10":1,"9":2}`},
		{"characters of HTML stay as they are", "<a href='x'>&</a>\u2028", "\"<a href='x'>&</a>\u2028\""},
		{"control characters are escaped", "a\r\n\x00\"\\", `"a\r\n\u0000\"\\"`},
		{"an invalid byte becomes U+FFFD", "a\xffb", "\"a\ufffdb\""},
		{"an invalid byte in a name too", map[string]int{"a\xff": 1}, "{\"a\ufffd\":1}"},
		{"a duration is a duration string", 90 * time.Second, `"1m30s"`},
		{"a duration in a struct", struct{ D time.Duration }{time.Millisecond}, `{"D":"1ms"}`},
		{"a duration behind an interface", map[string]any{"d": time.Hour}, `{"d":"1h0m0s"}`},
		{"a duration as a key", map[time.Duration]int{time.Second: 1}, `{"1s":1}`},
		{"a type made from a duration is a number", timeout(time.Second), `1000000000`},
		{"a json.Number is a number", []json.Number{"1.50", ""}, `[1.50,0]`},
		{"a json.Number behind an interface", any(json.Number("12")), `12`},
		{"raw JSON is compact", json.RawMessage("{ \"a\" : [ 1 ] }"), `{"a":[1]}`},
		{"a time", time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), `"2026-01-02T03:04:05.000006Z"`},
		{"large integers are exact", int64(1<<53 + 1), `9007199254740993`},
		{"quoted integers", struct {
			ID int64 `json:"id,string"`
		}{7}, `{"id":"7"}`},
		{"nil", nil, `null`},
		{"a nil pointer", (*answer)(nil), `null`},
		{"a pointer to a pointer", new(new(5)), `5`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := codec.Marshal(tt.in)
			if err != nil || string(got) != tt.want {
				t.Errorf("Marshal(%#v) = %s, %v, want %s", tt.in, got, err, tt.want)
			}
		})
	}
}

type timeout time.Duration

func TestEncodingFailuresLeaveTheBufferAlone(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"NaN":                math.NaN(),
		"NaN behind much":    []any{strings.Repeat("x", 100_000), math.Inf(1)},
		"a channel":          make(chan int),
		"a function":         map[string]any{"f": func() {}},
		"a bad json.Number":  json.Number("1e"),
		"text as a number":   json.Number(`"x"`),
		"bad raw JSON":       json.RawMessage(`{"a":}`),
		"a failing method":   failing{},
		"duplicate raw JSON": json.RawMessage(`{"a":1,"a":2}`),
	} {
		buf := codec.GetBuffer()
		buf.WriteString("before")
		if err := codec.Write(buf, v); err == nil || string(buf.Bytes()) != "before" {
			t.Errorf("%s: %v, buffer %.40q, want an error and an unchanged buffer", name, err, buf.Bytes())
		}
		buf.Free()
	}
}

type failing struct{}

func (failing) MarshalJSON() ([]byte, error) { return nil, errors.New("no") }

func TestAValueMeansTheSameEitherWay(t *testing.T) {
	t.Parallel()
	half := float32(0.5)
	in := order{
		audit: audit{By: "ann", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, ID: 1, Items: []item{{"nut", 1, 2.5}},
		Notes: map[string]int{"a": 1}, Rooms: map[int]string{7: "x"}, Blob: []byte("blob"), Colour: "#ffffff",
		Wait: time.Minute, Amount: "1.50", Ratio: &half, Any: []any{1.0, "x"}, Raw: json.RawMessage(`1`),
		Tree: &tree{"r", []*tree{}}, Waits: []time.Duration{1}, Plain: struct{ A uint }{3},
	}
	in.Level = 2
	data, err := codec.Marshal(&in)
	if err != nil {
		t.Fatal(err)
	}
	// level writes itself as a number and reads itself from a name.
	data = []byte(strings.Replace(string(data), `"level":2`, `"level":"high"`, 1))
	var got order
	if err := codec.Decode(data, &got, codec.Options{RejectUnknown: true}); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	if !reflect.DeepEqual(got, in) {
		t.Errorf("got  %+v\nwant %+v", got, in)
	}
}

func TestBuffers(t *testing.T) {
	t.Parallel()
	b := codec.GetBuffer()
	if b.Len() != 0 {
		t.Fatalf("a new buffer has %d bytes", b.Len())
	}
	b.Grow(10)
	b.Write([]byte("abc"))
	b.WriteByte('d')
	b.WriteString("e")
	if n, err := b.ReadFrom(strings.NewReader("fg")); n != 2 || err != nil {
		t.Errorf("ReadFrom = %d, %v", n, err)
	}
	b.Truncate(6)
	var out strings.Builder
	if n, err := b.WriteTo(&out); n != 6 || err != nil || out.String() != "abcdef" || b.Len() != 0 {
		t.Errorf("WriteTo = %d, %v, %q, %d left", n, err, out.String(), b.Len())
	}
	b.WriteString(strings.Repeat("x", 1<<20))
	b.Reset()
	b.Free()
	for range 100 { // a pooled buffer is empty, and none is huge
		b := codec.GetBuffer()
		if b.Len() != 0 || cap(b.Bytes()) > 64<<10 {
			t.Fatalf("got a buffer of %d bytes and capacity %d", b.Len(), cap(b.Bytes()))
		}
	}
}

func TestEncodingAStructAllocatesNothing(t *testing.T) {
	if race {
		t.Skip("the race detector empties pools")
	}
	buf := codec.GetBuffer()
	defer buf.Free()
	v := &answer{1, "ann", "ann@example.com", 7}
	c := codec.For(reflect.TypeFor[answer]())
	for name, encode := range map[string]func() error{
		"Codec.Encode": func() error { return c.Encode(buf, v) },
		"Write":        func() error { return codec.Write(buf, v) },
	} {
		if n := testing.AllocsPerRun(200, func() {
			buf.Reset()
			if err := encode(); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s allocates %v times, want 0", name, n)
		}
	}
}
