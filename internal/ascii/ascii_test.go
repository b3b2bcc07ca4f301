package ascii_test

import (
	"testing"

	"github.com/mortise-go/mortise/internal/ascii"
)

func TestLettersBeyondASCIIStayWhatTheyAre(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, lower, upper string }{
		{"", "", ""},
		{"api.Example.COM", "api.example.com", "API.EXAMPLE.COM"},
		{"[@`{~0", "[@`{~0", "[@`{~0"},
		{"\u0130i", "\u0130i", "\u0130I"},
		{"\u212aK", "\u212ak", "\u212aK"},
		{"\u017fs\u0131", "\u017fs\u0131", "\u017fS\u0131"},
		{"É", "É", "É"},
	} {
		if got := ascii.Lower(tt.text); got != tt.lower {
			t.Errorf("Lower(%q) = %q, want %q", tt.text, got, tt.lower)
		}
		if got := ascii.Upper(tt.text); got != tt.upper {
			t.Errorf("Upper(%q) = %q, want %q", tt.text, got, tt.upper)
		}
	}
}
