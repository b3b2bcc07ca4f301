//go:build !race

package mortiseecho_test

const raceEnabled = false
