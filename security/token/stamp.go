package token

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"
	"time"
)

// An ID names a token, a session or a subject in a [Store] without telling
// anything about it: a SHA-256 digest of what it is, of the issuer and of the name,
// each with its length, so that no name runs into another one.
type ID [sha256.Size]byte

// String returns the ID in hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether the ID names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// idOf returns the ID of something.
func idOf(parts ...string) ID {
	text := make([]byte, 0, 256) // enough for most, and not on the heap
	for _, part := range parts {
		text = binary.BigEndian.AppendUint64(text, uint64(len(part)))
		text = append(text, part...)
	}
	return sha256.Sum256(text)
}

// A Stamp is what revocation goes by: whose token it is, and when it was made.
type Stamp struct {
	// Token names this token: its issuer and its jti, so that one jti of two issuers
	// is two tokens. A token without jti is named by the digest of its header and
	// payload: of what is signed, since one signature may have a second spelling.
	Token ID
	// Session names the session, the zero ID if the token belongs to none.
	Session ID
	// Subject names the account, the zero ID if the token does not say.
	Subject ID
	// Issued is when the token was made; the zero time if it does not say, which
	// counts as before everything.
	Issued time.Time
	// Expires is when the token ends by itself.
	Expires time.Time
}

// Stamped is what has a stamp. *[Token] has one; claims of the program's own may
// get theirs from [NewStamp].
type Stamped interface {
	Stamp() Stamp
}

// registered are the claims that a stamp is made of.
type registered struct {
	id, issuer, subject, session string
	issued, expires              time.Time
}

// NewStamp returns the stamp of a token of another issuer: of its text, and of
// its claims iss, jti, sub, iat and exp. An empty jti is replaced by the digest of
// what is signed.
func NewStamp(text, issuer, id, subject string, issued, expires time.Time) Stamp {
	return stampOf(registered{id: id, issuer: issuer, subject: subject, issued: issued, expires: expires}, text)
}

func stampOf(r registered, text string) Stamp {
	s := Stamp{Issued: r.issued, Expires: r.expires}
	if r.id != "" {
		s.Token = idOf("jti", r.issuer, r.id)
	} else {
		s.Token = idOf("signed", signed(text))
	}
	if r.session != "" {
		s.Session = sessionID(r.issuer, r.session)
	}
	if r.subject != "" {
		s.Subject = subjectID(r.issuer, r.subject)
	}
	return s
}

func sessionID(issuer, session string) ID { return idOf("sid", issuer, session) }
func subjectID(issuer, subject string) ID { return idOf("sub", issuer, subject) }

// signed returns header and payload of a token.
func signed(text string) string { return text[:max(strings.LastIndexByte(text, '.'), 0)] }

// A Mark says that tokens are revoked: those that [Mark.ID] names and that were
// issued before a certain time.
type Mark struct {
	// ID is that of a token, a session or a subject.
	ID ID
	// Before is the first second, since 1970, that the mark does not cover;
	// [Always] covers every token.
	Before int64
	// Until is when the last of these tokens has ended by itself and the mark may
	// be forgotten.
	Until time.Time
}

// Always as [Mark.Before] covers tokens whenever they were issued.
const Always = math.MaxInt64

// Covers reports whether the mark covers what was issued at t.
func (m Mark) Covers(t time.Time) bool { return t.IsZero() || t.Unix() < m.Before }

// merge returns the mark that covers what either does.
func (m Mark) merge(other Mark) Mark {
	m.Before = max(m.Before, other.Before)
	if other.Until.After(m.Until) {
		m.Until = other.Until
	}
	return m
}
