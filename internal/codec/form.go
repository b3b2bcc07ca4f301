package codec

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"math/big"
	"net/url"
	"reflect"
	"time"
)

// The types of the standard library that have a form of their own here:
// JSON v2 has none for time.Duration, takes json.Number for a string where it is
// not the standard library's own, and url.URL for its fields.
func hasForm(t reflect.Type) bool { return t == durationType || t == numberType || t == urlType }

var (
	durationType = reflect.TypeFor[time.Duration]()
	numberType   = reflect.TypeFor[stdjson.Number]()
	bigType      = reflect.TypeFor[big.Int]()
	urlType      = reflect.TypeFor[url.URL]()
	timeType     = reflect.TypeFor[time.Time]()
)

var (
	errDuration = errors.New("not a duration")
	errURL      = errors.New("not a URL")
	errNumber   = errors.New("not a number")
)

func encodeDuration(e *encoder, d time.Duration) error {
	return e.WriteToken(text(d.String()))
}

func decodeDuration(d *decoder, to *time.Duration) error {
	v, err := d.ReadValue()
	if err != nil {
		return err
	}
	switch v.Kind() {
	case 'n':
		*to = 0
		return nil
	case '"':
		*to, err = time.ParseDuration(unquote(v))
		return err
	}
	return errDuration
}

func encodeURL(e *encoder, u url.URL) error { return e.WriteToken(text(u.String())) }

func decodeURL(d *decoder, to *url.URL) error {
	v, err := d.ReadValue()
	if err != nil {
		return err
	}
	*to = url.URL{}
	switch v.Kind() {
	case 'n':
		return nil
	case '"':
		read, err := url.Parse(unquote(v))
		if err == nil {
			*to = *read
		}
		return err
	}
	return errURL
}

func encodeNumber(e *encoder, n stdjson.Number) error {
	if n == "" {
		n = "0"
	}
	v := rawValue(n)
	if v.Kind() != '0' || !v.IsValid() {
		return errNumber
	}
	return e.WriteValue(bytes.TrimSpace(v))
}

func decodeNumber(d *decoder, to *stdjson.Number) error {
	v, err := d.ReadValue()
	if err != nil {
		return err
	}
	switch v.Kind() {
	case 'n':
		*to = ""
		return nil
	case '0':
		*to = stdjson.Number(v)
		return nil
	}
	return errNumber
}

// unquote decodes a JSON string that has been read, and so is valid.
func unquote(v rawValue) string {
	var s string
	if unmarshal(v, &s, nil) != nil {
		return ""
	}
	return s
}
