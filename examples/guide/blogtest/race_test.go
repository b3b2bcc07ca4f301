//go:build race

package blogtest_test

const raceEnabled = true
