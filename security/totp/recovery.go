package totp

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/mortise-go/mortise/internal/ascii"
	"github.com/mortise-go/mortise/security"
)

const (
	recoveryCodes  = 10
	recoveryBytes  = 15 // 120 bits: more than the 112 from which a plain hash will do
	recoveryLetter = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

var errNoRecovery = errors.New("totp: Config.Recovery is nil, so that there are no recovery codes")

// NewRecoveryCodes returns ten codes for an account that has lost its
// authenticator, each good for one [Verifier.Recover]. They take the place of
// the codes that it had. They are shown once: only digests are stored.
//
// A code has 120 random bits, written as XXXX-XXXX-XXXX-XXXX-XXXX-XXXX in an
// alphabet without I, L, O and U. The error is a 503 while the store fails.
func (v *Verifier) NewRecoveryCodes(ctx context.Context, account string) ([]string, error) {
	switch {
	case v.recovery == nil:
		return nil, errNoRecovery
	case account == "":
		return nil, errNoID
	}
	codes, digests := make([]string, recoveryCodes), make([]string, recoveryCodes)
	for i := range codes {
		code := newRecoveryCode()
		codes[i], digests[i] = group(code), digest(account, code)
	}
	_, err := ask(ctx, v.gate, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, v.recovery.SetRecovery(ctx, account, digests)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// Recover returns nil if the text is a recovery code of the account, which is
// used up by that. Case, spaces and hyphens do not matter, and O is read as 0, I
// and L as 1. The error is [ErrInvalidRecoveryCode], [ErrTooManyTries], a 503
// while a store fails, or a 500 if there are no recovery codes in this program.
//
// Each call costs a try, the same as a wrong code of an authenticator, also when
// it succeeds.
func (v *Verifier) Recover(ctx context.Context, account, text string) error {
	err := v.recover(ctx, account, text)
	report(ctx, security.EventRecoveryCode, account, err)
	return err
}

func (v *Verifier) recover(ctx context.Context, account, text string) error {
	switch {
	case v.recovery == nil:
		return errNoRecovery
	case account == "":
		return errNoID
	}
	code, ok := parseRecoveryCode(text)
	if !ok {
		return v.challenged(invalidRecovery)
	}
	if err := v.try(ctx, account); err != nil {
		return err
	}
	found, err := ask(ctx, v.gate, func(ctx context.Context) (bool, error) {
		return v.recovery.TakeRecovery(ctx, account, digest(account, code))
	})
	switch {
	case err != nil:
		return err
	case !found:
		return v.challenged(invalidRecovery)
	}
	return nil
}

func recoveryEncoding() *base32.Encoding {
	return base32.NewEncoding(recoveryLetter).WithPadding(base32.NoPadding)
}

func newRecoveryCode() string {
	b := make([]byte, recoveryBytes)
	_, _ = rand.Read(b) // never fails
	return recoveryEncoding().EncodeToString(b)
}

// group writes a code as people can copy it.
func group(code string) string {
	const size = 4
	var b strings.Builder
	for i := range len(code) {
		if i > 0 && i%size == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(code[i])
	}
	return b.String()
}

// parseRecoveryCode reads a code as people write it.
func parseRecoveryCode(text string) (code string, ok bool) {
	const most = 64 // bytes that are looked at
	if len(text) > most {
		return "", false
	}
	code = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(ascii.Upper(text))
	b, err := recoveryEncoding().DecodeString(code)
	ok = err == nil && len(b) == recoveryBytes && recoveryEncoding().EncodeToString(b) == code
	if !ok {
		return "", false
	}
	return code, true
}

// digest is what is stored of a code. It depends on the account, so that nothing
// can be moved from one to another or be computed for all of them at once.
func digest(account, code string) string {
	h := sha256.New()
	h.Write([]byte("mortise totp recovery\x00"))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(account))))
	h.Write([]byte(account + code))
	return hex.EncodeToString(h.Sum(nil))
}
