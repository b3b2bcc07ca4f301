package password

import (
	"strings"
	"testing"
)

const (
	fine   = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	legacy = "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"
)

// strings that are almost a hash.
func almost() []struct{ name, encoded string } {
	swap := func(old, with string) string { return strings.Replace(fine, old, with, 1) }
	return []struct{ name, encoded string }{
		{"nothing", ""},
		{"no dollar in front", fine[1:]},
		{"another variant", swap("argon2id", "argon2i")},
		{"another case", swap("argon2id", "Argon2id")},
		{"the old version", swap("v=19", "v=16")},
		{"no version", swap("v=19$", "")},
		{"other order", swap("m=19456,t=2", "t=2,m=19456")},
		{"a leading zero", swap("t=2", "t=02")},
		{"a sign", swap("t=2", "t=+2")},
		{"a negative number", swap("t=2", "t=-2")},
		{"hexadecimal", swap("m=19456", "m=0x4c00")},
		{"an underscore", swap("m=19456", "m=19_456")},
		{"space", swap("t=2", "t= 2")},
		{"an unknown parameter", swap("p=1", "p=1,keyid=AA")},
		{"no memory", swap("m=19456", "m=0")},
		{"more memory than fits", swap("m=19456", "m=4294967296")},
		{"too much memory", swap("m=19456", "m=262145")},
		{"no pass", swap("t=2", "t=0")},
		{"too many passes", swap("t=2", "t=54")},
		{"no lane", swap("p=1", "p=0")},
		{"too many lanes", swap("p=1", "p=17")},
		{"more lanes than fit", swap("p=1", "p=257")},
		{"too little memory for the lanes", "$argon2id$v=19$m=8,t=1,p=2$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"},
		{"no salt", swap("c29tZXNhbHQ", "")},
		{"a short salt", swap("c29tZXNhbHQ", "c29t")},
		{"no tag", fine[:strings.LastIndex(fine, "$")]},
		{"an empty tag", fine[:strings.LastIndex(fine, "$")+1]},
		{"a short tag", fine[:strings.LastIndex(fine, "$")+1] + "CTFhFdXP"},
		{"a tag of another length", fine + "AA"},
		{"padding", fine + "="},
		{"trailing bits", fine[:len(fine)-1] + "d"},
		{"a line break in the salt", swap("c29tZXNhbHQ", "c29t\nZXNhbHQ")},
		{"a line break behind it", fine + "\n"},
		{"space behind it", fine + " "},
		{"one more part", fine + "$"},
		{"the other alphabet", swap("CTFhFdXPJO", "CTFhFdXP-_")},
		{"too long", fine + strings.Repeat("A", 300)},

		{"bcrypt without a letter", "$2$" + legacy[4:]},
		{"bcrypt with a defect", "$2x$" + legacy[4:]},
		{"bcrypt 3", "$3a$" + legacy[4:]},
		{"bcrypt too short", legacy[:59]},
		{"bcrypt too long", legacy + "a"},
		{"bcrypt of cost 3", "$2a$03$" + legacy[7:]},
		{"bcrypt of cost 16", "$2a$16$" + legacy[7:]},
		{"bcrypt of cost 31", "$2a$31$" + legacy[7:]},
		{"bcrypt of cost +9", "$2a$+9$" + legacy[7:]},
		{"bcrypt with a sign inside", legacy[:40] + "*" + legacy[41:]},
		{"bcrypt with a NUL inside", legacy[:40] + "\x00" + legacy[41:]},
	}
}

func TestOnlyWholeHashesAreRead(t *testing.T) { // A73
	t.Parallel()
	for _, tt := range almost() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := parseArgon(tt.encoded); err == nil {
				t.Errorf("parseArgon(%q) accepts it", tt.encoded)
			}
			if _, err := parseBcrypt(tt.encoded); err == nil {
				t.Errorf("parseBcrypt(%q) accepts it", tt.encoded)
			}
		})
	}
}

func TestWholeHashesAreRead(t *testing.T) {
	t.Parallel()
	h, err := parseArgon(fine)
	if err != nil || h.cost != (cost{19456, 2, 1}) || string(h.salt) != "somesalt" || len(h.tag) != 32 {
		t.Errorf("parseArgon(%q) = %+v, %v", fine, h, err)
	}
	if _, err := parseArgon("$argon2id$v=19$m=262144,t=4,p=16$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"); err != nil {
		t.Errorf("at the limits: %v", err)
	}
	for _, encoded := range []string{legacy, "$2b$" + legacy[4:], "$2y$" + legacy[4:], "$2b$15$" + legacy[7:], "$2b$04$" + legacy[7:]} {
		if _, err := parseBcrypt(encoded); err != nil {
			t.Errorf("parseBcrypt(%q): %v", encoded, err)
		}
	}
}

func FuzzParseArgon(f *testing.F) {
	f.Add(fine)
	for _, tt := range almost() {
		f.Add(tt.encoded)
	}
	f.Fuzz(func(t *testing.T, encoded string) {
		h, err := parseArgon(encoded)
		if err != nil {
			if len(encoded) > 60 && strings.Contains(err.Error(), encoded) {
				t.Errorf("the error repeats the hash: %v", err)
			}
			return
		}
		if h.String() != encoded {
			t.Errorf("%q is read as %q", encoded, h)
		}
		if h.memory > maxMemory || h.work() > maxWork || h.lanes > maxLanes || h.lanes == 0 || h.passes == 0 || len(h.salt) < minSalt || len(h.tag) < minTag {
			t.Errorf("%q is out of bounds", encoded)
		}
	})
}

func FuzzParseBcrypt(f *testing.F) {
	f.Add(legacy)
	for _, tt := range almost() {
		f.Add(tt.encoded)
	}
	f.Fuzz(func(t *testing.T, encoded string) {
		h, err := parseBcrypt(encoded)
		if err != nil {
			return
		}
		if string(h) != encoded || len(encoded) != 60 || strings.Count(encoded, "$") != 3 || encoded[4] > '1' {
			t.Errorf("%q is no bcrypt hash that anybody can verify", encoded)
		}
	})
}

func TestTheListOfKnownPasswordsIsUsable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for line := range strings.SplitSeq(strings.TrimSuffix(known, "\n"), "\n") {
		if line == "" || line != strings.ToLower(line) || strings.TrimSpace(line) != line || seen[line] {
			t.Errorf("the line %q is empty, not in lower case, or there twice", line)
		}
		seen[line] = true
		if !isKnown(line) {
			t.Errorf("%q is not found", line)
		}
	}
	if len(seen) < 400 || isKnown("") || isKnown("velvet") || isKnown("admin\nadministrator") {
		t.Errorf("%d passwords are known, or some that are not", len(seen))
	}
}
