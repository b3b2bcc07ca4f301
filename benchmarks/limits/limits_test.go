package limits_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/benchmarks/limits"
	"github.com/mortise-go/mortise/benchmarks/workload"
)

func TestEverybodyAnswersAndNobodyIsRefused(t *testing.T) {
	for _, c := range limits.All() {
		driver, cancel := workload.NewDriver(c.New(), limits.Request())
		for range 1000 {
			if driver.Send(); driver.Status() != http.StatusOK || driver.Written() < len("hello") {
				t.Errorf("%s answers with status %d and %d bytes", c.Name, driver.Status(), driver.Written())
				break
			}
		}
		cancel()
	}
}

// A limit costs no allocation, whether a middleware or a dependency asks for it.
func TestOurLimitsAllocateNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	allocs := map[string]float64{}
	for _, c := range limits.All() {
		if c.Name == limits.Baseline || strings.HasPrefix(c.Name, "mortise") {
			driver, cancel := workload.NewDriver(c.New(), limits.Request())
			allocs[c.Name] = testing.AllocsPerRun(1000, driver.Send)
			cancel()
		}
	}
	for limited, bare := range map[string]string{"mortise": limits.Baseline, "mortise without fields": limits.Baseline, "mortise limited route": "mortise route"} {
		if allocs[limited] > allocs[bare] {
			t.Errorf("%s makes %v allocations, %s makes %v", limited, allocs[limited], bare, allocs[bare])
		}
	}
}

// BenchmarkLimits runs every contender, for profiles; what it prints depends on
// the minute. Compare with ratio -limits.
func BenchmarkLimits(b *testing.B) {
	for _, c := range limits.All() {
		b.Run(c.Name, func(b *testing.B) {
			driver, cancel := workload.NewDriver(c.New(), limits.Request())
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				driver.Send()
			}
		})
	}
}
