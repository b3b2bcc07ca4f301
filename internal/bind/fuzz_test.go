package bind_test

import (
	"math/big"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mortise-go/mortise/internal/bind"
)

// clean reports whether no text is refused for what it holds.
func clean(texts []string) bool {
	return !slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) || strings.Contains(s, "\x00") })
}

// sameAsParseQuery compares a place of the request with what url.ParseQuery makes of it.
func sameAsParseQuery(t *testing.T, raw string, place string, s sent) {
	values, parseErr := url.ParseQuery(raw)
	over := strings.Count(raw, "&") >= 1000
	for _, name := range []string{"a", "b", "a b"} {
		got, err := get[[]string](t, place+`:"`+name+`"`, s)
		switch {
		case parseErr != nil || over:
			if raw != "" && (err == nil || err.Name != "" || !err.Malformed) {
				t.Fatalf("%q: url.ParseQuery refuses it (%v), we read %q, %v", raw, parseErr, got, err)
			}
		case !clean(values[name]):
			if err == nil || !err.Malformed {
				t.Fatalf("%q: unclean texts are read as %q, %v", raw, got, err)
			}
		case place == "form" && len(values[name]) == 1 && values[name][0] == "":
			if got != nil || err != nil {
				t.Fatalf("%q: an empty field is read as %q, %v", raw, got, err)
			}
		case err != nil || !slices.Equal(got, values[name]):
			t.Fatalf("%q: %s = %q, %v; url.ParseQuery says %q", raw, name, got, err, values[name])
		}
	}
}

func FuzzQueryIsReadAsParseQueryReadsIt(f *testing.F) {
	for _, raw := range []string{
		"", "a=1", "a=1&b=2&a=3", "a", "a=", "=a", "&&a=1&", "a=1;b=2", "a=%", "a=%zz", "a=%41%20+", "a+b=1", "a%20b=2&a=%00", "a=%ff",
		"a==", "a=b=c", "%61=1", "c=1&%", "b=" + strings.Repeat("a", 300), strings.Repeat("a=1&", 1001), "A=1", "a[]=1",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		sameAsParseQuery(t, raw, "query", sent{query: raw})
		sameAsParseQuery(t, raw, "form", sent{form: raw})
	})
}

func FuzzCookiesAreReadAsNetHTTPReadsThem(f *testing.F) {
	for _, line := range []string{"", "v=1", "a=1; v=2", `v="1"`, "v=1; v=2", "v", "v=\x00", "v=a\"b", " v =1", "a b=1;v=2", "v=1;;;", "=v", "v=\xff", "v\r", "v \n=1"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		r := &http.Request{Header: http.Header{"Cookie": {line}}}
		var want []string
		for _, c := range r.Cookies() {
			if c.Name == "v" {
				want = append(want, c.Value)
			}
		}
		got, err := get[string](t, `cookie:"v"`, sent{cookie: line})
		switch {
		case err == nil && (len(want) != 1 || got != want[0]):
			t.Fatalf("%q: read %q, net/http says %q", line, got, want)
		case err != nil && len(want) == 1 && err.Code != bind.CodeRepeated && err.Code != bind.CodeLimit:
			t.Fatalf("%q: %v, net/http says %q", line, err, want)
		}
	})
}

func FuzzDeepObjectsAreReadOrRefused(f *testing.F) {
	for _, raw := range []string{
		"f[limit]=3", "f[tags][]=x", "f[tags][1]=y&f[tags][0]=x", "f[meta][a]=1", "f[range][max]=2", "f[a[b]]=1", "f[limit", "f[[]]=1", "f]=1",
		"f[tags][999999999]=1", "f=1", "f[]=1", "f[meta][]=1", "f[rank]=1&f[rank]=2", "f%5Blimit%5D=1", "f[bound][min]=1", "f" + strings.Repeat("[a]", 50),
		"f[since]=2024-02-29T00:00:00Z", "f[status]=hearts", "f[ID]=1&f[Note]=2",
	} {
		f.Add(raw)
	}
	query := newField[Filter](f, `query:"f"`, bind.Options{}, bind.Limits{})
	form := newField[Filter](f, `form:"f"`, bind.Options{}, bind.Limits{})
	table := newField[map[string]map[string][]string](f, `query:"f"`, bind.Options{}, bind.Limits{})
	f.Fuzz(func(t *testing.T, raw string) {
		_, parseErr := url.ParseQuery(raw)
		for range 2 {
			first, err := query.read(sent{query: raw})
			again, err2 := query.read(sent{query: raw})
			if describe(err) != describe(err2) || err == nil && !reflect.DeepEqual(first, again) {
				t.Fatalf("%q is read as %+v, %v and then as %+v, %v", raw, first, err, again, err2)
			}
			if parseErr != nil && err == nil {
				t.Fatalf("%q: url.ParseQuery refuses it: %v", raw, parseErr)
			}
			if err != nil && !reflect.ValueOf(first).IsZero() {
				t.Fatalf("%q: %v, and yet %+v", raw, err, first)
			}
		}
		_, _ = form.read(sent{form: raw}) // must not panic
		values, err := table.read(sent{query: raw})
		if err == nil && parseErr == nil {
			sameTable(t, raw, values)
		}
	})
}

// sameTable compares a map of maps of lists with the names in a query, where they need no thought: f[x][y]=text.
func sameTable(t *testing.T, raw string, got map[string]map[string][]string) {
	want, _ := url.ParseQuery(raw)
	for x, inner := range got {
		for y, texts := range inner {
			plain := "f[" + x + "][" + y + "]"
			if _, ok := want[plain]; ok && !slices.Equal(texts, want[plain]) {
				t.Fatalf("%q: %s = %q, want %q", raw, plain, texts, want[plain])
			}
		}
	}
}

func FuzzIntegersAreReadExactly(f *testing.F) {
	for _, text := range []string{"", "0", "-0", "+1", "007", "127", "128", "-128", "-129", "255", "1e3", "1_0", "9223372036854775808", "-1", " 1", "0x1", "١", "270A", "-"} {
		f.Add(text)
	}
	small := newField[int8](f, `query:"v"`, bind.Options{}, bind.Limits{})
	large := newField[int64](f, `query:"v"`, bind.Options{}, bind.Limits{})
	natural := newField[uint64](f, `query:"v"`, bind.Options{}, bind.Limits{})
	f.Fuzz(func(t *testing.T, text string) {
		s := sent{query: "v=" + url.QueryEscape(text)}
		digits := strings.TrimPrefix(text, "-")
		number, isInt := new(big.Int).SetString(text, 10)
		isInt = isInt && digits != "" && strings.Trim(digits, "0123456789") == ""
		n8, err := small.read(s)
		expectInteger(t, text, err, isInt, isInt && number.IsInt64() && number.Int64() == int64(int8(number.Int64())), isInt && number.Int64() == int64(n8))
		n64, err := large.read(s)
		expectInteger(t, text, err, isInt, isInt && number.IsInt64(), isInt && number.Cmp(big.NewInt(n64)) == 0)
		u64, err := natural.read(s)
		expectInteger(t, text, err, isInt, isInt && number.IsUint64() && digits == text, isInt && number.Cmp(new(big.Int).SetUint64(u64)) == 0)
	})
}

func expectInteger(t *testing.T, text string, err *bind.Error, isInt, fits, same bool) {
	t.Helper()
	switch {
	case !isInt && (err == nil || err.Code != bind.CodeType):
		t.Fatalf("%q is no integer, and gives %v", text, err)
	case isInt && !fits && (err == nil || err.Code != bind.CodeRange):
		t.Fatalf("%q does not fit, and gives %v", text, err)
	case fits && (err != nil || !same):
		t.Fatalf("%q fits, and gives %v or another number", text, err)
	}
}

func FuzzFloatsAreFinite(f *testing.F) {
	for _, text := range []string{"", "1", "-1.5e3", "NaN", "inf", "0x1p3", "1_0", ".5", "5.", "1e400", "1e-400", "+1", "00.1"} {
		f.Add(text)
	}
	number := newField[float64](f, `query:"v"`, bind.Options{}, bind.Limits{})
	f.Fuzz(func(t *testing.T, text string) {
		got, err := number.read(sent{query: "v=" + url.QueryEscape(text)})
		want, parseErr := strconv.ParseFloat(text, 64)
		if err == nil && (parseErr != nil || got != want || got-got != 0) {
			t.Fatalf("%q = %v, strconv says %v, %v", text, got, want, parseErr)
		}
		if err != nil && parseErr == nil && strings.Trim(text, "0123456789") == "" {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func FuzzOtherTextsAreReadAsTheirParsersReadThem(f *testing.F) {
	for _, text := range []string{"", "true", "T", "on", "1m30s", "90", "-1h", "2024-02-29T00:00:00Z", "2024-02-29T1:00:00Z", "2024-02-29T00:00:00+25:00", "2024-02-29T00:00:00,1Z", "\xff", "a\x00"} {
		f.Add(text)
	}
	flag := newField[bool](f, `query:"v"`, bind.Options{}, bind.Limits{})
	wait := newField[time.Duration](f, `query:"v"`, bind.Options{}, bind.Limits{})
	instant := newField[time.Time](f, `query:"v"`, bind.Options{}, bind.Limits{})
	word := newField[string](f, `query:"v"`, bind.Options{}, bind.Limits{})
	path := newField[string](f, `path:"v"`, bind.Options{}, bind.Limits{})
	f.Fuzz(func(t *testing.T, text string) {
		s := sent{query: "v=" + url.QueryEscape(text), path: text}
		b, err := flag.read(s)
		if want, parseErr := strconv.ParseBool(text); (err == nil) != (parseErr == nil) || b != want {
			t.Fatalf("bool %q = %v, %v", text, b, err)
		}
		d, err := wait.read(s)
		if want, parseErr := time.ParseDuration(text); (err == nil) != (parseErr == nil) || d != want && err == nil {
			t.Fatalf("duration %q = %v, %v", text, d, err)
		}
		at, err := instant.read(s)
		if err == nil {
			// What we read is what the strict reader of the JSON form reads.
			var want time.Time
			if want.UnmarshalJSON([]byte(`"`+text+`"`)) != nil || !at.Equal(want) {
				t.Fatalf("time %q = %v", text, at)
			}
		}
		w, err := word.read(s)
		if ok := clean([]string{text}); (err == nil) != ok || ok && w != text {
			t.Fatalf("string %q = %q, %v", text, w, err)
		}
		if p, err := path.read(s); err == nil && (p != text || strings.ContainsAny(p, "/\\\x00\r\n") || p == "." || p == "..") {
			t.Fatalf("path %q = %q", text, p)
		}
	})
}
