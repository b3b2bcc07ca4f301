package totp_test

import (
	"bytes"
	"encoding/base32"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/need"
	"github.com/mortise-go/mortise/security/totp"
)

// seed is the secret of the vectors, repeated to a length.
func seed(n int) totp.Secret {
	text := strings.Repeat("1234567890", 7)[:n]
	return totp.Secret(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(text)))
}

func TestCodesAreThoseOfRFC6238(t *testing.T) { // S239, RFC 6238 appendix B
	t.Parallel()
	for _, tt := range []struct {
		algorithm totp.Algorithm
		secret    totp.Secret
		codes     [6]string
	}{
		{totp.SHA1, seed(20), [6]string{"94287082", "07081804", "14050471", "89005924", "69279037", "65353130"}},
		{totp.SHA256, seed(32), [6]string{"46119246", "68084774", "67062674", "91819424", "90698825", "77737706"}},
		{totp.SHA512, seed(64), [6]string{"90693936", "25091201", "99943326", "93441116", "38618901", "47863826"}},
	} {
		for i, unix := range []int64{59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000} {
			t.Run(string(tt.algorithm)+" at "+strconv.FormatInt(unix, 10), func(t *testing.T) {
				t.Parallel()
				b := newBench(t, func(c *totp.Config) { c.Digits, c.Algorithm = 8, tt.algorithm })
				b.clock.now = time.Unix(unix, 0)
				if code, err := b.Code(tt.secret, b.clock.time()); code != tt.codes[i] || err != nil {
					t.Errorf("Code = %q, %v, want %q", code, err, tt.codes[i])
				}
				if err := b.Verify(t.Context(), totp.Account{ID: "1", Secret: tt.secret}, tt.codes[i]); err != nil {
					t.Errorf("Verify: %v", err)
				}
			})
		}
	}
}

func TestCodesAreThoseOfRFC4226(t *testing.T) { // S239, RFC 4226 appendix D
	t.Parallel()
	b := newBench(t)
	for counter, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if code, err := b.Code(seed(20), time.Unix(int64(counter)*30, 0)); code != want || err != nil {
			t.Errorf("the code of counter %d is %q, %v, want %q", counter, code, err, want)
		}
	}
}

func TestCodesAreThoseOfOathtool(t *testing.T) { // S239
	t.Parallel()
	oathtool := need.Tool(t, "oathtool")
	random := rand.New(rand.NewPCG(1, 2))
	for _, algorithm := range []totp.Algorithm{totp.SHA1, totp.SHA256, totp.SHA512} {
		for digits := 6; digits <= 8; digits++ {
			period := time.Duration(15+random.IntN(46)) * time.Second
			b := newBench(t, func(c *totp.Config) { c.Algorithm, c.Digits, c.Period = algorithm, digits, period })
			s, at := totp.NewSecret(), time.Unix(random.Int64N(1<<32), 0)
			out, err := exec.CommandContext(t.Context(), oathtool, "--totp="+strings.ToLower(string(algorithm)),
				"--digits="+strconv.Itoa(digits), "--time-step-size="+period.String(),
				"--now="+at.UTC().Format("2006-01-02 15:04:05 UTC"), "--base32", string(s)).CombinedOutput()
			if err != nil {
				t.Fatalf("oathtool: %v: %s", err, out)
			}
			if code, err := b.Code(s, at); code != string(bytes.TrimSpace(out)) || err != nil {
				t.Errorf("%s at %s: %q, %v, and oathtool says %s", fmt.Sprint(algorithm, digits, period), at, code, err, out)
			}
		}
	}
}
