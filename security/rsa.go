package security

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
)

const (
	minRSABits = 2048 // RFC 7518 §3.3
	maxRSABits = 8192 // beyond it a verification costs more than a stranger should be able to ask for
)

func checkRSA(k *rsa.PublicKey) error {
	if k == nil || k.N == nil {
		return errors.New("the RSA key is nil or incomplete")
	}
	switch bits := k.N.BitLen(); {
	case k.N.Sign() <= 0 || k.N.Bit(0) == 0:
		return errors.New("the RSA modulus is not the product of two odd primes")
	case bits < minRSABits:
		return fmt.Errorf("the RSA key has %d bits, and needs at least %d (RFC 7518 §3.3)", bits, minRSABits)
	case bits > maxRSABits:
		return fmt.Errorf("the RSA key has %d bits, and verifying with more than %d costs too much", bits, maxRSABits)
	case k.E < 3 || k.E%2 == 0 || k.E > 1<<31-1:
		return errors.New("the RSA exponent is not an odd number from 3 to 2^31-1")
	case isROCA(k.N):
		return errors.New("the RSA key was made by a chip whose keys can be factored (ROCA, CVE-2017-15361); make a new one elsewhere")
	}
	return nil
}

// isROCA reports whether n has the fingerprint of the faulty key generator. Its
// primes are powers of 65537 modulo a product of small primes, and so is their
// product; the odds that another modulus looks like that are below 2^-25.
func isROCA(n *big.Int) bool {
	for p := int64(3); p <= 167; p += 2 {
		if !big.NewInt(p).ProbablyPrime(0) { // exact below 2^64
			continue
		}
		if residue := new(big.Int).Mod(n, big.NewInt(p)).Int64(); !isPowerOf65537(residue, p) {
			return false
		}
	}
	return true
}

// isPowerOf65537 reports whether r is a power of 65537 modulo the prime p.
func isPowerOf65537(r, p int64) bool {
	for power, i := int64(1), int64(0); i < p; i++ {
		if power == r {
			return true
		}
		power = power * 65537 % p
	}
	return false
}
