package blog

import (
	"errors"
	"path/filepath"

	"github.com/mortise-go/mortise/ratelimit"
	"github.com/mortise-go/mortise/security/reset"
	"github.com/mortise-go/mortise/security/session"
	"github.com/mortise-go/mortise/security/token"
	"github.com/mortise-go/mortise/security/totp"
)

// Stores keep what several processes of a blog have to know of each other. Give
// all of them or none: without Tokens they are logs in Config.Directory, and
// limits are in memory.
type Stores struct {
	// Limits counts requests. Nil means that each process counts by itself.
	Limits ratelimit.Store

	// Tokens remembers revoked tokens, and which refresh token comes next.
	Tokens interface {
		token.Store
		token.FamilyStore
	}

	// Sessions keeps the sessions of browsers.
	Sessions session.Store

	// Resets keeps what was sent by mail.
	Resets reset.Store

	// Codes remembers one-time codes that were used, and recovery codes.
	Codes interface {
		totp.Store
		totp.RecoveryStore
	}

	// Close is called by [Blog.Close]. Nil is fine.
	Close func() error
}

// memoryStores last as long as the process.
func memoryStores() Stores {
	return Stores{
		Tokens:   token.NewMemory(nil),
		Sessions: session.NewMemory(session.MemoryConfig{}),
		Resets:   reset.NewMemory(nil),
		Codes:    &totp.MemoryStore{},
	}
}

// openStores opens the logs of a directory.
func openStores(dir string) (s Stores, err error) {
	var open []func() error
	s.Close = func() error {
		var errs []error
		for _, c := range open {
			errs = append(errs, c())
		}
		return errors.Join(errs...)
	}
	tokens, err := token.OpenLog(filepath.Join(dir, "tokens.log"), nil)
	if err != nil {
		return s, err
	}
	open = append(open, tokens.Close)
	sessions, err := session.OpenLog(filepath.Join(dir, "sessions.log"), session.MemoryConfig{})
	if err != nil {
		return s, errors.Join(err, s.Close())
	}
	open = append(open, sessions.Close)
	resets, err := reset.OpenLog(filepath.Join(dir, "resets.log"), nil)
	if err != nil {
		return s, errors.Join(err, s.Close())
	}
	open = append(open, resets.Close)
	codes, err := totp.OpenLog(filepath.Join(dir, "codes.log"), nil)
	if err != nil {
		return s, errors.Join(err, s.Close())
	}
	open = append(open, codes.Close)
	s.Tokens, s.Sessions, s.Resets, s.Codes = tokens, sessions, resets, codes
	return s, nil
}

// stores are those of the config, or whatever there is otherwise.
func (c Config) stores() (Stores, error) {
	s := c.Stores
	var err error
	switch {
	case s.Tokens != nil && s.Sessions != nil && s.Resets != nil && s.Codes != nil:
	case s.Tokens != nil || s.Sessions != nil || s.Resets != nil || s.Codes != nil:
		return s, errors.New("blog: Config.Stores has some stores and not others; give Tokens, Sessions, Resets and Codes, or none of them")
	case c.Directory != "":
		limits := s.Limits
		s, err = openStores(c.Directory)
		s.Limits = limits
	default:
		limits := s.Limits
		s = memoryStores()
		s.Limits = limits
	}
	if s.Close == nil {
		s.Close = func() error { return nil }
	}
	return s, err
}
