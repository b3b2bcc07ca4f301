package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// The file is the header of its format and then records, each
//
//	length of the body   4 octets, little endian
//	CRC-32C of the body  4 octets
//	body
const frameBytes = 8

// The errors of [NextRecord].
var (
	// ErrTorn says that the last record is incomplete, as a crash leaves it.
	ErrTorn = errors.New("the last record is incomplete")
	// ErrCorrupt says that a record is damaged that others follow.
	ErrCorrupt = errors.New("a record in the middle is damaged")
	// ErrRecord is for states that cannot read a body.
	ErrRecord = errors.New("a record has no meaning")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli) // never changed

// AppendRecord appends a record with this body.
func AppendRecord(dst, body []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(body))) //nolint:gosec // Format.Longest bounds it
	dst = binary.LittleEndian.AppendUint32(dst, crc32.Checksum(body, castagnoli))
	return append(dst, body...)
}

// NextRecord returns the body of the record that data begins with, and the length
// of the record. No body is longer than longest. The error is [ErrTorn] if nothing
// but a crash while it was written may have happened, and [ErrCorrupt] if what
// follows was written later.
func NextRecord(data []byte, longest int) (body []byte, length int, err error) {
	if body, ok := frame(data, longest); ok {
		return body, frameBytes + len(body), nil
	}
	// The length may be what is damaged, so the next record may begin anywhere.
	for at := 1; at < len(data); at++ {
		if _, follows := frame(data[at:], longest); follows {
			return nil, 0, ErrCorrupt
		}
	}
	return nil, 0, ErrTorn
}

// frame returns the body of a record that is complete and undamaged.
func frame(data []byte, longest int) (body []byte, ok bool) {
	if len(data) < frameBytes {
		return nil, false
	}
	length := binary.LittleEndian.Uint32(data)
	if length == 0 || int64(length) > int64(longest) || int64(len(data)) < frameBytes+int64(length) {
		return nil, false
	}
	body = data[frameBytes : frameBytes+length]
	return body, crc32.Checksum(body, castagnoli) == binary.LittleEndian.Uint32(data[4:])
}

// replay applies all records of a file's text and returns the length of what is
// good. A torn record at the end was never confirmed and is left out.
func (f Format) replay(text []byte, s State) (good int, err error) {
	if !bytes.HasPrefix(text, []byte(f.Header)) {
		return 0, fmt.Errorf("it does not begin as a %s does", f.Name)
	}
	for good = len(f.Header); good < len(text); {
		body, length, err := NextRecord(text[good:], f.Longest)
		if errors.Is(err, ErrTorn) {
			return good, nil
		}
		if err == nil {
			err = s.Apply(body)
		}
		if err != nil {
			return good, err
		}
		good += length
	}
	return good, nil
}
