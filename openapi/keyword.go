package openapi

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mortise-go/mortise/internal/rules"
)

// tighten adds keywords to a schema. A bound that is there already is kept if it is the stricter one;
// any other keyword that is taken joins by allOf.
func tighten(sch, more schema) {
	for key, v := range more {
		have, taken := sch[key]
		switch {
		case !taken:
			sch[key] = v
		case reflect.DeepEqual(have, v):
		case isBound(key):
			sch[key] = stricter(key, have, v)
		default:
			all, _ := sch["allOf"].([]any)
			sch["allOf"] = append(all, schema{key: v})
		}
	}
}

func isBound(key string) bool {
	return strings.HasPrefix(key, "min") || strings.HasPrefix(key, "max") || strings.HasPrefix(key, "exclusive")
}

func stricter(key string, a, b any) any {
	x, y := asFloat(a), asFloat(b)
	lower := strings.HasPrefix(key, "min") || key == "exclusiveMinimum"
	if (x >= y) == lower {
		return a
	}
	return b
}

func asFloat(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case json.Number:
		f, _ := v.Float64() // made by number, which parses it
		return f
	default:
		return 0
	}
}

// sizeKeywords translates the rules about how many there are.
func sizeKeywords(rule rules.Rule, least, most string) (schema, bool) {
	switch rule.Name {
	case "required":
		return schema{}, true // an empty list is there
	case "unique":
		return schema{"uniqueItems": true}, rule.Param == "" && least == "minItems"
	}
	n, err := strconv.Atoi(rule.Param)
	if err != nil {
		return nil, false
	}
	switch rule.Name {
	case "min", "gte":
		return schema{least: max(n, 0)}, true
	case "max", "lte":
		return schema{most: max(n, 0)}, true
	case "gt":
		return schema{least: max(n+1, 0)}, true
	case "lt":
		return schema{most: max(n-1, 0)}, true
	case "len", "eq":
		return schema{least: max(n, 0), most: max(n, 0)}, true
	}
	return nil, false
}

func numberKeywords(rule rules.Rule, t reflect.Type) (schema, bool) {
	switch rule.Name {
	case "required":
		return schema{"not": schema{"const": 0}}, true
	case "oneof":
		list, ok := numbers(rule.Words())
		return schema{"enum": list}, ok
	case "noneof":
		list, ok := numbers(rule.Words())
		return schema{"not": schema{"enum": list}}, ok
	case "latitude":
		return schema{"minimum": -90, "maximum": 90}, true
	case "longitude":
		return schema{"minimum": -180, "maximum": 180}, true
	}
	n, ok := number(rule.Param)
	if !ok || t == reflect.TypeFor[time.Duration]() {
		return nil, false
	}
	switch rule.Name {
	case "min", "gte":
		return schema{"minimum": n}, true
	case "max", "lte":
		return schema{"maximum": n}, true
	case "gt":
		return schema{"exclusiveMinimum": n}, true
	case "lt":
		return schema{"exclusiveMaximum": n}, true
	case "len", "eq":
		return schema{"const": n}, true
	case "ne":
		return schema{"not": schema{"const": n}}, true
	}
	return nil, false
}

// number keeps the digits as written, because a float64 would not keep all of an int64.
func number(s string) (json.Number, bool) {
	if !jsonNumber.MatchString(s) {
		return "", false
	}
	return json.Number(s), true
}

var jsonNumber = regexp.MustCompile(patternNumber)

func numbers(words []string) ([]any, bool) {
	list := make([]any, len(words))
	for i, w := range words {
		n, ok := number(w)
		if !ok {
			return nil, false
		}
		list[i] = n
	}
	return list, true
}

func booleanKeywords(rule rules.Rule) (schema, bool) {
	b, err := strconv.ParseBool(rule.Param)
	switch {
	case rule.Name == "required":
		return schema{"const": true}, true // false counts as missing
	case err != nil:
		return nil, false
	case rule.Name == "eq":
		return schema{"const": b}, true
	case rule.Name == "ne":
		return schema{"const": !b}, true
	}
	return nil, false
}

func stringKeywords(rule rules.Rule) (schema, bool) {
	if format, ok := formats[rule.Name]; ok {
		return schema{"format": format}, true
	}
	if pattern, ok := patterns[rule.Name]; ok {
		return schema{"pattern": pattern}, true
	}
	switch rule.Name {
	case "required":
		return schema{"minLength": 1}, true
	case "http_url":
		return schema{"format": "uri", "pattern": "^[hH][tT][tT][pP][sS]?://"}, true
	case "https_url":
		return schema{"format": "uri", "pattern": "^[hH][tT][tT][pP][sS]://"}, true
	case "ip", "ip_addr":
		return schema{"anyOf": []any{schema{"format": "ipv4"}, schema{"format": "ipv6"}}}, true
	case "base64":
		return schema{"contentEncoding": "base64"}, true
	case "base64url", "base64rawurl":
		return schema{"contentEncoding": "base64url"}, true
	case "json":
		return schema{"contentMediaType": "application/json"}, true
	case "min", "max", "gte", "lte", "gt", "lt", "len":
		return sizeKeywords(rule, "minLength", "maxLength")
	}
	return textKeywords(rule)
}

// textKeywords translates the rules whose parameter is a text.
func textKeywords(rule rules.Rule) (schema, bool) {
	quoted := regexp.QuoteMeta(rule.Param)
	switch rule.Name {
	case "eq":
		return schema{"const": rule.Param}, true
	case "ne":
		return schema{"not": schema{"const": rule.Param}}, true
	case "oneof":
		return schema{"enum": texts(rule.Words())}, true
	case "noneof":
		return schema{"not": schema{"enum": texts(rule.Words())}}, true
	case "startswith":
		return schema{"pattern": "^" + quoted}, true
	case "startsnotwith":
		return schema{"not": schema{"pattern": "^" + quoted}}, true
	case "endswith":
		return schema{"pattern": quoted + "$"}, true
	case "endsnotwith":
		return schema{"not": schema{"pattern": quoted + "$"}}, true
	case "contains":
		return schema{"pattern": quoted}, true
	case "excludes":
		return schema{"not": schema{"pattern": quoted}}, true
	case "pattern":
		return schema{"pattern": rule.Param}, portable(rule.Param)
	case "datetime":
		return layout(rule.Param)
	}
	return nil, false
}

func texts(words []string) []any {
	list := make([]any, len(words))
	for i, w := range words {
		list[i] = w
	}
	return list
}

// portable reports whether a regular expression means the same in RE2 and in ECMA-262,
// as far as its constructs tell: groups with flags or names, POSIX classes and \A \z \C \Q are RE2's own.
func portable(re string) bool {
	return !foreign.MatchString(re)
}

var foreign = regexp.MustCompile(`\(\?[^:]|\[\[:|\\[AzCQEa]|\\p[A-Z]|\\x\{|\\[0-7]`)

// layout describes a time written in a layout of package time.
func layout(l string) (schema, bool) {
	switch l {
	case time.RFC3339, time.RFC3339Nano:
		return schema{"format": "date-time"}, true
	case time.DateOnly:
		return schema{"format": "date"}, true
	case time.TimeOnly:
		return schema{"pattern": `^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$`}, true
	case "15:04":
		return schema{"pattern": `^([01][0-9]|2[0-3]):[0-5][0-9]$`}, true
	}
	return nil, false
}

// formats are rules that have a name of their own in JSON Schema, or are known by one well enough to annotate with it.
var formats = map[string]string{
	"email": "email", "uri": "uri", "url": "uri", "hostname": "hostname", "hostname_rfc1123": "hostname", "fqdn": "hostname",
	"uuid": "uuid", "uuid3": "uuid", "uuid4": "uuid", "uuid5": "uuid", "uuid7": "uuid",
	"uuid_rfc4122": "uuid", "uuid3_rfc4122": "uuid", "uuid4_rfc4122": "uuid", "uuid5_rfc4122": "uuid",
	"ipv4": "ipv4", "ip4_addr": "ipv4", "ipv6": "ipv6", "ip6_addr": "ipv6",
	"cidr": "cidr", "cidrv4": "cidrv4", "cidrv6": "cidrv6", "timezone": "timezone",
	"iso3166_1_alpha2": "iso3166-1-alpha2", "iso3166_1_alpha3": "iso3166-1-alpha3", "iso3166_2": "iso3166-2",
	"iso4217": "iso4217", "bcp47_language_tag": "bcp47", "credit_card": "credit-card", "luhn_checksum": "luhn",
	"jwt": "jwt", "cron": "cron", "isbn": "isbn", "isbn10": "isbn10", "isbn13": "isbn13", "issn": "issn", "bic": "bic",
	"html": "html", "file": "file", "dir": "dir", "datauri": "data-uri", "urn_rfc2141": "urn",
}

// patterns are rules that a regular expression says completely, in the common part of RE2 and ECMA-262.
var patterns = map[string]string{
	"alpha":             `^[a-zA-Z]+$`,
	"alphanum":          `^[a-zA-Z0-9]+$`,
	"numeric":           `^[-+]?[0-9]+(\.[0-9]+)?$`,
	"number":            `^[0-9]+$`,
	"hexadecimal":       `^(0[xX])?[0-9a-fA-F]+$`,
	"hexcolor":          `^#([0-9a-fA-F]{3}|[0-9a-fA-F]{4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$`,
	"e164":              `^\+?[1-9][0-9]{7,14}$`,
	"ulid":              `^[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{26}$`,
	"ascii":             `^[\x00-\x7F]*$`,
	"printascii":        `^[\x20-\x7E]*$`,
	"md4":               `^[0-9a-f]{32}$`,
	"md5":               `^[0-9a-f]{32}$`,
	"sha256":            `^[0-9a-f]{64}$`,
	"sha384":            `^[0-9a-f]{96}$`,
	"sha512":            `^[0-9a-f]{128}$`,
	"boolean":           `^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$`,
	"mac":               `^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2})+$|^[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4})+$`,
	"mongodb":           `^[a-f0-9]{24}$`,
	"semver":            `^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`,
	"dns_rfc1035_label": `^[a-z]([-a-z0-9]*[a-z0-9])?$`,
}
