package measure

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/mortise-go/mortise/benchmarks/contenders"
	"github.com/mortise-go/mortise/benchmarks/workload"
)

// Plan says what is measured and how long.
type Plan struct {
	// Contenders are measured in every workload.
	Contenders []contenders.Contender
	// Requests are the workloads.
	Requests []workload.Request
	// Rounds is how often each contender is timed in each workload; at least 1.
	Rounds int
	// Time is about how long one timing takes.
	Time time.Duration
}

// Result is what one contender did in one workload.
type Result struct {
	// Contender and Workload are their names.
	Contender, Workload string
	// Least and Median are the times of one request over all rounds.
	Least, Median time.Duration
	// Allocs is how many allocations one request makes.
	Allocs float64
}

// Run measures. Results come by workload, then by contender, in the order of the
// plan. The error names a contender that does not answer a workload with 200,
// which would make its time meaningless.
func (p Plan) Run() ([]Result, error) {
	var results []Result
	for _, request := range p.Requests {
		runners, err := p.runners(request)
		if err != nil {
			return nil, err
		}
		for range max(p.Rounds, 1) {
			for _, i := range rand.Perm(len(runners)) {
				runners[i].round()
			}
		}
		for i, r := range runners {
			slices.Sort(r.times)
			results = append(results, Result{p.Contenders[i].Name, request.Name, r.times[0], r.times[len(r.times)/2], testing.AllocsPerRun(200, r.driver.Send)})
			r.close()
		}
	}
	return results, nil
}

// runner times one contender in one workload.
type runner struct {
	driver *workload.Driver
	close  func()
	calls  int
	times  []time.Duration
}

func (p Plan) runners(request workload.Request) ([]*runner, error) {
	var list []*runner
	for _, c := range p.Contenders {
		driver, cancel := workload.NewDriver(c.New(), request)
		r := &runner{driver: driver, close: cancel}
		driver.Send()
		if driver.Status() != http.StatusOK || driver.Written() == 0 {
			return nil, fmt.Errorf("%s answers %s with status %d and %d bytes", c.Name, request.Name, driver.Status(), driver.Written())
		}
		r.calibrate(p.Time)
		list = append(list, r)
	}
	return list, nil
}

// calibrate finds how many calls take about as long as a round should.
func (r *runner) calibrate(long time.Duration) {
	for r.calls = 1; ; r.calls *= 2 {
		if took := r.time(); took >= long/8 {
			r.calls = max(1, int(float64(r.calls)*float64(long)/float64(max(took, 1))))
			return
		}
	}
}

func (r *runner) round() {
	r.times = append(r.times, r.time()/time.Duration(r.calls))
}

func (r *runner) time() time.Duration {
	start := time.Now()
	for range r.calls {
		r.driver.Send()
	}
	return time.Since(start)
}
