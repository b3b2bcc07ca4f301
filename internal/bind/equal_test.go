package bind_test

import (
	"math/big"
	"reflect"
	"time"
)

// equal compares values as their types do: times by the instant, big integers by the number.
func equal(a, b any) bool {
	switch a := a.(type) {
	case time.Time:
		return a.Equal(b.(time.Time))
	case Date:
		return time.Time(a).Equal(time.Time(b.(Date)))
	case big.Int:
		other := b.(big.Int)
		return a.Cmp(&other) == 0
	case *big.Int:
		return a.Cmp(b.(*big.Int)) == 0
	}
	return reflect.DeepEqual(a, b)
}
