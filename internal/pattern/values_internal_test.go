package pattern

import "testing"

// L7
func TestResetKeepsNoStringAlive(t *testing.T) {
	t.Parallel()
	var v Values
	for i := range 12 {
		v.set(i, "a value of a request")
	}
	v.count = 3 // a later request had fewer
	v.set(9, "another")
	v.Reset()
	if cap(v.more) == 0 {
		t.Error("the slice is lost")
	}
	for i, value := range append(v.fixed[:], v.more[:cap(v.more)]...) {
		if value != "" {
			t.Errorf("string %d is still %q", i, value)
		}
	}
}
