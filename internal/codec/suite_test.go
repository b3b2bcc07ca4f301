package codec_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/codec"
)

// policy says what becomes of the texts that a parser may accept or refuse.
// The numbers are decoded into any, that is float64.
var policy = map[string]codec.Kind{
	"i_number_double_huge_neg_exp.json":                   0, // underflows to 0
	"i_number_huge_exp.json":                              codec.Type,
	"i_number_neg_int_huge_exp.json":                      codec.Type,
	"i_number_pos_double_huge_exp.json":                   codec.Type,
	"i_number_real_neg_overflow.json":                     codec.Type,
	"i_number_real_pos_overflow.json":                     codec.Type,
	"i_number_real_underflow.json":                        0,
	"i_number_too_big_neg_int.json":                       0, // a float64 that is near
	"i_number_too_big_pos_int.json":                       0,
	"i_number_very_big_negative_int.json":                 0,
	"i_object_key_lone_2nd_surrogate.json":                codec.Syntax,
	"i_string_1st_surrogate_but_2nd_missing.json":         codec.Syntax,
	"i_string_1st_valid_surrogate_2nd_invalid.json":       codec.Syntax,
	"i_string_UTF-16LE_with_BOM.json":                     codec.Syntax,
	"i_string_UTF-8_invalid_sequence.json":                codec.Syntax,
	"i_string_UTF8_surrogate_U+D800.json":                 codec.Syntax,
	"i_string_incomplete_surrogate_and_escape_valid.json": codec.Syntax,
	"i_string_incomplete_surrogate_pair.json":             codec.Syntax,
	"i_string_incomplete_surrogates_escape_valid.json":    codec.Syntax,
	"i_string_invalid_lonely_surrogate.json":              codec.Syntax,
	"i_string_invalid_surrogate.json":                     codec.Syntax,
	"i_string_invalid_utf-8.json":                         codec.Syntax,
	"i_string_inverted_surrogates_U+1D11E.json":           codec.Syntax,
	"i_string_iso_latin_1.json":                           codec.Syntax,
	"i_string_lone_second_surrogate.json":                 codec.Syntax,
	"i_string_lone_utf8_continuation_byte.json":           codec.Syntax,
	"i_string_not_in_unicode_range.json":                  codec.Syntax,
	"i_string_overlong_sequence_2_bytes.json":             codec.Syntax,
	"i_string_overlong_sequence_6_bytes.json":             codec.Syntax,
	"i_string_overlong_sequence_6_bytes_null.json":        codec.Syntax,
	"i_string_truncated-utf-8.json":                       codec.Syntax,
	"i_string_utf16BE_no_BOM.json":                        codec.Syntax,
	"i_string_utf16LE_no_BOM.json":                        codec.Syntax,
	"i_structure_500_nested_arrays.json":                  codec.Syntax, // deeper than DefaultDepth
	"i_structure_UTF-8_BOM_empty_object.json":             codec.Syntax,
}

// The folder of JSONTestSuite: n_ must be refused, y_ accepted, i_ is the
// parser's choice. // A177 A180 A181
func TestSuite(t *testing.T) {
	t.Parallel()
	root := os.Getenv("MORTISE_VECTORS")
	if root == "" {
		t.Skip("MORTISE_VECTORS is not set")
	}
	files, err := filepath.Glob(filepath.Join(root, "json-test-suite", "test_parsing", "*.json"))
	if err != nil || len(files) != 188+95+35 {
		t.Fatalf("%d files, %v, want 318", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		err = codec.Decode(data, &v, codec.Options{})
		var got codec.Kind
		if errs, ok := errors.AsType[codec.Errors](err); ok {
			got = errs.Kind()
		} else if err != nil {
			t.Errorf("%s: %v is not for clients", name, err)
		}
		if want := wanted(t, name); got != want {
			t.Errorf("%s: kind %v (%v), want %v", name, got, err, want)
		}
	}
}

func wanted(t *testing.T, name string) codec.Kind {
	switch {
	case strings.HasPrefix(name, "n_"):
		return codec.Syntax
	case strings.HasPrefix(name, "y_object_duplicated_key"):
		return codec.Syntax
	case strings.HasPrefix(name, "y_"):
		return 0
	}
	want, ok := policy[name]
	if !ok {
		t.Errorf("%s: no policy", name)
	}
	return want
}
