package totp

import (
	"context"
	"fmt"
	"time"

	"github.com/mortise-go/mortise/internal/journal"
)

// A Log is a [Store] and a [RecoveryStore] for one process that survives a crash:
// whatever it has confirmed is in a file, and on the disk, before. So a code that
// was used stays used, tries stay counted, and recovery codes are not lost. The file
// is locked on systems that know flock. Callers who come at the same time share one
// fsync. It is safe for concurrent use.
//
// It holds about a million accounts with something to remember, and refuses others.
type Log struct {
	memory  *MemoryStore
	journal *journal.Journal
}

const (
	maxAccount = 1 << 10 // octets of an account's ID
	maxDigests = 256     // of an account
	maxDigest  = 128     // octets
	maxRecord  = 1 + 2 + maxAccount + 2 + maxDigests*(2+maxDigest)
)

// OpenLog opens the log at path, or makes a new one, readable to its owner alone;
// the folder must be there. Damage in the middle of it is an error. A nil clock
// means time.Now. Close the log in the end.
func OpenLog(path string, clock func() time.Time) (*Log, error) {
	m := &MemoryStore{Clock: clock}
	j, err := journal.Open(path, journal.Format{
		Name: "totp log", Header: "mortise totp log 1\n", Longest: maxRecord,
		Remedy: "restore the file from a copy; to move it away lets codes of the last minutes be used again, and takes all recovery codes away",
	}, (*state)(m))
	if err != nil {
		return nil, err
	}
	return &Log{m, j}, nil
}

// Close writes what is pending and closes the file. Whatever is stored later is an
// error. It may be called more than once.
func (l *Log) Close() error { return l.journal.Close() }

// Try counts a try; see [Store].
func (l *Log) Try(ctx context.Context, account string, tries int, window time.Duration) (wait time.Duration, err error) {
	err = l.change(ctx, account, func() (body []byte, err error) {
		if wait, err = l.memory.Try(ctx, account, tries, window); err != nil || wait > 0 {
			return nil, err
		}
		return l.memory.accountBody(account), nil
	})
	return wait, err
}

// Use uses a step; see [Store].
func (l *Log) Use(ctx context.Context, account string, step int64, keep time.Duration) (fresh bool, err error) {
	err = l.change(ctx, account, func() (body []byte, err error) {
		if fresh, err = l.memory.Use(ctx, account, step, keep); err != nil || !fresh {
			return nil, err
		}
		return l.memory.accountBody(account), nil
	})
	return fresh && err == nil, err
}

// SetRecovery replaces the digests of an account; see [RecoveryStore]. There may be
// 256 of up to 128 octets.
func (l *Log) SetRecovery(ctx context.Context, account string, digests []string) error {
	if len(digests) > maxDigests {
		return fmt.Errorf("totp: there are %d recovery codes, more than %d", len(digests), maxDigests)
	}
	for _, d := range digests {
		if len(d) > maxDigest {
			return fmt.Errorf("totp: the digest of a recovery code has %d octets, more than %d", len(d), maxDigest)
		}
	}
	return l.change(ctx, account, func() ([]byte, error) {
		if err := l.memory.SetRecovery(ctx, account, digests); err != nil {
			return nil, err
		}
		return l.memory.recoveryBody(account), nil
	})
}

// TakeRecovery takes a digest away; see [RecoveryStore].
func (l *Log) TakeRecovery(ctx context.Context, account, digest string) (found bool, err error) {
	err = l.change(ctx, account, func() (body []byte, err error) {
		if found, err = l.memory.TakeRecovery(ctx, account, digest); err != nil || !found {
			return nil, err
		}
		return l.memory.recoveryBody(account), nil
	})
	return found && err == nil, err
}

// change makes a change of an account last. What f returns is its record; nil means
// that nothing has changed.
func (l *Log) change(ctx context.Context, account string, f func() ([]byte, error)) error {
	if len(account) > maxAccount {
		return fmt.Errorf("totp: the ID of the account has %d octets, more than %d", len(account), maxAccount)
	}
	var failed error
	pending, err := l.journal.Change(func(add func([]byte)) {
		body, err := f()
		if failed = err; len(body) > 0 {
			add(body)
		}
	})
	if err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	return pending.Wait(ctx)
}

// accountBody is the record of what is remembered of an account: 'a', the account,
// the last step, until when that counts, over which time tries are counted, and the
// tries.
func (s *MemoryStore) accountBody(account string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts[account].body(account)
}

func (m *memory) body(account string) []byte {
	b := journal.AppendText([]byte{'a'}, account)
	b = journal.AppendInt(b, m.step)
	until := m.until
	if !m.used {
		until = time.Time{}
	}
	b = journal.AppendInt(journal.AppendTime(b, until), int64(m.span))
	for _, t := range m.tries {
		b = journal.AppendTime(b, t)
	}
	return b
}

// recoveryBody is the record of the recovery codes of an account: 'r', the account
// and the digests.
func (s *MemoryStore) recoveryBody(account string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return digestsBody(account, s.recovery[account])
}

func digestsBody(account string, digests map[string]struct{}) []byte {
	b := journal.AppendText([]byte{'r'}, account)
	for d := range digests {
		b = journal.AppendText(b, d)
	}
	return b
}

// state is the memory to the journal.
type state MemoryStore

// Apply repeats a change.
func (s *state) Apply(body []byte) error {
	b := journal.ReadBody(body)
	kind, account := b.Take(1), string(b.Text())
	switch {
	case kind == nil:
		return journal.ErrRecord
	case kind[0] == 'a':
		return (*MemoryStore)(s).applyAccount(account, &b)
	case kind[0] == 'r':
		return (*MemoryStore)(s).applyRecovery(account, &b)
	}
	return journal.ErrRecord
}

func (s *MemoryStore) applyAccount(account string, b *journal.Body) error {
	read := memory{step: b.Int(), until: b.Time(), span: time.Duration(b.Int())}
	read.used = !read.until.IsZero()
	for b.More() {
		read.tries = append(read.tries, b.Time())
	}
	if !b.Whole() {
		return journal.ErrRecord
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.remember(account, s.now())
	if err == nil {
		*m = read
	}
	return err
}

func (s *MemoryStore) applyRecovery(account string, b *journal.Body) error {
	var digests []string
	for b.More() {
		digests = append(digests, string(b.Text()))
	}
	if !b.Whole() {
		return journal.ErrRecord
	}
	return s.SetRecovery(context.Background(), account, digests)
}

// Snapshot adds everything that counts.
func (s *state) Snapshot(add func([]byte)) {
	m := (*MemoryStore)(s)
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	for account, a := range m.accounts {
		if !a.forget(now) {
			add(a.body(account))
		}
	}
	for account, digests := range m.recovery {
		add(digestsBody(account, digests))
	}
}
