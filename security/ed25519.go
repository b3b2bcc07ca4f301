package security

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// checkEd25519 refuses keys of the wrong length and the points of small order,
// under which anybody can sign.
func checkEd25519(k ed25519.PublicKey) error {
	if len(k) != ed25519.PublicKeySize {
		return fmt.Errorf("the Ed25519 key has %d octets instead of %d", len(k), ed25519.PublicKeySize)
	}
	point := slices.Clone([]byte(k))
	point[31] &= 0x7f // the sign of x
	for _, y := range smallOrder() {
		if bytes.Equal(point, y) {
			return errors.New("the Ed25519 key is a point of small order, under which anybody can sign")
		}
	}
	return nil
}

// smallOrder returns the y coordinates of the eight points whose order divides 8,
// in every encoding: 0, 1, -1, the two of order 8, and 0 and 1 again above the
// prime 2^255-19.
func smallOrder() [][]byte {
	var list [][]byte
	for _, y := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		point, _ := hex.DecodeString(y)
		list = append(list, point)
	}
	return list
}
