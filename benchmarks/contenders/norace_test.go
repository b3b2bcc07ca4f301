//go:build !race

package contenders_test

const raceEnabled = false
