package contenders_test

import (
	"testing"

	"github.com/mortise-go/mortise/benchmarks/contenders"
	"github.com/mortise-go/mortise/benchmarks/workload"
)

// allocations are how many allocations a contender may make in a workload; W5
// holds at every depth. The baseline has a line so that it stays the careful
// handler that ratios refer to. Times are no gate: run ratio to see them.
func allocations() map[string]map[string]float64 {
	return map[string]map[string]float64{
		contenders.Baseline: {"W1": 2, "W2": 8, "W3": 79, "W4": 59, "W5": 2},
		"mortise":           {"W1": 0, "W2": 0, "W3": 7, "W4": 55, "W5": 0}, // those of W4 are golang-jwt's and the workload's
		"mortise jwt":       {"W4": 14},
	}
}

func TestAllocationsStayWithinTheirGates(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	gates := allocations()
	for _, c := range contenders.All() {
		for _, r := range workload.Requests() {
			gate, gated := gates[c.Name][r.Name[:2]]
			if !gated {
				continue
			}
			driver, cancel := workload.NewDriver(c.New(), r)
			if got := testing.AllocsPerRun(100, driver.Send); got > gate {
				t.Errorf("%s in %s makes %.0f allocations, at most %.0f wanted", c.Name, r.Name, got, gate)
			}
			cancel()
		}
	}
}

// BenchmarkWorkloads runs every contender in every workload, for profiles; what
// it prints depends on the minute. Compare with ratio.
func BenchmarkWorkloads(b *testing.B) {
	for _, r := range workload.Requests() {
		for _, c := range contenders.All() {
			b.Run(r.Name+"/"+c.Name, func(b *testing.B) {
				driver, cancel := workload.NewDriver(c.New(), r)
				defer cancel()
				b.ReportAllocs()
				for b.Loop() {
					driver.Send()
				}
			})
		}
	}
}
