package main

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/openapi"
)

// What a program prints and what its tests see are the same bytes, so that a
// document that is kept in a repository can be compared in either.
func TestTheDocumentIsTheSameUnderGoRunAndGoTest(t *testing.T) {
	t.Parallel()
	const secret = "a secret for the tests of the guide, long enough"
	app, err := blog.New(blog.Config{Secret: []byte(secret)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close() })
	for _, tc := range []struct {
		name      string
		arguments []string
		format    openapi.Format
	}{
		{"3.1", nil, openapi.Format{}},
		{"3.0 as YAML", []string{"-version", "3.0", "-yaml"}, openapi.Format{Version: openapi.Version30, YAML: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			want, err := app.API.Document().Encode(tc.format)
			if err != nil {
				t.Fatal(err)
			}
			run := exec.CommandContext(t.Context(), "go", append([]string{"run", ".", "openapi"}, tc.arguments...)...)
			run.Env = append(os.Environ(), "JWT_SECRET_KEY="+secret)
			got, err := run.Output()
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("go run prints\n%s\nand go test sees\n%s", got, want)
			}
		})
	}
}
