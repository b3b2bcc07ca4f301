//go:build goexperiment.jsonv2 && !go1.27

package shape_test

import "testing"

// TestEmbedIsRefusedWhereItIsUnknown: the description would say something else than the encoding.
func TestEmbedIsRefusedWhereItIsUnknown(t *testing.T) {
	t.Parallel()
	checkMistake(t, struct {
		A Address `json:",embed"`
	}{}, []string{"struct.A", `"embed"`})
}
