//go:build race

package mortiseecho_test

const raceEnabled = true
