package openapi

import (
	"encoding"
	"encoding/json"
	"math/big"
	"mime/multipart"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// patternDuration accepts what time.ParseDuration does.
const patternDuration = `^[+-]?(0|([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`

// wellKnown describes types of the standard library whose encoding their kind does not tell.
// The schema is fresh.
func wellKnown(t reflect.Type) (schema, bool) {
	switch t {
	case reflect.TypeFor[time.Time]():
		return schema{"type": "string", "format": "date-time"}, true
	case reflect.TypeFor[time.Duration]():
		return schema{"type": "string", "format": "go-duration", "pattern": patternDuration, "examples": []any{"1m30s"}}, true
	case reflect.TypeFor[json.RawMessage]():
		return schema{}, true
	case reflect.TypeFor[json.Number]():
		return schema{"type": "number"}, true
	case reflect.TypeFor[big.Int]():
		return schema{"type": "integer"}, true
	case reflect.TypeFor[url.URL]():
		return schema{"type": "string", "format": "uri-reference"}, true
	case reflect.TypeFor[netip.Addr](), reflect.TypeFor[net.IP]():
		return schema{"type": "string", "format": "ip"}, true
	case reflect.TypeFor[netip.Prefix]():
		return schema{"type": "string", "format": "cidr"}, true
	case reflect.TypeFor[netip.AddrPort]():
		return schema{"type": "string", "format": "ip-port"}, true
	case reflect.TypeFor[multipart.FileHeader](), reflect.TypeFor[multipart.File]():
		return binary(), true
	}
	if t.Name() == "Value" && strings.HasSuffix(t.PkgPath(), "/jsontext") {
		return schema{}, true
	}
	return nil, false
}

// binary describes bytes that are not inside JSON, such as an uploaded file.
// Tools look for either of the two: contentMediaType is the word of OpenAPI 3.1, format that of 3.0.
func binary() schema {
	return schema{"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
}

// marshaled describes a type whose methods decide about its encoding, as far as they tell: text is a string,
// and JSON may be anything.
func marshaled(t reflect.Type, u use) (schema, bool) {
	p := reflect.PointerTo(t)
	asJSON, asText := p.Implements(reflect.TypeFor[json.Marshaler]()) || hasMethod(p, "MarshalJSONTo"),
		p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextAppender]())
	if u == input {
		asJSON, asText = p.Implements(reflect.TypeFor[json.Unmarshaler]()) || hasMethod(p, "UnmarshalJSONFrom"),
			p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
	}
	switch {
	case asJSON:
		return schema{}, true
	case asText && strings.EqualFold(t.Name(), "uuid"):
		return schema{"type": "string", "format": "uuid"}, true
	case asText:
		return schema{"type": "string"}, true
	}
	return nil, false
}

// ownEncoding reports whether t has methods that encode it, in either direction.
func ownEncoding(t reflect.Type) bool {
	_, out := marshaled(t, output)
	_, in := marshaled(t, input)
	return out || in
}

func hasMethod(t reflect.Type, name string) bool {
	_, ok := t.MethodByName(name)
	return ok
}
