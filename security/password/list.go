package password

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// A List is a set of passwords that nobody may use. It does not change and is
// safe for concurrent use.
type List struct{ set map[string]struct{} }

// ReadList reads a list of passwords, one a line, such as those that are
// published after a breach. Letters in another case are the same, empty lines
// are left out, and space is part of a password. The list is kept in memory:
// 100,000 passwords take some 10 MB.
//
// A line of more than [MaxBytes] is an error, for then the file is no such list.
func ReadList(r io.Reader) (*List, error) {
	l := &List{map[string]struct{}{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, MaxBytes+len("\r\n"))
	n := 0
	for lines.Scan() {
		n++
		if line := lines.Text(); line != "" {
			l.set[strings.ToLower(line)] = struct{}{}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("password: reading the list after line %d: %w", n, err)
	}
	return l, nil
}

// Contains reports whether the password is on the list, in whatever case. It is
// what [PolicyConfig] wants as Common.
func (l *List) Contains(password string) bool {
	_, found := l.set[strings.ToLower(password)]
	return found
}

// Len returns the number of passwords.
func (l *List) Len() int { return len(l.set) }
