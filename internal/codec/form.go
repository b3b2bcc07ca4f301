package codec

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"math/big"
	"reflect"
	"time"
)

// The types of the standard library that have a form of their own here:
// JSON v2 has none for time.Duration, and takes json.Number for a string where
// it is not the standard library's own.
func hasForm(t reflect.Type) bool { return t == durationType || t == numberType }

var (
	durationType = reflect.TypeFor[time.Duration]()
	numberType   = reflect.TypeFor[stdjson.Number]()
	bigType      = reflect.TypeFor[big.Int]()
	timeType     = reflect.TypeFor[time.Time]()
)

var (
	errDuration = errors.New("not a duration")
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
