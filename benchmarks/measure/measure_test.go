package measure_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/benchmarks/contenders"
	"github.com/mortise-go/mortise/benchmarks/measure"
	"github.com/mortise-go/mortise/benchmarks/workload"
)

// answering is a contender that takes a while and makes so many allocations.
func answering(name string, status int, takes time.Duration, allocs int) contenders.Contender {
	return contenders.Contender{Name: name, New: func() http.Handler {
		var kept []*int
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for end := time.Now().Add(takes); time.Now().Before(end); {
			}
			kept = kept[:0]
			for i := range allocs {
				kept = append(kept, &i)
			}
			w.WriteHeader(status)
			io.WriteString(w, "x")
		})
	}}
}

func TestRunMeasuresWhatAContenderTakes(t *testing.T) {
	plan := measure.Plan{
		Contenders: []contenders.Contender{answering("base", 200, 20*time.Microsecond, 0), answering("slow", 200, 60*time.Microsecond, 3)},
		Requests:   workload.Named("W1"), Rounds: 5, Time: 2 * time.Millisecond,
	}
	results, err := plan.Run()
	if err != nil {
		t.Fatal(err)
	}
	base, slow := results[0], results[1]
	want := float64(slow.Least) / float64(base.Least)
	if ratio, ok := measure.Ratio(results, slow, "base"); !ok || ratio != want {
		t.Errorf("ratio %.2f of %v to %v, want %.2f", ratio, slow.Least, base.Least, want)
	}
	if base.Allocs != 0 || slow.Allocs < 3 {
		t.Errorf("allocations %v and %v, want 0 and at least 3", base.Allocs, slow.Allocs)
	}
	// A busy machine makes everything slower and nothing faster.
	if base.Least > base.Median || base.Least < 20*time.Microsecond || slow.Least < 60*time.Microsecond {
		t.Errorf("least %v and %v, median %v, of 20 µs and 60 µs", base.Least, slow.Least, base.Median)
	}
}

func TestRunRefusesContendersThatFail(t *testing.T) {
	t.Parallel()
	plan := measure.Plan{Contenders: []contenders.Contender{answering("broken", 500, 0, 0)}, Requests: workload.Named("W1"), Time: time.Millisecond}
	if _, err := plan.Run(); err == nil || !strings.Contains(err.Error(), "broken answers W1 with status 500") {
		t.Errorf("error %v, want one that names the contender", err)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	results := []measure.Result{
		{Contender: "base", Workload: "W1", Least: 200, Median: 220, Allocs: 2},
		{Contender: "other", Workload: "W1", Least: 300, Median: 310, Allocs: 4},
		{Contender: "other", Workload: "W2", Least: 300, Median: 310, Allocs: 4},
	}
	var b strings.Builder
	if err := measure.Write(&b, results, "base"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(b.String()) {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	want := []string{
		"workload contender least median to base allocs",
		"W1 base 200 ns 220 ns 1.00 2",
		"W1 other 300 ns 310 ns 1.50 4",
		"W2 other 300 ns 310 ns - 4",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("table\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
