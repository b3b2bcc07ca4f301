package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// readTree reads JSON so that the order of members and the digits of numbers are kept.
func readTree(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return readValue(d)
}

func readValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		return readObject(d)
	case json.Delim('['):
		return readList(d)
	}
	return t, nil
}

func readObject(d *json.Decoder) (any, error) {
	object := ordered{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := readValue(d)
		if err != nil {
			return nil, err
		}
		object.set(fmt.Sprint(key), v)
	}
	_, err := d.Token()
	return object, err
}

func readList(d *json.Decoder) (any, error) {
	list := []any{}
	for d.More() {
		v, err := readValue(d)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, err
}

// asObject returns v as an object; anything else is an empty one.
func asObject(v any) ordered {
	o, _ := v.(ordered)
	return o
}

// asList returns v as a list; anything else is an empty one.
func asList(v any) []any {
	l, _ := v.([]any)
	return l
}

// with returns an object with a member set, in its place if it is there already. The object itself stays as it is.
func (o ordered) with(key string, value any) ordered {
	all := make(ordered, 0, len(o)+1)
	found := false
	for _, e := range o {
		if e.key == key {
			e.value, found = value, true
		}
		all = append(all, e)
	}
	if !found {
		all.set(key, value)
	}
	return all
}

// without returns an object without some members.
func (o ordered) without(keys ...string) ordered {
	all := make(ordered, 0, len(o))
	for _, e := range o {
		if !slices.Contains(keys, e.key) {
			all = append(all, e)
		}
	}
	return all
}

// each returns an object whose values went through a function.
func (o ordered) each(f func(key string, v any) any) ordered {
	all := make(ordered, 0, len(o))
	for _, e := range o {
		all.set(e.key, f(e.key, e.value))
	}
	return all
}
