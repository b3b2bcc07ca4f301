package router

import (
	"encoding"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
)

var (
	timeType          = reflect.TypeFor[time.Time]()
	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
)

// writable reports whether a value of the type can be a header: text, numbers,
// booleans, times, what marshals itself to text, and pointers and slices of
// these.
func writable(t reflect.Type) bool {
	if t.Implements(textMarshalerType) {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Pointer, reflect.Slice:
		return writable(t.Elem())
	}
	return false
}

// isToken reports whether a name can be that of a field or a cookie, RFC 9110
// section 5.6.2.
func isToken(name string) bool {
	other := func(r rune) bool {
		alnum := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !alnum && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	}
	return name != "" && !strings.ContainsFunc(name, other)
}

// single reports whether an answer has one line of a field, RFC 9110 section 5.3:
// with two of them it means nothing, or not the same to everybody. Other fields
// gather what a middleware, a guard and a handler have to say.
func single(name string) bool {
	switch name {
	case "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Max-Age", "Content-Type", "Content-Disposition",
		"Content-Location", "Etag", "Expires", "Last-Modified", "Location", "Retry-After":
		return true
	}
	return false
}

// addHeader adds the lines for a value. Empty text, a nil pointer and a zero
// time add none; a slice adds one for each element.
func addHeader(h http.Header, name string, v reflect.Value) error {
	switch {
	case v.Kind() == reflect.Pointer && !v.Type().Implements(textMarshalerType):
		if v.IsNil() {
			return nil
		}
		return addHeader(h, name, v.Elem())
	case v.Kind() == reflect.Slice && !v.Type().Implements(textMarshalerType):
		for i := range v.Len() {
			if err := addHeader(h, name, v.Index(i)); err != nil {
				return err
			}
		}
		return nil
	}
	text, err := headerText(v)
	if err != nil || text == "" {
		return err
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return fmt.Errorf("the header %s would hold a control character", name)
	}
	h.Add(name, text)
	return nil
}

func headerText(v reflect.Value) (string, error) {
	if v.Type() == timeType {
		t := v.Interface().(time.Time)
		if t.IsZero() {
			return "", nil
		}
		return t.UTC().Format(http.TimeFormat), nil // RFC 9110 section 5.6.7
	}
	if v.Type().Implements(textMarshalerType) {
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return "", nil
		}
		text, err := v.Interface().(encoding.TextMarshaler).MarshalText()
		return string(text), err
	}
	switch {
	case v.Kind() == reflect.String:
		return v.String(), nil
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10), nil
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), nil
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits()), nil
	}
	return strconv.FormatBool(v.Bool()), nil
}
