package measure

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Ratio returns the least time of a result over that of the contender base in the
// same workload, and false if base was not measured in it.
func Ratio(results []Result, of Result, base string) (ratio float64, ok bool) {
	for _, r := range results {
		if r.Contender == base && r.Workload == of.Workload && r.Least > 0 {
			return float64(of.Least) / float64(r.Least), true
		}
	}
	return 0, false
}

// Write prints one line for each result: workload, contender, least time, median,
// ratio to base, allocations.
func Write(w io.Writer, results []Result, base string) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "workload\tcontender\tleast\tmedian\tto %s\tallocs\t\n", base)
	for _, r := range results {
		ratio := "-"
		if value, ok := Ratio(results, r, base); ok {
			ratio = fmt.Sprintf("%.2f", value)
		}
		fmt.Fprintf(table, "%s\t%s\t%d ns\t%d ns\t%s\t%.0f\t\n", r.Workload, r.Contender,
			r.Least/time.Nanosecond, r.Median/time.Nanosecond, ratio, r.Allocs)
	}
	return table.Flush()
}
