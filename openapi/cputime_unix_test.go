//go:build unix

package openapi_test

import (
	"syscall"
	"time"
)

// cpuTime is what this process has used of the processors, which other processes cannot lengthen much.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
