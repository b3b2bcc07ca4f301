package apikey_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/apikey"
)

func TestAKeyIsFoundByItsIDAndRecognisedByItsDigest(t *testing.T) { // A49
	t.Parallel()
	key := apikey.New("blog_test")
	id, err := apikey.ID(security.APIKey(key.Text))
	if err != nil || id != key.ID {
		t.Errorf("ID = %q, %v, want %q", id, err, key.ID)
	}
	if err := key.Digest.Verify(security.APIKey(key.Text)); err != nil {
		t.Errorf("Verify = %v", err)
	}
	if !strings.HasPrefix(key.Text, "blog_test_"+key.ID+"_") || len(key.Text) != len("blog_test_12345678_")+26 {
		t.Errorf("Text = %q", key.Text)
	}
}

func TestNoOtherKeyIsRecognised(t *testing.T) { // A49, A50
	t.Parallel()
	key, other := apikey.New("blog"), apikey.New("blog")
	last := byte('A')
	if key.Text[len(key.Text)-1] == last {
		last = 'B'
	}
	for name, sent := range map[string]string{
		"another key":              other.Text,
		"one whose end differs":    key.Text[:len(key.Text)-1] + string(last),
		"one in lower case":        strings.ToLower(key.Text),
		"one that is cut off":      key.Text[:len(key.Text)-1],
		"one with something added": key.Text + "A",
		"one with a space":         key.Text + " ",
		"the digest":               key.Digest.String(),
		"nothing":                  "",
	} {
		if err := key.Digest.Verify(security.APIKey(sent)); err == nil || problem.From(err).Status != 401 {
			t.Errorf("%s: Verify = %v, want a 401", name, err)
		}
	}
	if err := (apikey.Digest{}).Verify(security.APIKey(key.Text)); problem.From(err).Status != 401 {
		t.Errorf("the zero Digest: Verify = %v, want a 401", err)
	}
}

func TestTextsThatAreNoKeys(t *testing.T) {
	t.Parallel()
	for _, sent := range []string{"", "_", "__", "blog_ID_SECRET", "7K2QX4ZC_ALW5MRZJQ6XHI2YJ3SLKTOBDBI", "blog_7K2QX4Z_ALW5MRZJQ6XHI2YJ3SLKTOBDBI",
		"_7K2QX4ZC_ALW5MRZJQ6XHI2YJ3SLKTOBDBI", "blo g_7K2QX4ZC_ALW5MRZJQ6XHI2YJ3SLKTOBDBI", "bl\u00f6g_7K2QX4ZC_ALW5MRZJQ6XHI2YJ3SLKTOBDBI",
		"blog_'OR'1'='_ALW5MRZJQ6XHI2YJ3SLKTOBDBI", "blog_../../..._ALW5MRZJQ6XHI2YJ3SLKTOBDBI", "blog_7k2qx4zc_ALW5MRZJQ6XHI2YJ3SLKTOBDBI",
		"blog_7K2QX4Z\u2003_ALW5MRZJQ6XHI2YJ3SLKTOBDBI", "blog_7K2QX4Z0_ALW5MRZJQ6XHI2YJ3SLKTOBDBI", "blog_7K2QX4ZC_alw5mrzjq6xhi2yj3slktobdbi"} {
		if id, err := apikey.ID(security.APIKey(sent)); err == nil || problem.From(err).Status != 401 {
			t.Errorf("ID(%q) = %q, %v, want a 401", sent, id, err)
		}
	}
}

func TestKeysDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		if text := apikey.New("x").Text; seen[text] {
			t.Fatalf("%s came twice", text)
		} else {
			seen[text] = true
		}
	}
}

func TestKeysAreNotPrinted(t *testing.T) { // A208
	t.Parallel()
	key := apikey.New("blog")
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("made", "key", key)
	for _, text := range []string{fmt.Sprint(key), fmt.Sprintf("%+v %#v %q", key, key, key), log.String()} {
		if strings.Contains(text, key.Text) {
			t.Errorf("%q tells the key", text)
		}
	}
}

func TestDigestsAreStoredAsText(t *testing.T) {
	t.Parallel()
	want := apikey.New("blog").Digest
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got apikey.Digest
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("%s reads as %v, %v", text, got, err)
	}
	for _, wrong := range []string{"", "00", strings.Repeat("z", 64), want.String() + "00"} {
		if err := got.UnmarshalText([]byte(wrong)); err == nil {
			t.Errorf("UnmarshalText(%q) says nothing", wrong)
		}
	}
}

func TestPrefixesAreWords(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "a-b", "a b", "ä", "a\n"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("New(%q) does not panic", prefix)
				}
			}()
			apikey.New(prefix)
		}()
	}
}

func FuzzID(f *testing.F) {
	f.Add(apikey.New("blog").Text)
	f.Add("__")
	f.Fuzz(func(t *testing.T, sent string) {
		if id, err := apikey.ID(security.APIKey(sent)); err == nil && !strings.Contains(sent, "_"+id+"_") {
			t.Errorf("ID(%q) = %q, which is not there", sent, id)
		}
	})
}
