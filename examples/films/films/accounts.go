package films

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/mortise-go/mortise/security/password"
)

// An account is somebody who has signed up.
type account struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Hash     string `json:"hash"`
	Verified bool   `json:"verified"`
}

// accounts holds accounts in memory, and in a file if there is a folder for it.
type accounts struct {
	file   string // empty: memory only
	admin  string
	hasher *password.Hasher

	mu   sync.RWMutex
	byID map[string]account
}

func openAccounts(c Config) (*accounts, error) {
	a := &accounts{admin: folded(c.Admin), hasher: c.Hasher, byID: map[string]account{}}
	if c.Directory == "" {
		return a, nil
	}
	a.file = filepath.Join(c.Directory, "accounts.json")
	text, err := os.ReadFile(a.file)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &a.byID)
	}
	return a, err
}

// folded is how addresses are compared: without regard to case in ASCII. Beyond it,
// letters that are one in lower case are those of two addresses to whoever delivers
// mail, and the owner of one must not be that of the other.
func folded(email string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, email)
}

// role of an account. It says nothing about one that is not verified.
func (a *accounts) role(who account) string {
	if who.Verified && a.admin != "" && folded(who.Email) == a.admin {
		return "admin"
	}
	return "basic"
}

func (a *accounts) find(id string) (account, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	who, found := a.byID[id]
	return who, found
}

func (a *accounts) named(email string) (account, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.namedLocked(email)
}

func (a *accounts) namedLocked(email string) (account, bool) {
	for _, who := range a.byID {
		if folded(who.Email) == folded(email) {
			return who, true
		}
	}
	return account{}, false
}

// add makes an account, unless the address has one: that is returned then. It hashes
// and writes in every case, so that neither the time nor a disk that is full tells.
func (a *accounts) add(ctx context.Context, email, secret string) (who account, added bool, err error) {
	hash, err := a.hasher.Hash(ctx, secret)
	if err != nil {
		return account{}, false, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if who, found := a.namedLocked(email); found {
		return who, false, a.save()
	}
	who = account{ID: rand.Text(), Email: email, Hash: hash}
	return who, true, a.put(who)
}

// change replaces an account by what f makes of it.
func (a *accounts) change(id string, f func(*account)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	who, found := a.byID[id]
	if !found {
		return nil // it has gone meanwhile
	}
	f(&who)
	return a.put(who)
}

// put stores an account. The caller holds the lock. The file is replaced in one
// step, so that a crash leaves the old one or the new one.
func (a *accounts) put(who account) error {
	before, replaced := a.byID[who.ID]
	a.byID[who.ID] = who
	err := a.save()
	switch {
	case err == nil:
	case replaced:
		a.byID[who.ID] = before
	default:
		delete(a.byID, who.ID)
	}
	return err
}

func (a *accounts) save() error {
	if a.file == "" {
		return nil
	}
	text, err := json.Marshal(a.byID)
	if err != nil {
		return err
	}
	if err := os.WriteFile(a.file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(a.file+".new", a.file)
}

// authenticate returns the account with the password. It takes as long and fails
// the same when there is no such account.
func (a *accounts) authenticate(ctx context.Context, email, secret string) (account, error) {
	who, _ := a.named(email)
	_, err := a.hasher.Verify(ctx, secret, who.Hash)
	return who, err
}
