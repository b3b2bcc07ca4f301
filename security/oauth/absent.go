package oauth

import (
	"math/rand/v2"
	"time"
)

const (
	maxAbsent = 128
	absentFor = 5 * time.Minute
)

// absent are the IDs of keys that a server did not know when it was asked. Strangers
// make them up, so they are few and soon forgotten. The zero value holds none.
type absent struct {
	until map[string]time.Time
	order []string // oldest first
}

func (a *absent) holds(id string, now time.Time) bool {
	until, ok := a.until[id]
	return ok && now.Before(until)
}

// add remembers an ID in place of the oldest one if there are too many.
func (a *absent) add(id string, now time.Time) {
	if a.until == nil {
		a.until = make(map[string]time.Time)
	}
	if _, ok := a.until[id]; !ok {
		a.order = append(a.order, id)
	}
	a.until[id] = now.Add(absentFor)
	if len(a.order) > maxAbsent {
		delete(a.until, a.order[0])
		a.order = append(a.order[:0], a.order[1:]...)
	}
}

// jitter returns d, up to a fifth more or less, so that many processes do not come
// back all at once.
func jitter(d time.Duration) time.Duration {
	return d - d/5 + rand.N(2*d/5+1) //nolint:gosec // nothing depends on it being unpredictable
}
