package rules_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/rules"
)

type (
	name   string
	level  int8
	stamp  time.Time
	colors []string
)

// uid says what it is by a String method, as uuid packages have it.
type uid [2]byte

func (u uid) String() string {
	return fmt.Sprintf("0000%02x%02x-0000-%x000-8000-000000000000", u[0], u[1], 4+u[0]/3)
}

// samples are values of every kind on which rules work, at and around the
// bounds that the tags below set.
func samples() []any {
	var list []any
	add := func(values ...any) { list = append(list, values...) }
	for _, s := range textSamples {
		add(s)
	}
	add("", name(""), name("abc"), name("red"))
	for _, n := range []int{-4, -3, -1, 0, 1, 2, 3, 4, 10, 65535, 65536, math.MaxInt, math.MinInt} {
		add(n, int8(n), int16(n), int32(n), int64(n), uint(n), uint8(n), uint16(n), uint32(n), uint64(n), level(n), time.Duration(n))
	}
	add(time.Hour, time.Hour-1, time.Hour+1, -time.Hour)
	for _, x := range []float64{-3, 0, 2.999, 3, 3.001, 0.1, 1e300, math.Inf(1), math.NaN()} {
		add(x, float32(x))
	}
	add(true, false)
	add([]string(nil), []string{}, []string{"a"}, []string{"a", "b"}, []string{"a", "a"}, []string{"a", "b", "c"}, []string{"a", "b", "c", "d"})
	add(colors(nil), colors{"red", "blue", "red"}, [3]string{}, [3]string{"a", "b", "c"}, [0]int{})
	add([]int{1, 2, 3}, []int{3, 3}, []byte("abc"), []byte(`{"a":1}`), []float64{1, math.NaN(), math.NaN()}, []bool{true, false, true})
	add([]*int{nil, nil}, []*int{new(1), new(1)}, []*int{new(1), nil, new(2)}, manyStrings(40), append(manyStrings(40), "s7"))
	add(map[string]int(nil), map[string]int{}, map[string]int{"a": 1, "b": 1}, map[string]int{"a": 1, "b": 2, "c": 3}, map[int]string{1: "x"})
	add(map[string]*int{"a": nil, "b": nil}, map[string]*int{"a": new(1), "b": new(2)})
	add(time.Time{}, time.Now().Add(-time.Hour), time.Now().Add(time.Hour), stamp{}, stamp(time.Now().Add(time.Hour)))
	add(uid{}, uid{1, 2}, complex(1, 2))
	return append(list, pointersTo(list)...)
}

func samplesByType() map[reflect.Type][]any {
	byType := map[reflect.Type][]any{}
	for _, value := range samples() {
		byType[reflect.TypeOf(value)] = append(byType[reflect.TypeOf(value)], value)
	}
	return byType
}

func manyStrings(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint("s", i)
	}
	return list
}

// pointersTo adds a pointer to, and a nil pointer of, each value.
func pointersTo(list []any) []any {
	var out []any
	for _, value := range list {
		v := reflect.ValueOf(value)
		p := reflect.New(v.Type())
		p.Elem().Set(v)
		out = append(out, p.Interface(), reflect.Zero(p.Type()).Interface())
	}
	return out
}

// textSamples hold one or more texts that each rule on texts accepts, and some
// next to them.
var textSamples = []string{
	"a", "ab", "abc", "abcd", "é", "éé", "ééé", "éééé", "日本語", "日本", "\xff", "\xff\xfe\xfd", "a\x00b", " abc", "ABC", "Abc", "abc ", "a b", "a1", "A1B2",
	"red", "RED", "green", "dark blue", "yellow", "true", "false", "1", "0", "t", "3", "-3", "+3", "3.5", "3.", ".5", "-", "+", "1e5", "007", "١٢٣",
	"0x", "0xff", "0XFF", "ff", "fg", "#fff", "#ffff", "#ffffff", "#ffffffff", "#ff", "#ggg", "rgb(1,2,3)", "rgba(1,2,3,0.5)", "hsl(1,2%,3%)", "hsla(1,2%,3%,1)",
	"+4612345678", "4612345678", "+0612345678", "+46123", "1234567", "12345678", "123456789012345", "1234567890123456",
	"a@b.co", "m.l@example.com", "a..b@c.de", ".a@b.co", "a.@b.co", "a@b", "a@b.c", "a@-b.co", "a@b-.co", "a@b.c1", "a@@b.co", "ü@b.co", "a@ü.co", "a@b.co.", "\"x y\"@b.co", "Bob <a@b.co>", "a+b@c-d.org",
	"http://a.b", "https://a.b/c?d=e", "HTTP://A.B", "ftp://a.b", "http://", "http:///x", "http://a b", "http://a:80", "http://a:x", "http://a#f", "//a/b", "/a/b", "mailto:x@y.z", "file:///a", "file://", "http://[::1]/", "https://u:p@h/", "http://a/%zz",
	"urn:a:b", "urn:isbn:0451450523", "data:text/plain;base64,aGVsbG8=", "aGVsbG8=", "aGVsbG8", "MFRGG===", "a_b-c", "a.b.c", "a.b.", "a.b", "..", "eyJ.eyJ.x_-",
	"10.0.0.1", "10.0.0.256", "::1", "fe80::1%eth0", "::ffff:1.2.3.4", "01.2.3.4", "10.0.0.0/8", "10.0.0.1/8", "::/0", "10.0.0.1:80", "[::1]:80", "00:11:22:33:44:55", "host:80", ":80", "host:0",
	"host", "a-b", "-a", "a-", "1a", "a_b", "a.b.c", "a.b.c.", "x.1", "example.com", strings.Repeat("a", 63), strings.Repeat("a", 64),
	"00000000-0000-0000-0000-000000000000", "f47ac10b-58cc-4372-a567-0e02b2c3d479", "F47AC10B-58CC-4372-A567-0E02B2C3D479", "f47ac10b-58cc-3372-c567-0e02b2c3d479", "f47ac10b-58cc-5372-8567-0e02b2c3d479", "f47ac10b-58cc-7372-9567-0e02b2c3d479", "f47ac10b58cc4372a5670e02b2c3d479", "g47ac10b-58cc-4372-a567-0e02b2c3d479",
	"01ARZ3NDEKTSV4RRFFQ69G5FAV", "01arz3ndektsv4rrffq69g5fav", "81ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAI",
	strings.Repeat("a", 24), strings.Repeat("a", 32), strings.Repeat("A", 32), strings.Repeat("0", 40), strings.Repeat("0", 48), strings.Repeat("f", 64), strings.Repeat("f", 96), strings.Repeat("f", 128),
	"978-3-16-148410-0", "3-16-148410-0", "2049-3630", "90", "-90.5", "180", "SE", "SWE", "752", "SE-AB", "EUR", "978", "sv-SE", "en", "DEUTDEFF", "1.2.3-a+b", "4242424242424242", "4242 4242 4242 4242", "CVE-2024-1234", "* * * * *", "@daily",
	"2026-01-02", "2026-13-02", "15:04", "Europe/Stockholm", "Local", "UTC", "1h30m", "1h30", "{}", "{", `{"a":[1]}`, "<b>x</b>", "&gt;", "%20", "%2", "12-3456789", "123-45-6789", "11122", "permission", "mongodb://a:b@c/d",
}

// tags are all rules with parameters that set bounds among the samples.
var tags = []string{
	"required", "isdefault", "omitempty", "omitnil", "omitzero", "-", "omitempty,min=3", "omitnil,min=3", "omitzero,min=3", "required,min=3", "omitempty,len=3", "required,max=3",
	"min=3", "max=3", "gte=3", "lte=3", "gt=3", "lt=3", "len=3", "eq=3", "ne=3", "min=0", "min=-3", "max=0", "len=0", "min=0x3", "max=1e3", "min=3.5", "min=1h", "max=1h", "eq=abc", "ne=abc", "eq=", "eq=true", "ne=1", "min=abc", "min",
	"gt", "lt", "gte", "lte", "min=0,max=10", "eq=65535", "min=9223372036854775807", "min=-9223372036854775808", "len=9223372036854775807", "lt=9223372036854775807", "max=-9223372036854775808", "gt=-9223372036854775808",
	"oneof=red green", "oneof='dark blue' red", "oneof=1 3 65535", "oneof=-3 0", "noneof=red", "noneof=1 3", "oneofci=RED blue", "noneofci=RED", "eq_ignore_case=abc", "ne_ignore_case=abc",
	"unique", "min=1,unique", "contains=b", "containsany=bc", "containsrune=b", "excludes=b", "excludesall=bc", "excludesrune=b", "startswith=a", "startsnotwith=a", "endswith=c", "endsnotwith=c", "contains=0x2C", "contains=é", "containsrune=é",
	"alpha", "alphaspace", "alphanum", "alphanumspace", "alphaunicode", "alphanumunicode", "boolean", "numeric", "number", "hexadecimal", "hexcolor", "rgb", "rgba", "hsl", "hsla", "cmyk", "iscolor",
	"e164", "email", "url", "http_url", "https_url", "uri", "origin", "urn_rfc8141", "urn_rfc2141", "file", "filepath", "dir", "dirpath", "image", "mimetype=image/png", "base32", "base64", "base64url", "base64rawurl",
	"isbn", "isbn10", "isbn13", "issn", "eth_addr", "eth_addr_checksum", "btc_addr", "btc_addr_bech32", "uuid", "uuid3", "uuid4", "uuid5", "uuid7", "uuid_rfc4122", "uuid3_rfc4122", "uuid4_rfc4122", "uuid5_rfc4122", "ulid",
	"md4", "md5", "sha256", "sha384", "sha512", "ripemd128", "ripemd160", "tiger128", "tiger160", "tiger192", "ascii", "printascii", "multibyte", "datauri", "latitude", "longitude", "ssn",
	"ip", "ipv4", "ipv6", "cidr", "cidrv4", "cidrv6", "mac", "hostname", "hostname_rfc1123", "hostname_label", "hostname_port", "fqdn", "port", "unix_addr", "uds_exists", "dns_rfc1035_label",
	"html", "html_encoded", "url_encoded", "json", "jwt", "lowercase", "uppercase", "datetime=2006-01-02", "datetime=15:04", "timezone", "duration",
	"iso3166_1_alpha2", "iso3166_1_alpha2_eu", "iso3166_1_alpha3", "iso3166_1_alpha3_eu", "iso3166_1_alpha_numeric", "iso3166_1_alpha_numeric_eu", "country_code", "eu_country_code", "iso3166_2", "iso4217", "iso4217_numeric",
	"bcp47_language_tag", "bcp47_strict_language_tag", "postcode_iso3166_alpha2=SE", "bic", "bic_iso_9362_2014", "semver", "credit_card", "luhn_checksum", "cve", "mongodb", "mongodb_connection_string", "cron", "spicedb", "spicedb=permission", "spicedb=type", "spicedb=no", "ein",
	"uuid|email", "len=3|len=4", "min=3|eq=1", "alpha|numeric,min=3", "required,uuid|email|alpha", "omitempty,ip|fqdn,max=20", "eq=3|eq=4|eq=abc", "oneof=red|oneof=blue",
	"dive", "dive,min=3", "min=1,dive,required", "omitempty,dive,alpha", "dive,keys,min=1,endkeys,min=1", "dive,keys,eq=a,endkeys", "dive,omitempty,min=2", "dive,dive", "dive,required,gt=1", "dive,a", "unique,dive,len=1",
	"emial", "min=3,", ",min=3", "min=3,,max=4", "a|", "keys", "endkeys", "dive,keys", " min=3", "min =3", "structonly", "nostructlevel", "dive,structonly", "omitempty,-", "required|omitempty",
}

// TestVerdictsOnAnyKindOfValueAreValidators runs every rule on every kind of
// value. What does not compile may at most be stricter than validator.
func TestVerdictsOnAnyKindOfValueAreValidators(t *testing.T) {
	t.Parallel()
	oracle := newOracle()
	compared := 0
	for typ, values := range samplesByType() {
		for _, tag := range tags {
			c, err := rules.CompileVar(typ, tag, rules.Options{Validator: oracle})
			if err != nil {
				continue
			}
			for _, value := range values {
				sameVar(t, oracle, c, tag, value)
				compared++
			}
		}
	}
	t.Logf("%d verdicts compared", compared)
	if compared < 40_000 {
		t.Errorf("only %d verdicts compared: too little compiles", compared)
	}
}

// TestEveryTagOfTheTableCompilesForSomeTypeOrPanicsForAll keeps the table
// honest: what validator can judge compiles for some type, but for tags whose
// mistake validator does not always notice.
func TestEveryTagOfTheTableCompilesForSomeTypeOrPanicsForAll(t *testing.T) {
	t.Parallel()
	oracle, byType := newOracle(), samplesByType()
	for _, tag := range tags {
		compiles, judged := false, false
		for typ, values := range byType {
			_, err := rules.CompileVar(typ, tag, rules.Options{Validator: oracle})
			compiles = compiles || err == nil
			for _, value := range values {
				judged = judged || panics(func() { _ = oracle.Var(value, tag) }) == nil
			}
		}
		if !compiles && judged {
			switch tag {
			case "min=abc", "min=3.5", "max=1e3", "endkeys", "dive,dive", "dive,keys", "structonly", "nostructlevel", "dive,structonly", "dive,a", "omitempty,-", "required|omitempty", " min=3", "min =3", "emial", ",min=3", "min=3,", "min=3,,max=4", "a|", "spicedb=no":
			default:
				t.Errorf("validate:%q compiles for no type, but validator judges some value", tag)
			}
		}
	}
}
