//go:build goexperiment.jsonv2 || go1.27

package codec

import (
	"encoding/json/jsontext"
	"encoding/json/v2"
	"io"
)

type (
	jsonOptions     = json.Options
	encoder         = jsontext.Encoder
	decoder         = jsontext.Decoder
	rawValue        = jsontext.Value
	kind            = jsontext.Kind
	semanticError   = json.SemanticError
	syntacticError  = jsontext.SyntacticError
	marshalerTo     = json.MarshalerTo
	unmarshalerFrom = json.UnmarshalerFrom
)

func marshalWrite(w io.Writer, v any, o jsonOptions) error { return json.MarshalWrite(w, v, o) }

func unmarshal(data []byte, ptr any, o jsonOptions) error { return json.Unmarshal(data, ptr, o) }

func unmarshalDecode(d *decoder, ptr any, o jsonOptions) error {
	return json.UnmarshalDecode(d, ptr, o)
}

func marshalEncode(e *encoder, v any, o jsonOptions) error { return json.MarshalEncode(e, v, o) }

func newDecoder(r io.Reader) *decoder { return jsontext.NewDecoder(r) }

func null() jsontext.Token { return jsontext.Null }

func text(s string) jsontext.Token { return jsontext.String(s) }

func duplicate(err *syntacticError) bool { return err.Err == jsontext.ErrDuplicateName }

func baseOptions() jsonOptions {
	return json.JoinOptions(json.DefaultOptionsV2(), json.Deterministic(true))
}

func lenient(o jsonOptions) jsonOptions {
	return json.JoinOptions(o, jsontext.AllowInvalidUTF8(true))
}

func strictMembers(o jsonOptions) jsonOptions {
	return json.JoinOptions(o, json.RejectUnknownMembers(true))
}

func quotedNumbers(o jsonOptions) jsonOptions {
	return json.JoinOptions(o, json.StringifyNumbers(true))
}

// withForms adds the forms that this package gives to types.
func withForms(o jsonOptions) jsonOptions {
	return json.JoinOptions(o,
		json.WithMarshalers(json.JoinMarshalers(
			json.MarshalToFunc(encodeDuration), json.MarshalToFunc(encodeNumber), json.MarshalToFunc(encodeURL),
			json.MarshalToFunc(encodeOptional), json.MarshalToFunc(encodeUnion))),
		json.WithUnmarshalers(json.JoinUnmarshalers(
			json.UnmarshalFromFunc(decodeDuration), json.UnmarshalFromFunc(decodeNumber), json.UnmarshalFromFunc(decodeURL),
			json.UnmarshalFromFunc(decodeOptional), json.UnmarshalFromFunc(decodeUnion))))
}
