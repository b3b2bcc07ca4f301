//go:build !race

package di_test

const raceEnabled = false
