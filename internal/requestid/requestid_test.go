package requestid_test

import (
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/requestid"
)

func TestIdsAreHarmlessInHeadersAndLogs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"aZ09._-": true, strings.Repeat("x", 64): true, "": false, strings.Repeat("x", 65): false,
		"a b": false, "a\r\nb": false, "ä": false, "a/b": false, `a"b`: false, "a\x00": false,
	} {
		if got := requestid.Valid(id); got != want {
			t.Errorf("Valid(%q) = %v, want %v", id, got, want)
		}
	}
}
