package token_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/codec"
	"github.com/mortise-go/mortise/security/token"
)

// What is read is written again as it was, and whatever is not read is named.
func FuzzRecords(f *testing.F) {
	mark := token.MarkRecord(token.Mark{ID: idOf(1), Before: token.Always, Until: time.Unix(1_800_000_000, 0)})
	family := token.FamilyRecord(idOf(2), token.Family{Version: 3, Current: "CURRENT", Previous: "PREVIOUS", Rotated: time.UnixMilli(1_800_000_000_123), Ends: time.Unix(1_900_000_000, 0)})
	both := append(bytes.Clone(mark), family...)
	f.Add(both)
	f.Add(both[:len(both)-3])
	f.Add(append(bytes.Clone(both), make([]byte, 64)...))
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 'm'})
	f.Add([]byte(strings.Repeat("\xff", 40)))
	f.Fuzz(func(t *testing.T, data []byte) {
		again, good, err := token.ParseRecords(data)
		if !bytes.Equal(again, data[:good]) {
			t.Errorf("%x is written as %x", data[:good], again)
		}
		if (err == nil) != (good == len(data)) {
			t.Errorf("%d of %d octets are good: %v", good, len(data), err)
		}
	})
}

// A member is found exactly where the codec finds it.
func FuzzHasMember(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"user_id":7,"role":"basic"}`, "role"},
		{`{"a":{"role":1},"b":["role",{"role":2}],"c":"role"}`, "role"},
		{`{"a":"\"role\":","role" : null}`, "role"},
		{`{"a":",\"role","b":"\\"}`, "b"},
		{`{}`, ""},
		{`{"":1}`, ""},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, object, name string) {
		if strings.Contains(object, `\u`) || strings.Contains(object, `\/`) || strings.ContainsAny(name, `"\`) {
			return // a name may have another spelling
		}
		if codec.Decode([]byte(object), new(struct{}), codec.Options{}) != nil || !strings.HasPrefix(strings.TrimSpace(object), "{") {
			return // no JSON object
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal([]byte(object), &members); err != nil {
			return
		}
		_, want := members[name]
		if got := token.HasMember([]byte(object), name); got != want {
			t.Errorf("HasMember(%q, %q) = %t, want %t", object, name, got, want)
		}
	})
}

// A secret has 32 octets or more, and there is one spelling of it but for padding
// and alphabet.
func FuzzParseSecret(f *testing.F) {
	f.Add("hex:" + strings.Repeat("0f", 32))
	f.Add("base64:" + strings.Repeat("A", 43) + "=")
	f.Add("base64:" + strings.Repeat("-_", 22))
	f.Add("hex:h" + strings.Repeat("0", 63))
	f.Add("secret")
	f.Fuzz(func(t *testing.T, text string) {
		secret, err := token.ParseSecret(text)
		if (err == nil) != (len(secret) >= 32) {
			t.Errorf("ParseSecret: %d octets, %v", len(secret), err)
		}
		if err != nil && len(text) > 40 && strings.Contains(err.Error(), text[8:24]) {
			t.Errorf("the error shows the secret: %v", err)
		}
	})
}

// No text makes verifying panic, or is accepted in two spellings.
func FuzzVerify(f *testing.F) {
	clock := newClock()
	i := newIssuer(f, config(clock))
	access := mintOf(f, i, token.Access)
	const good = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJzdWIiOiJhbm4iLCJhdWQiOlsiZmlsbXMiXSwiZXhwIjoxODAwMDAwOTAwLCJuYmYiOjE4MDAwMDAwMDAsImlhdCI6MTgwMDAwMDAwMCwianRpIjoiVUhVQkhDSEJIRk1SVUU2QlZINFo2TURYUVIiLCJ1c2VyX2lkIjo3LCJyb2xlIjoiYmFzaWMifQ.TQza4JhE4XcxMunYDjDPvcp1asdQ1Cq0kdIoThb7p3Y" // issued with these keys
	f.Add(good)
	f.Add(good + "=")
	f.Add("a.b.c")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if tok, err := access.Verify(text); (err == nil) != (text == good) {
			t.Errorf("Verify(%q) = %v, %v", text, tok, err)
		}
	})
}
