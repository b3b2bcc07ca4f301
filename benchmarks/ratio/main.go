// Ratio measures the contenders in the workloads and prints their times
// as ratios to the handler written by hand:
//
//	go run ./ratio                      everything, some minutes
//	go run ./ratio -in W1,W5 -of echo   two workloads, echo and the baseline
//	go run ./ratio -limits              rate limiters instead
//
// It runs in one process, in rounds that interleave the contenders, and prints
// the least time of each. See package measure for why.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mortise-go/mortise/benchmarks/contenders"
	"github.com/mortise-go/mortise/benchmarks/limits"
	"github.com/mortise-go/mortise/benchmarks/measure"
	"github.com/mortise-go/mortise/benchmarks/workload"
)

func main() {
	in := flag.String("in", "", "workloads, as in W1,W5/D08 (default all)")
	of := flag.String("of", "", "contenders beside the base, as in chi,gin (default all)")
	base := flag.String("base", contenders.Baseline, "the contender that ratios refer to")
	rounds := flag.Int("rounds", 6, "how often each contender is timed")
	long := flag.Duration("time", 300*time.Millisecond, "how long one timing takes")
	limiters := flag.Bool("limits", false, "measure rate limiters in front of one handler")
	flag.Parse()
	all, requests := contenders.All(), workload.Named(list(*in)...)
	if *limiters {
		all, requests, *base = limits.All(), []workload.Request{limits.Request()}, limits.Baseline
	}
	plan := measure.Plan{Contenders: chosen(all, *of, *base), Requests: requests, Rounds: *rounds, Time: *long}
	if err := run(plan, *base); err != nil {
		fmt.Fprintln(os.Stderr, "ratio:", err)
		os.Exit(1)
	}
}

func run(plan measure.Plan, base string) error {
	if len(plan.Requests) == 0 || len(plan.Contenders) == 0 {
		return fmt.Errorf("nothing to measure: no workload or no contender of that name")
	}
	results, err := plan.Run()
	if err != nil {
		return err
	}
	return measure.Write(os.Stdout, results, base)
}

// chosen returns the contenders named, and the base.
func chosen(all []contenders.Contender, names, base string) []contenders.Contender {
	if names == "" {
		return all
	}
	return slices.DeleteFunc(all, func(c contenders.Contender) bool {
		return c.Name != base && !slices.Contains(list(names), c.Name)
	})
}

func list(names string) []string {
	return strings.FieldsFunc(names, func(r rune) bool { return r == ',' })
}
