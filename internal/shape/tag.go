package shape

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// options is what a json tag says about one field.
type options struct {
	name                string
	named               bool
	embed               bool
	omitZero, omitEmpty bool
	quoted              bool
	folding             string
}

// parse reads the json tag of f; keep is false for a field that is not part of the encoding.
func parse(f reflect.StructField) (o options, keep bool, err error) {
	tag, tagged := f.Tag.Lookup("json")
	if tag == "-" {
		return o, false, nil
	}
	if !f.IsExported() && !f.Anonymous {
		if tagged {
			err = fmt.Errorf("it is not exported, so the tag json:%q has no effect; export it or remove the tag", tag)
		}
		return o, false, err
	}
	name, rest, more := strings.Cut(tag, ",")
	o.name, o.named = f.Name, name != ""
	if o.named {
		o.name = name
	}
	if err := checkName(o.name); err != nil {
		return o, false, err
	}
	seen := map[string]bool{}
	for more {
		var option string
		option, rest, more = strings.Cut(rest, ",")
		if err := o.set(option, f); err != nil {
			return o, false, err
		}
		if seen[option] {
			return o, false, fmt.Errorf("json option %q is given twice", option)
		}
		seen[option] = true
	}
	return o, true, o.fit(f)
}

// checkName refuses what JSON v2 reserves in names.
func checkName(name string) error {
	switch {
	case strings.ContainsAny(name, "\\'\"`"):
		return fmt.Errorf("json name %q holds a quote or a backslash, which JSON v2 reserves", name)
	case !utf8.ValidString(name):
		return fmt.Errorf("json name %q is not valid UTF-8", name)
	}
	return nil
}

func (o *options) set(option string, f reflect.StructField) error {
	switch option {
	case "omitzero":
		o.omitZero = true
	case "omitempty":
		o.omitEmpty = true
	case "string":
		o.quoted = true
	case "embed":
		if !embedKnown {
			return errors.New(`json option "embed" is not known to the JSON v2 experiment of Go 1.26; embed a Go struct instead`)
		}
		o.embed = true
	case "inline":
		// Under this older name the option does nothing today. On an embedded struct nothing is lost.
		if !f.Anonymous {
			return errors.New(`json option "inline" has no effect; write "embed"`)
		}
	case "unknown":
		return errors.New(`json option "unknown" has no effect; write "embed"`)
	case "case:ignore", "case:strict":
		if o.folding != "" && o.folding != option {
			return errors.New("json options case:ignore and case:strict exclude each other")
		}
		o.folding = option
	case "":
		return errors.New("json tag has an empty option between or after commas")
	default:
		return unknown(option)
	}
	return nil
}

// unknown tells a wrong spelling of a known option from an unknown one, which JSON v2 ignores.
func unknown(option string) error {
	word, _, _ := strings.Cut(option, ":")
	switch plain := strings.ReplaceAll(strings.ToLower(word), "_", ""); plain {
	case "format":
		return errors.New("json option format was withdrawn from JSON v2; use a type with its own MarshalText")
	case "case":
		return fmt.Errorf(`json option %q: want "case:ignore" or "case:strict"`, option)
	case "omitzero", "omitempty", "string", "embed", "inline", "unknown":
		return fmt.Errorf("json option %q is misspelt; write %q", option, plain)
	}
	if strings.ContainsFunc(option, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r) }) ||
		unicode.IsNumber([]rune(option)[0]) {
		return fmt.Errorf("json option %q is not an identifier", option)
	}
	return nil
}

// fit checks that the options agree with each other and with the type, and makes Go embedding explicit.
func (o *options) fit(f reflect.StructField) error {
	if f.Anonymous && !o.named {
		if indirect(f.Type).Kind() != reflect.Struct && !o.embed {
			return fmt.Errorf("embedded %s is not a struct, so it needs a name: json:%q", f.Type, strings.ToLower(f.Name))
		}
		o.embed = true
	}
	switch {
	case o.embed && (o.named || o.omitZero || o.omitEmpty || o.quoted || o.folding != ""):
		return errors.New(`an embedded field takes no name and no other json option`)
	case o.embed:
		return nil
	case !f.IsExported() && indirect(f.Type).Kind() != reflect.Struct:
		return errors.New("it is not exported, so it cannot be encoded")
	case o.quoted && !quotable(f.Type):
		return fmt.Errorf(`json option "string" is for numbers, and %s is none; remove the option`, f.Type)
	}
	return nil
}

// quotable reports whether t may become a number, as far as its type tells.
func quotable(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Interface:
		return true
	default:
		return customized(t) != ""
	}
}
