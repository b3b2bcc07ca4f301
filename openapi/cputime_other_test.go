//go:build !unix

package openapi_test

import "time"

var started = time.Now()

// cpuTime stands in for the time of the processors where that is not to be had.
func cpuTime() time.Duration { return time.Since(started) }
