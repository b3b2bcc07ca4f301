package token

import (
	"os"
	"time"

	"github.com/mortise-go/mortise/internal/journal"
)

// OpenLogWithSync opens a log that brings its file to the disk in another way.
func OpenLogWithSync(path string, clock func() time.Time, sync func(*os.File) error) (*Log, error) {
	return openLog(path, clock, sync)
}

// ParseRecords reads records, and writes them again as far as they are good.
func ParseRecords(data []byte) (again []byte, good int, err error) {
	for good < len(data) {
		body, length, err := journal.NextRecord(data[good:], longestBody)
		if err != nil {
			return again, good, err
		}
		r, err := readRecord(body)
		if err != nil {
			return again, good, err
		}
		again = journal.AppendRecord(again, r.body())
		good += length
	}
	return again, good, nil
}

// MarkRecord and FamilyRecord are records as the log writes them.
func MarkRecord(m Mark) []byte { return journal.AppendRecord(nil, record{id: m.ID, mark: m}.body()) }

// FamilyRecord is the record of a family.
func FamilyRecord(id ID, f Family) []byte {
	return journal.AppendRecord(nil, record{id: id, family: f}.body())
}

// HasMember reports whether a JSON object has a member.
func HasMember(object []byte, name string) bool { return hasMember(object, name) }

// LogHeader begins a log.
const LogHeader = logHeader
