package password_test

import (
	"strings"
	"testing"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security/password"
)

func policy(t testing.TB, c password.PolicyConfig) *password.Policy {
	t.Helper()
	p, err := password.NewPolicy(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestNewPasswordsAreJudged(t *testing.T) { // A136
	t.Parallel()
	list, err := password.ReadList(strings.NewReader("zauberlehrling\ncaravan of courage\n"))
	if err != nil {
		t.Fatal(err)
	}
	alone := policy(t, password.PolicyConfig{Common: list.Contains, Words: []string{"Mortise"}})
	short := policy(t, password.PolicyConfig{MinLength: password.WithSecondFactor, Common: list.Contains})
	for _, tt := range []struct {
		name     string
		policy   *password.Policy
		password string
		want     string
	}{
		{"a phrase", alone, "teapots sing at noon", ""},
		{"a phrase without signs and capitals is as good", alone, "velvetgramophones", ""},
		{"random letters", alone, "kxvbqmwjzrtplfh", ""},
		{"14 characters", alone, "velvetgramopho", "too-short"},
		{"15 characters of three bytes", alone, "薔薇色の朝焼けに歌う鯨と猫の話", ""},
		{"5 characters of three bytes are 5", alone, "薔薇色の朝", "too-short"},
		{"nothing", alone, "", "too-short"},
		{"8 characters beside a second factor", short, "velvetgr", ""},
		{"7 characters", short, "velvetg", "too-short"},
		{"64 characters", alone, strings.Repeat("teapots sing at ", 3) + "noon and midnight", ""},
		{"1 KiB", alone, strings.Repeat("teapots sing at noon", 51)[:1019] + "other", ""},
		{"more than 1 KiB", alone, strings.Repeat("x", 1025), "too-long"},
		{"a mebibyte is not looked at", alone, strings.Repeat("password", 1<<17), "too-long"},

		{"a common one", short, "trustno1", "common"},
		{"a common one in capitals", short, "TRUSTNO1", "common"},
		{"a common one with digits", short, "Sunshine2026", "common"},
		{"a common one with digits and signs around it", short, "!!sunshine#1984!!", "common"},
		{"a common one in disguise", short, "P@$$w0rd", "common"},
		{"a common one in disguise with digits", short, "P@ssw0rd123", "common"},
		{"a common one twice", alone, "passwordpassword", "common"},
		{"a common one once and a half", short, "dragondragon1", "common"},
		{"digits in order", alone, "123456789012345", "common"},
		{"digits backwards", alone, "987654321098765", "common"},
		{"letters in order", alone, "abcdefghijklmnopq", "common"},
		{"letters backwards", short, "zyxwvuts", "common"},
		{"one letter", alone, "aaaaaaaaaaaaaaaaaa", "common"},
		{"two letters", alone, "abababababababababa", "common"},
		{"three letters", alone, "xyzxyzxyzxyzxyzx", "common"},
		{"four words are no run", alone, "aabb-ccdd-eeff-gg", ""},
		{"one of the list", short, "Zauberlehrling", "common"},
		{"one of the list with digits", alone, "Zauberlehrling99", "common"},
		{"one of the list that has spaces", alone, "Caravan of Courage", "common"},

		{"the user's name", alone, "the house of Alice", "personal"},
		{"the user's name in capitals", alone, "THE HOUSE OF ALICE", "personal"},
		{"the address", alone, "a.liddell is my name", "personal"},
		{"a name that begins with @", alone, "wonderland and rabbits", "personal"},
		{"the name of the service", alone, "mortise and tenon!", "personal"},
		{"everything", short, "alice", "too-short personal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.policy.Check(tt.password, "alice", "A.Liddell@example.com", "@Wonderland", "al", "")
			if got := codes(err); got != tt.want || (err == nil) != (tt.want == "") {
				t.Errorf("Check(%q) = %v with the codes %q, want %q", tt.password, err, got, tt.want)
			}
		})
	}
}

func TestTheZeroPolicyIsThatOfTheZeroConfig(t *testing.T) {
	t.Parallel()
	var zero password.Policy
	configured := policy(t, password.PolicyConfig{})
	for _, text := range []string{"velvetgramopho", "velvetgramophon", strings.Repeat("x", 1025), "passwordpassword"} {
		if got, want := codes(zero.Check(text)), codes(configured.Check(text)); got != want {
			t.Errorf("Check(%.20q) has the codes %q and %q", text, got, want)
		}
	}
}

func TestAWeakPasswordIsAMistakeOfItsField(t *testing.T) { // A136
	t.Parallel()
	p := problem.From(policy(t, password.PolicyConfig{Field: "new_password"}).Check("short"))
	want := problem.Invalid{Place: "body.new_password", Pointer: "/new_password", Code: "too-short", Detail: "must have at least 15 characters"}
	if p.StatusCode() != 422 || len(p.Errors) != 1 || p.Errors[0] != want {
		t.Errorf("the answer is %d %+v, want 422 %+v", p.StatusCode(), p.Errors, want)
	}
}

func TestPolicyConfigTellsEveryMistake(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config password.PolicyConfig
		want   string
	}{
		{"too short", password.PolicyConfig{MinLength: 7}, "MinLength is 7; want 8 at least"},
		{"a negative length", password.PolicyConfig{MinLength: -1}, "MinLength is -1"},
		{"a maximum that refuses phrases", password.PolicyConfig{MaxLength: 20}, "MaxLength is 20; want 64 to 1024"},
		{"a maximum that costs", password.PolicyConfig{MaxLength: 4096}, "MaxLength is 4096"},
		{"no password would do", password.PolicyConfig{MinLength: 80, MaxLength: 70}, "no password would do"},
		{"fine", password.PolicyConfig{MinLength: 8, MaxLength: 64}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := password.NewPolicy(tt.config)
			if (err == nil) != (tt.want == "") || (p == nil) != (err != nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("NewPolicy = %v, %v, want an error that says %q", p, err, tt.want)
			}
		})
	}
	if _, err := password.NewPolicy(password.PolicyConfig{MinLength: 1, MaxLength: 1}); err == nil || strings.Count(err.Error(), "\n") < 1 {
		t.Errorf("NewPolicy = %v, want both mistakes", err)
	}
}

func TestListsAreReadAsTheyArePublished(t *testing.T) {
	t.Parallel()
	list, err := password.ReadList(strings.NewReader("one\r\nTwo\n\n with space \n\xff\xfe\nlast"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"one": true, "ONE": true, "two": true, " with space ": true, "last": true,
		"": false, "with space": false, "\r": false, "three": false,
	} {
		if list.Contains(text) != want {
			t.Errorf("Contains(%q) = %t, want %t", text, !want, want)
		}
	}
	if list.Len() != 5 {
		t.Errorf("Len() = %d, want 5", list.Len())
	}
	if _, err := password.ReadList(strings.NewReader("a\n" + strings.Repeat("x", 5000))); err == nil || !strings.Contains(err.Error(), "after line 1") {
		t.Errorf("ReadList of a line of 5000 bytes: %v, want an error that says where", err)
	}
}

func FuzzReadList(f *testing.F) {
	for _, seed := range []string{"", "one\r\nTwo\n\n", "\r\r\n", "\xff\n", strings.Repeat("x", 1100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := password.ReadList(strings.NewReader(text))
		if err != nil {
			return
		}
		for line := range strings.SplitSeq(text, "\n") {
			if line = strings.TrimSuffix(line, "\r"); list.Contains(line) != (line != "") {
				t.Errorf("Contains(%q) = %t", line, !list.Contains(line))
			}
		}
	})
}

func FuzzPolicy(f *testing.F) {
	for _, seed := range []string{"", "P@ssw0rd123", "abcabcabcabcabc", "123456789012345", "\xff\xfe", "velvetgramophones", strings.Repeat("ab", 700)} {
		f.Add(seed)
	}
	f.Add("@00000000000000")
	var p password.Policy
	f.Fuzz(func(t *testing.T, text string) {
		err := p.Check(text)
		if (err == nil) != (codes(err) == "") {
			t.Errorf("Check(%q) = %v without codes", text, err)
		}
		if len(text) > password.MaxBytes && err == nil {
			t.Errorf("%d bytes are accepted", len(text))
		}
		isName := strings.TrimSpace(text) == text && !strings.Contains(text, "@")
		if err == nil && isName && p.Check(text, text) == nil {
			t.Errorf("Check(%q) accepts the user's own name", text)
		}
	})
}
