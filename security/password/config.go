package password

import (
	"errors"
	"fmt"
	"runtime"
	"time"
)

// MaxBytes is the length of the longest password that is looked at, in bytes.
// It is more than anybody types and little enough to cost nothing.
const MaxBytes = 1024

const (
	defaultMemory  = 19456 // KiB
	defaultPasses  = 2
	defaultLanes   = 1
	defaultMaxWait = time.Second
	queuePerSlot   = 16
	saltBytes      = 16
	tagBytes       = 32
)

// What a hash may cost at most, whoever made it: a gigabyte of memory written
// once, in blocks of 256 MiB.
const (
	maxMemory = 256 << 10 // KiB
	maxWork   = 1 << 20   // KiB written in all passes
	maxLanes  = 16
)

// What the weakest setting of OWASP's list costs.
const (
	minMemory = 7168  // KiB
	minWork   = 35840 // KiB written in all passes
)

// A Config says what a hash costs and how many are computed at once. The zero
// value is a good choice for a login: argon2id (RFC 9106) with 19 MiB, two
// passes and one lane, which takes some 40 ms of one processor.
type Config struct {
	// Memory is what one hash fills, in KiB. 0 means 19456, which is 19 MiB; the
	// most is 262144, which is 256 MiB.
	Memory uint32

	// Passes is how often the memory is written. 0 means 2. Memory times Passes is
	// 1 GiB at most.
	Passes uint32

	// Lanes is how many processors work at one hash. 0 means 1; the most is 16.
	Lanes uint8

	// Concurrency is how many hashes are computed at the same time, each with its
	// own memory. 0 means one for each processor; more of them make none faster.
	Concurrency int

	// Queue is how many may wait for their turn; who comes later is refused with an
	// [OverloadError]. 0 means 16 for each that is computed at the same time.
	Queue int

	// MaxWait is how long somebody waits for a turn before being refused. 0 means
	// 1 s. The context may end the wait sooner.
	MaxWait time.Duration

	// DangerouslyWeak allows hashes that cost an attacker next to nothing, for tests
	// that would otherwise wait for them. Without it Memory times Passes is 35 MiB
	// at least and Memory 7 MiB.
	DangerouslyWeak bool
}

// withDefaults returns c with the zero values replaced.
func (c Config) withDefaults() Config {
	c.Memory = or(c.Memory, defaultMemory)
	c.Passes = or(c.Passes, defaultPasses)
	c.Lanes = or(c.Lanes, defaultLanes)
	c.Concurrency = or(c.Concurrency, runtime.GOMAXPROCS(0))
	c.Queue = or(c.Queue, queuePerSlot*c.Concurrency)
	c.MaxWait = or(c.MaxWait, defaultMaxWait)
	return c
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// cost returns what a new hash costs.
func (c Config) cost() cost { return cost{c.Memory, c.Passes, c.Lanes} }

// check returns everything that is wrong with a config without zero values.
func (c Config) check() error {
	var mistakes []error
	if err := c.cost().check(); err != nil {
		mistakes = append(mistakes, fmt.Errorf("password: Config: %w", err))
	} else if k := c.cost(); !c.DangerouslyWeak && (k.memory < minMemory || k.work() < minWork) {
		mistakes = append(mistakes, fmt.Errorf("password: Config: %d KiB and %d passes are too cheap to guess; want Memory of %d at least and Memory times Passes of %d, or DangerouslyWeak in a test", c.Memory, c.Passes, minMemory, minWork))
	}
	if c.Concurrency < 0 {
		mistakes = append(mistakes, fmt.Errorf("password: Config.Concurrency is %d; want a positive number, or 0 for one for each processor", c.Concurrency))
	}
	if c.Queue < 0 {
		mistakes = append(mistakes, fmt.Errorf("password: Config.Queue is %d; want a positive number, or 0 for %d for each of Concurrency", c.Queue, queuePerSlot))
	}
	if c.MaxWait < 0 {
		mistakes = append(mistakes, fmt.Errorf("password: Config.MaxWait is %v; want a positive duration, or 0 for %v", c.MaxWait, defaultMaxWait))
	}
	return errors.Join(mistakes...)
}

// cost are the parameters of argon2id (RFC 9106 section 3.1).
type cost struct {
	memory, passes uint32
	lanes          uint8
}

// work is how much memory is written in all passes, in KiB.
func (k cost) work() uint64 { return uint64(k.memory) * uint64(k.passes) }

// check refuses what RFC 9106 does not allow, what would take the machine down,
// and parameters that the library would quietly replace.
func (k cost) check() error {
	switch {
	case k.lanes < 1 || k.lanes > maxLanes:
		return fmt.Errorf("%d lanes; want 1 to %d", k.lanes, maxLanes)
	case k.passes < 1:
		return errors.New("no passes; want at least 1")
	case k.memory < 8*uint32(k.lanes) || k.memory > maxMemory:
		return fmt.Errorf("%d KiB of memory; want %d to %d", k.memory, 8*uint32(k.lanes), maxMemory)
	case k.work() > maxWork:
		return fmt.Errorf("%d KiB of memory and %d passes; want a product of %d at most", k.memory, k.passes, maxWork)
	}
	return nil
}
