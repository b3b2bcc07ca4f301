package security

import (
	"log/slog"
	"strings"
)

// A Denial says which policy said no. It is the cause of the [Refusal] that a
// guard answers with, so it goes to the log and never to the client:
//
//	denial, ok := errors.AsType[*security.Denial](err)
//
// It holds the words of policies, and no value of anybody's claims. A Denial
// must not be changed.
type Denial struct {
	// Policy is what was required, in words, such as "role admin".
	Policy string
	// Reasons are what an outside engine gave for its decision, such as the ids
	// of its policies; nil without one.
	Reasons []string
	// Of are the parts of a combination that decided: the one of [All] that said
	// no, and all of [Any], none of which said yes.
	Of []*Denial
}

// Error names the policy and the parts of it that said no.
func (d *Denial) Error() string { return "denied by " + d.text() }

func (d *Denial) text() string {
	var b strings.Builder
	b.WriteString(d.Policy)
	if len(d.Reasons) > 0 {
		b.WriteString(" [" + strings.Join(d.Reasons, ", ") + "]")
	}
	for i, part := range d.Of {
		if i == 0 {
			b.WriteString(", for lack of ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(part.text())
	}
	return b.String()
}

// Leaves lists the policies that are no combinations and said no, in order.
func (d *Denial) Leaves() []string {
	if len(d.Of) == 0 {
		return []string{d.Policy}
	}
	var all []string
	for _, part := range d.Of {
		all = append(all, part.Leaves()...)
	}
	return all
}

// LogValue is a group: the policy, and what said no.
func (d *Denial) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("policy", d.Policy)}
	if leaves := d.Leaves(); len(d.Of) > 0 {
		attrs = append(attrs, slog.Any("denied_by", leaves))
	}
	if len(d.Reasons) > 0 {
		attrs = append(attrs, slog.Any("reasons", d.Reasons))
	}
	return slog.GroupValue(attrs...)
}
