//go:build !goexperiment.jsonv2 || go1.27

package bind_test

import "testing"

// The experiment of Go 1.26 does not know the option, and is told so by package
// shape.
func TestAStructThatTakesWhateverIsLeftIsRefused(t *testing.T) {
	t.Parallel()
	type Rest struct {
		More map[string]string `json:",embed"`
	}
	mistake[Rest](t, `query:"v"`, `field In.Field has type bind_test.Rest, whose field Rest.More takes whatever is left; name the members one by one`)
}
