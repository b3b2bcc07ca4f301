//go:build race

package pattern_test

// stride is larger than 1 because the race detector makes everything slow.
const stride = 48
