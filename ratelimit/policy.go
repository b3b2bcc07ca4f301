package ratelimit

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mortise-go/mortise/internal/structured"
)

// The bounds of a policy.
const (
	maxWindow    = 366 * 24 * time.Hour
	minInterval  = 100 * time.Nanosecond
	maxTolerance = 10 * maxWindow
	maxName      = 64
)

// A Policy says how much is allowed in how much time. One subject may use Burst
// units at once and gets Quota units back in each Window, one by one and evenly.
// So no span of a Window sees as much as Quota + Burst, and in the long run it is
// Quota.
type Policy struct {
	// Name tells the policy from others, for clients in the header fields and
	// for a store in its keys: up to 64 printable ASCII characters. Empty means
	// a name made of the numbers, such as "5-per-1m".
	Name string

	// Quota is how many units a Window gives back; at least 1.
	Quota int

	// Window is a number of whole seconds, up to 366 days.
	Window time.Duration

	// Burst is how many units a subject that has been idle may use at once.
	// Zero means Quota.
	Burst int

	// Unit is what is counted, the parameter qu of RateLimit-Policy:
	// "content-bytes" or a word of your own. Empty means requests.
	Unit string

	// Cost is how many units a request uses. Nil means one. A request of cost
	// 0 passes and is told how things stand; a negative cost means that nobody
	// knows, and counts as Burst, the most that a request can cost. What costs
	// more than Burst is always refused. Cost runs before anybody has read the
	// body, and must be safe for concurrent use.
	Cost func(r *http.Request) int64
}

// settled returns the policy with its defaults, or everything that is wrong
// with it.
func (p Policy) settled() (Policy, error) {
	if p.Burst == 0 {
		p.Burst = p.Quota
	}
	if p.Name == "" {
		p.Name = fmt.Sprintf("%d-per-%s", p.Quota, short(p.Window))
	}
	mistakes := []error{p.checkName(), p.checkUnit(), p.checkQuota(), p.checkWindow()}
	if errors.Join(mistakes...) == nil {
		mistakes = append(mistakes, p.checkRate())
	}
	for i, err := range mistakes {
		if err != nil {
			mistakes[i] = fmt.Errorf("policy %q: %w", p.Name, err)
		}
	}
	return p, errors.Join(mistakes...)
}

func (p Policy) checkName() error {
	if len(p.Name) > maxName {
		return fmt.Errorf("the name has %d characters; %d are the most", len(p.Name), maxName)
	}
	if _, err := structured.AppendString(nil, p.Name); err != nil {
		return fmt.Errorf("the name stands in a header field: %w", err)
	}
	return nil
}

func (p Policy) checkUnit() error {
	if _, err := structured.AppendString(nil, p.Unit); err != nil {
		return fmt.Errorf("the unit stands in a header field: %w", err)
	}
	return nil
}

func (p Policy) checkQuota() error {
	switch {
	case p.Quota < 1:
		return fmt.Errorf("a quota of %d lets nobody pass; give 1 or more", p.Quota)
	case p.Burst < 0:
		return fmt.Errorf("a burst of %d lets nobody pass; give 1 or more, or 0 for the quota", p.Burst)
	}
	return nil
}

func (p Policy) checkWindow() error {
	switch {
	case p.Window <= 0:
		return fmt.Errorf("the window %v is no time; say how long the quota is for, such as time.Minute", p.Window)
	case p.Window < time.Second || p.Window%time.Second != 0:
		return fmt.Errorf("the window %v is no number of whole seconds; for 10 in 500ms give 20 in 1s with a burst of 10", p.Window)
	case p.Window > maxWindow:
		return fmt.Errorf("the window %v is longer than 366 days", p.Window)
	}
	return nil
}

func (p Policy) checkRate() error {
	interval := p.interval()
	switch {
	case p.Window/time.Duration(p.Quota) < minInterval:
		return fmt.Errorf("%d in %v are more than 10 million a second; count in larger units", p.Quota, p.Window)
	case time.Duration(p.Burst) > maxTolerance/interval || int64(p.Burst) > structured.MaxInteger:
		return fmt.Errorf("a burst of %d takes more than ten years to come back; give at most %d", p.Burst, maxTolerance/interval)
	}
	return nil
}

// interval is the time in which one unit comes back. It is rounded up, so that
// the sum of the roundings never grants a unit.
func (p Policy) interval() time.Duration {
	quota := time.Duration(p.Quota)
	return (p.Window-1)/quota + 1
}

// limit is the policy as stores see it. Its identity is made of everything that
// gives the stored number its meaning.
func (p Policy) limit() Limit {
	interval := p.interval()
	return Limit{
		ID:        digest('p', p.Name, p.Unit, fmt.Sprint(p.Quota, p.Window, p.Burst)),
		Interval:  interval,
		Tolerance: interval * time.Duration(p.Burst),
	}
}

// words describe the policy to people: "no more than 5 requests per minute".
func (p Policy) words() string {
	unit := p.Unit
	switch unit {
	case "", "requests":
		unit = "requests"
		if p.Quota == 1 {
			unit = "request"
		}
	case "content-bytes":
		unit = "bytes of content"
	}
	text := fmt.Sprintf("no more than %d %s per %s", p.Quota, unit, long(p.Window))
	if p.Burst != p.Quota {
		text += fmt.Sprintf(" (%d at once)", p.Burst)
	}
	return text
}

// spans are the units of time in which windows are told.
func spans() [4]struct {
	unit        time.Duration
	short, long string
} {
	return [...]struct {
		unit        time.Duration
		short, long string
	}{{24 * time.Hour, "d", "day"}, {time.Hour, "h", "hour"}, {time.Minute, "m", "minute"}, {time.Second, "s", "second"}}
}

// short writes a window as "1m" or "90s".
func short(d time.Duration) string {
	for _, s := range spans() {
		if d >= s.unit && d%s.unit == 0 {
			return fmt.Sprintf("%d%s", d/s.unit, s.short)
		}
	}
	return d.String()
}

// long writes a window as "minute" or "90 seconds".
func long(d time.Duration) string {
	for _, s := range spans() {
		switch {
		case d == s.unit:
			return s.long
		case d >= s.unit && d%s.unit == 0:
			return fmt.Sprintf("%d %ss", d/s.unit, s.long)
		}
	}
	return d.String()
}
