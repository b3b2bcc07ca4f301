package journal_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/journal"
)

const header = "test log 1\n"

func format() journal.Format {
	return journal.Format{Name: "test log", Header: header, Longest: 1000, Remedy: "start anew"}
}

// clock is a time that tests move.
type clock struct{ unix atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.unix.Store(time.Unix(1_800_000_000, 300e6).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.unix.Load()) }
func (c *clock) advance(d time.Duration) { c.unix.Add(int64(d)) }

func open(t *testing.T, path string, limit int, now func() time.Time) *journal.Table {
	t.Helper()
	table, err := journal.OpenTable(path, format(), limit, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = table.Close() })
	return table
}

func put(t *testing.T, table *journal.Table, e journal.Entry) {
	t.Helper()
	if err := table.Change(t.Context(), func(x journal.Tx) error { return x.Put(e) }); err != nil {
		t.Fatal(err)
	}
}

func key(n int) journal.Key { return journal.KeyOf("test", fmt.Sprint(n)) }

func TestAnEntryIsThereUntilItEnds(t *testing.T) {
	t.Parallel()
	c := newClock()
	for name, table := range map[string]*journal.Table{
		"memory": journal.NewTable(10, c.now),
		"file":   open(t, filepath.Join(t.TempDir(), "log"), 10, c.now),
	} {
		ends := c.now().Add(time.Minute)
		put(t, table, journal.Entry{Key: key(1), Owner: key(0), Ends: ends, Data: []byte("one")})
		put(t, table, journal.Entry{Key: key(2), Owner: key(0), Ends: ends.Add(time.Minute), Data: []byte("two")})
		if e, found := table.Get(key(1)); !found || string(e.Data) != "one" || e.Owner != key(0) {
			t.Errorf("%s: %v %t", name, e, found)
		}
		if all := table.Owned(key(0)); len(all) != 2 {
			t.Errorf("%s: the owner has %d entries", name, len(all))
		}
		c.advance(time.Minute)
		if _, found := table.Get(key(1)); found {
			t.Errorf("%s: the entry is there after its end", name)
		}
		if all := table.Owned(key(0)); len(all) != 1 {
			t.Errorf("%s: the owner has %d entries after the end of one", name, len(all))
		}
		put(t, table, journal.Entry{Key: key(3), Ends: c.now().Add(time.Minute)})
		if n := table.Len(); n != 2 {
			t.Errorf("%s: %d entries are kept, the expired one among them", name, n)
		}
	}
}

func TestAFullTableForgetsOnlyWhatHasExpired(t *testing.T) {
	t.Parallel()
	c := newClock()
	table := journal.NewTable(100, c.now)
	for n := range 100 {
		put(t, table, journal.Entry{Key: key(n), Ends: c.now().Add(time.Duration(n+1) * time.Second)})
	}
	add := func(n int) error {
		return table.Change(t.Context(), func(x journal.Tx) error { return x.Put(journal.Entry{Key: key(n), Ends: c.now().Add(time.Hour)}) })
	}
	if err := add(100); !errors.Is(err, journal.ErrFull) {
		t.Errorf("a full table: %v", err)
	}
	if err := add(99); err != nil {
		t.Errorf("replacing an entry of a full table: %v", err)
	}
	c.advance(50 * time.Second)
	for n := 100; n < 150; n++ {
		if err := add(n); err != nil {
			t.Fatalf("entry %d: %v", n, err)
		}
	}
	if err := add(150); !errors.Is(err, journal.ErrFull) {
		t.Errorf("a table that is full again: %v", err)
	}
}

func TestATableComesBackAsItWas(t *testing.T) {
	t.Parallel()
	c := newClock()
	path := filepath.Join(t.TempDir(), "log")
	table := open(t, path, 1000, c.now)
	for n := range 100 {
		put(t, table, journal.Entry{Key: key(n), Owner: key(n % 3), Ends: c.now().Add(time.Duration(n+1) * time.Minute), Data: []byte{byte(n)}})
	}
	if err := table.Change(t.Context(), func(x journal.Tx) error {
		for _, e := range x.Owned(key(0)) {
			x.Delete(e.Key)
		}
		x.Delete(key(1000))
		return x.Put(journal.Entry{Key: key(1), Owner: key(2), Ends: c.now().Add(time.Hour), Data: []byte("moved")})
	}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(table.Close(), table.Close()); err != nil {
		t.Fatal(err)
	}
	if err := table.Change(t.Context(), func(journal.Tx) error { t.Error("f was called"); return nil }); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("changing a closed table: %v", err)
	}
	c.advance(10 * time.Minute)
	again := open(t, path, 1000, c.now)
	for n := range 100 {
		e, found := again.Get(key(n))
		want := n%3 != 0 && (n >= 10 || n == 1)
		if found != want || found && n != 1 && e.Data[0] != byte(n) {
			t.Errorf("entry %d: %v %t", n, e.Data, found)
		}
	}
	if e, _ := again.Get(key(1)); string(e.Data) != "moved" || len(again.Owned(key(0))) != 0 {
		t.Errorf("the changes did not last: %q", e.Data)
	}
	if owned := again.Owned(key(1)); len(owned) != 30 {
		t.Errorf("the first owner has %d entries, want 30", len(owned))
	}
}

func TestAFileOfEntriesThatCameAndWentStaysSmall(t *testing.T) {
	t.Parallel()
	c := newClock()
	path := filepath.Join(t.TempDir(), "log")
	table := open(t, path, 100_000, c.now)
	put(t, table, journal.Entry{Key: key(-1), Ends: c.now().Add(time.Hour)})
	var all sync.WaitGroup
	for worker := range 20 {
		all.Go(func() {
			for n := range 1000 {
				k := key(worker*1000 + n)
				if err := errors.Join(
					table.Change(t.Context(), func(x journal.Tx) error { return x.Put(journal.Entry{Key: k, Ends: c.now().Add(time.Hour)}) }),
					table.Change(t.Context(), func(x journal.Tx) error { x.Delete(k); return nil })); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if info, err := os.Stat(path); err != nil || info.Size() > 2<<20 || table.Len() != 1 {
		t.Errorf("one entry takes %v octets, and %d are kept: %v", info.Size(), table.Len(), err)
	}
}

// Whatever is interleaved: an entry is put once, and taken by one.
func TestOneOfManyTakesAnEntry(t *testing.T) {
	t.Parallel()
	table := open(t, filepath.Join(t.TempDir(), "log"), 100, nil)
	put(t, table, journal.Entry{Key: key(1), Ends: time.Now().Add(time.Hour)})
	var taken atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := table.Change(t.Context(), func(x journal.Tx) error {
				if _, found := x.Get(key(1)); found {
					x.Delete(key(1))
					taken.Add(1)
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 {
		t.Errorf("the entry was taken %d times", taken.Load())
	}
}

func TestReadingATableDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	table := journal.NewTable(10, nil)
	put(t, table, journal.Entry{Key: key(1), Ends: time.Now().Add(time.Hour), Data: []byte("one")})
	if n := testing.AllocsPerRun(1000, func() { _, _ = table.Get(key(1)) }); n != 0 {
		t.Errorf("Get allocates %v times", n)
	}
}

func TestDamageOfATableIsToldWithARemedy(t *testing.T) {
	t.Parallel()
	record := string(journal.AppendRecord(nil, []byte("d"+strings.Repeat("k", 32))))
	for name, text := range map[string]string{
		"another file":      "posts.json",
		"an unknown record": header + string(journal.AppendRecord(nil, []byte("x"+strings.Repeat("k", 32)))),
		"a short record":    header + string(journal.AppendRecord(nil, []byte("dkey"))),
		"a damaged record":  header + strings.Replace(record, "kk", "kx", 1) + record,
		"a damaged length":  header + "\x20" + record[1:] + record,
	} {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := journal.OpenTable(path, format(), 10, nil)
		if err == nil || !strings.Contains(err.Error(), "start anew") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whichever bit of a file is damaged, a crash is blamed for the last record alone.
func TestADamagedBitIsNoCrash(t *testing.T) {
	t.Parallel()
	var text []byte
	last := 0
	for n := range 6 {
		last = len(text)
		text = journal.AppendRecord(text, []byte(strings.Repeat(fmt.Sprint(n), 1+n*60)))
	}
	for bit := range 8 * len(text) {
		text[bit/8] ^= 1 << (bit % 8)
		good := 0
		_, length, err := journal.NextRecord(text, 1000)
		for ; err == nil && good+length < len(text); _, length, err = journal.NextRecord(text[good:], 1000) {
			good += length
		}
		if err == nil || errors.Is(err, journal.ErrTorn) && good != last {
			t.Errorf("bit %d: %v after %d octets of %d", bit, err, good, len(text))
		}
		text[bit/8] ^= 1 << (bit % 8)
	}
}

func FuzzTable(f *testing.F) {
	f.Add(append([]byte("p"), make([]byte, 80)...))
	f.Add([]byte("d" + strings.Repeat("k", 32)))
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) == 0 || len(body) > 900 {
			return
		}
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, append([]byte(header), journal.AppendRecord(nil, body)...), 0o600); err != nil {
			t.Fatal(err)
		}
		epoch := func() time.Time { return time.Unix(0, -1<<63) }
		table, err := journal.OpenTable(path, format(), 10, epoch)
		if err != nil {
			return
		}
		defer func() { _ = table.Close() }()
		if body[0] == 'd' && table.Len() != 0 || body[0] != 'd' && body[0] != 'p' {
			t.Errorf("%q made %d entries", body, table.Len())
		}
	})
}
