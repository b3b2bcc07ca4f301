package token

import "os"

// FailSync makes the next fsyncs of a log return what fail does.
func FailSync(l *Log, fail func(*os.File) error) { l.sync = fail }

// ParseRecords reads records, and writes them again as far as they are good.
func ParseRecords(data []byte) (again []byte, good int, err error) {
	for good < len(data) {
		r, length, err := nextRecord(data[good:])
		if err != nil {
			return again, good, err
		}
		again = r.append(again)
		good += length
	}
	return again, good, nil
}

// MarkRecord and FamilyRecord are records as the log writes them.
func MarkRecord(m Mark) []byte { return record{id: m.ID, mark: m}.append(nil) }

// FamilyRecord is the record of a family.
func FamilyRecord(id ID, f Family) []byte { return record{id: id, family: f}.append(nil) }

// HasMember reports whether a JSON object has a member.
func HasMember(object []byte, name string) bool { return hasMember(object, name) }

// The errors of damaged records.
var (
	ErrTorn    = errTorn
	ErrCorrupt = errCorrupt
	ErrRecord  = errRecord
)

// LogHeader begins a log.
const LogHeader = logHeader
