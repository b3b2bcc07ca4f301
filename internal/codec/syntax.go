package codec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// checkSyntax reads the whole text and returns why it is no good JSON, or nil.
func checkSyntax(data []byte) *Error {
	if len(bytes.TrimLeft(data, " \t\r\n")) == 0 {
		return syntaxError(CodeMalformed, "", len(data), "expected a JSON value, got nothing")
	}
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return syntaxError(CodeEncoding, "", 0, "the text begins with a byte order mark; leave it out")
	}
	d := newDecoder(bytes.NewReader(data))
	if _, err := d.ReadValue(); err != nil {
		return readError(data, err)
	}
	end := int(d.InputOffset())
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		end += len(data[end:]) - len(bytes.TrimLeft(data[end:], " \t\r\n"))
		return syntaxError(CodeTrailing, "", end, "expected the end of the text after the first value, at "+position(data, end))
	}
	return nil
}

// readError puts a reader's error into words for a client.
func readError(data []byte, err error) *Error {
	se, ok := errors.AsType[*syntacticError](err)
	if !ok {
		return syntaxError(CodeMalformed, "", len(data), "malformed JSON")
	}
	at := min(int(se.ByteOffset), len(data))
	if duplicate(se) {
		e := syntaxError(CodeDuplicate, string(se.JSONPointer), at, "duplicate member "+quoteName(se.JSONPointer.LastToken()))
		return e
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return syntaxError(CodeMalformed, string(se.JSONPointer), len(data), "the text ends too early")
	case !utf8.Valid(data) && invalidAt(data, at):
		return syntaxError(CodeEncoding, string(se.JSONPointer), at, "not valid UTF-8 at "+position(data, at))
	case bytes.HasPrefix(data[at:], []byte(`\u`)) && surrogate(data[at:]):
		return syntaxError(CodeEncoding, string(se.JSONPointer), at, "half a surrogate pair at "+position(data, at))
	}
	return syntaxError(CodeMalformed, string(se.JSONPointer), at, "malformed JSON at "+position(data, at))
}

func depthError(data []byte, at, limit int) Errors {
	return Errors{syntaxError(CodeDepth, "", at, fmt.Sprintf("more than %d levels of arrays and objects, at %s", limit, position(data, at)))}
}

func syntaxError(code, pointer string, at int, detail string) *Error {
	return &Error{Kind: Syntax, Code: code, Pointer: shorten(pointer), Offset: at, Detail: detail}
}

func invalidAt(data []byte, at int) bool {
	r, size := utf8.DecodeRune(data[at:])
	return r == utf8.RuneError && size <= 1
}

// surrogate reports whether an escape such as \ud800 is one of a surrogate.
func surrogate(escape []byte) bool {
	if len(escape) < 6 {
		return false
	}
	n, err := strconv.ParseUint(string(escape[2:6]), 16, 16)
	return err == nil && n >= 0xd800 && n <= 0xdfff
}

// position is an offset for people: lines and columns, in bytes, from 1.
func position(data []byte, at int) string {
	before := data[:at]
	return fmt.Sprintf("line %d, column %d", 1+bytes.Count(before, []byte{'\n'}), at-bytes.LastIndexByte(before, '\n'))
}
