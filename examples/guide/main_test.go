package main

import (
	"testing"

	"github.com/mortise-go/mortise/examples/guide/blog"
)

// S246
func TestProductionNeedsASecret(t *testing.T) {
	t.Parallel()
	if _, err := secretKey("", true); err == nil {
		t.Error("production started without a secret")
	}
	if _, err := blog.New(blog.Config{Secret: []byte("short")}); err == nil {
		t.Error("a short secret was accepted")
	}
	if s, err := secretKey("", false); err != nil || len(s) < 32 {
		t.Errorf("a secret for this run: %d bytes, %v", len(s), err)
	}
}
