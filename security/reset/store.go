package reset

import (
	"context"
	"time"

	"github.com/mortise-go/mortise/internal/journal"
)

// An ID names a token in a [Store]: a digest that the token cannot be made of.
type ID [32]byte

// A Ticket is what a token stands for.
type Ticket struct {
	// Purpose is what the token is for, Subject whose it is.
	Purpose, Subject string
	// Address is where the token was sent.
	Address string
	// Ends is when it is no longer good.
	Ends time.Time
}

// A Store keeps tickets. [Memory] and [Log] are stores.
//
//   - It is safe for concurrent use.
//   - What it has confirmed is so after a crash, as far as the store promises that at
//     all.
//   - Tickets are not there any more when they have ended.
//   - Each method returns soon after ctx is done. It is given 250 ms.
type Store interface {
	// Put stores a ticket, and forgets all others of its purpose and subject.
	Put(ctx context.Context, id ID, t Ticket) error
	// Look returns a ticket and whether it is there.
	Look(ctx context.Context, id ID) (Ticket, bool, error)
	// Take is Look, and forgets the ticket. Of several callers at once one gets it.
	Take(ctx context.Context, id ID) (Ticket, bool, error)
	// Void forgets all tickets of a purpose and subject.
	Void(ctx context.Context, purpose, subject string) error
}

// limit is how many tickets a store keeps.
const limit = 1 << 20

// Memory is a [Store] that lasts as long as the process. It holds about a million
// tickets; further ones are refused. [NewMemory] makes it.
type Memory struct{ table *journal.Table }

// NewMemory returns an empty store. A nil clock means time.Now.
func NewMemory(clock func() time.Time) *Memory { return &Memory{journal.NewTable(limit, clock)} }

// Log is a [Memory] that survives a crash: whatever it has confirmed is in a file,
// and on the disk, before. It is for one process; the file is locked on systems that
// know flock.
type Log struct{ *Memory }

// OpenLog opens the log at path, or makes a new one, readable to its owner alone;
// the folder must be there. Damage in the middle of it is an error. A nil clock
// means time.Now. Close the log in the end.
func OpenLog(path string, clock func() time.Time) (*Log, error) {
	table, err := journal.OpenTable(path, journal.Format{
		Name: "reset log", Header: "mortise reset log 1\n", Longest: 8 << 10,
		Remedy: "move the file away; people then have to ask again for what they were sent",
	}, limit, clock)
	if err != nil {
		return nil, err
	}
	return &Log{&Memory{table}}, nil
}

// Close writes what is pending and closes the file. It may be called more than
// once.
func (l *Log) Close() error { return l.table.Close() }

func owner(purpose, subject string) journal.Key { return journal.KeyOf("subject", purpose, subject) }

// Put stores a ticket; see [Store].
func (m *Memory) Put(ctx context.Context, id ID, t Ticket) error {
	return m.table.Change(ctx, func(x journal.Tx) error {
		void(x, t.Purpose, t.Subject)
		data := journal.AppendText(nil, t.Purpose)
		data = journal.AppendText(journal.AppendText(data, t.Subject), t.Address)
		return x.Put(journal.Entry{Key: journal.Key(id), Owner: owner(t.Purpose, t.Subject), Ends: t.Ends, Data: data})
	})
}

// Look returns a ticket. It returns no error.
func (m *Memory) Look(_ context.Context, id ID) (Ticket, bool, error) {
	t, found := readTicket(m.table.Get(journal.Key(id)))
	return t, found, nil
}

// Take takes a ticket; see [Store].
func (m *Memory) Take(ctx context.Context, id ID) (t Ticket, found bool, err error) {
	err = m.table.Change(ctx, func(x journal.Tx) error {
		t, found = readTicket(x.Get(journal.Key(id)))
		x.Delete(journal.Key(id))
		return nil
	})
	return t, found && err == nil, err
}

// Void forgets the tickets of a subject; see [Store].
func (m *Memory) Void(ctx context.Context, purpose, subject string) error {
	return m.table.Change(ctx, func(x journal.Tx) error { void(x, purpose, subject); return nil })
}

func void(x journal.Tx, purpose, subject string) {
	for _, e := range x.Owned(owner(purpose, subject)) {
		x.Delete(e.Key)
	}
}

func readTicket(e journal.Entry, found bool) (Ticket, bool) {
	b := journal.ReadBody(e.Data)
	t := Ticket{Purpose: string(b.Text()), Subject: string(b.Text()), Address: string(b.Text()), Ends: e.Ends}
	return t, found && b.Whole()
}
