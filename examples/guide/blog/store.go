package blog

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/password"
	"github.com/mortise-go/mortise/security/totp"
)

// User is an account.
type User struct {
	ID       int64
	Username string
	Email    string
	Role     string
	Scopes   []string
	hash     string      // of the password
	secret   totp.Secret // of the authenticator; empty without one
	pending  totp.Secret // of one that is being set up
}

// HasRole reports whether the user has the role.
func (u *User) HasRole(role string) bool { return u.Role == role }

// HasPermission reports whether the user's role has the permission.
func (u *User) HasPermission(permission string) bool {
	return slices.ContainsFunc(permissions(u.Role), func(p string) bool {
		prefix, wildcard := strings.CutSuffix(p, "*")
		return p == permission || wildcard && strings.HasPrefix(permission, prefix)
	})
}

func permissions(role string) []string {
	switch role {
	case "admin":
		return []string{"users:read", "users:write", "users:delete", "posts:*"}
	case "editor":
		return []string{"posts:read", "posts:write"}
	case "viewer", "moderator":
		return []string{"posts:read"}
	}
	return nil
}

// Post is an article of the blog.
type Post struct {
	ID      int64  `json:"id"`
	OwnerID int64  `json:"owner_id"`
	Title   string `json:"title"`
	Body    string `json:"body"`
}

// OwnedBy reports whether the user wrote the post.
func (p *Post) OwnedBy(u *User) bool { return p.OwnerID == u.ID }

// store holds accounts, keys and posts in memory, and what changes of them in a
// file when there is a directory for it.
type store struct {
	file   string // empty: memory only
	hasher *password.Hasher

	mu       sync.RWMutex
	users    map[int64]*User
	posts    map[int64]Post
	lastPost int64

	keys map[[sha256.Size]byte]int64 // by digest, so that no look-up compares keys
}

// openStore makes a store whose passwords are hashed by the hasher.
func openStore(dir string, hasher *password.Hasher) (*store, error) {
	s := &store{
		hasher: hasher,
		users:  map[int64]*User{},
		posts:  map[int64]Post{1: {1, 2, "Bridges", "How Bob builds them."}, 2: {2, 4, "Style", "Notes of an editor."}},
		keys:   map[[sha256.Size]byte]int64{sha256.Sum256([]byte("key123")): 1, sha256.Sum256([]byte("key456")): 2},
	}
	s.lastPost = 2
	if err := s.addUsers(); err != nil {
		return nil, err
	}
	if dir == "" {
		return s, nil
	}
	s.file = filepath.Join(dir, "blog.json")
	return s, s.load()
}

func (s *store) addUsers() error {
	for _, u := range []struct {
		User
		password string
	}{
		{User{ID: 1, Username: "alice", Email: "alice@example.com", Role: "admin", Scopes: []string{"admin:read", "stats:read", "users:delete"}, secret: "JBSWY3DPEHPK3PXP"}, "wonderland-1"},
		{User{ID: 2, Username: "bob", Email: "bob@example.com", Role: "viewer"}, "builder-22"},
		{User{ID: 3, Username: "mona", Email: "mona@example.com", Role: "moderator"}, "moderator-3"},
		{User{ID: 4, Username: "ed", Email: "ed@example.com", Role: "editor"}, "editor-444"},
	} {
		hash, err := s.hasher.Hash(context.Background(), u.password)
		if err != nil {
			return err
		}
		account := u.User
		account.hash = hash
		s.users[account.ID] = &account
	}
	return nil
}

// authenticate returns the user with the password. It takes as long and fails
// the same when there is no such user.
func (s *store) authenticate(ctx context.Context, username, password string) (*User, error) {
	var hash string
	u := s.named(username)
	if u != nil {
		hash = u.hash
	}
	outdated, err := s.hasher.Verify(ctx, password, hash)
	if err != nil {
		return nil, err
	}
	if outdated {
		s.rehash(ctx, u, password)
	}
	return u, nil
}

// rehash replaces a hash that is not made as new ones are. The next login tries
// again if it fails.
func (s *store) rehash(ctx context.Context, u *User, password string) {
	fresh, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return
	}
	_ = s.change(u.ID, func(now *User) {
		if now.hash == u.hash { // nobody has changed it meanwhile
			now.hash = fresh
		}
	})
}

// setHash gives the account of a name a new password.
func (s *store) setHash(username, hash string) error {
	u := s.named(username)
	if u == nil {
		return security.UserNotFound()
	}
	return s.change(u.ID, func(u *User) { u.hash = hash })
}

// subjectOf finds the account of an address.
func (s *store) subjectOf(_ context.Context, address string) (string, error) {
	for _, u := range s.allUsers() {
		if u.Email == address {
			return u.Username, nil
		}
	}
	return "", nil
}

// change replaces an account by a changed one. Whoever has the old one keeps it.
func (s *store) change(id int64, f func(*User)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[id]
	if u == nil {
		return security.UserNotFound()
	}
	changed := *u
	f(&changed)
	s.users[id] = &changed
	err := s.save()
	if err != nil {
		s.users[id] = u
	}
	return err
}

func (s *store) named(username string) *User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, u := range s.users {
		if u.Username == username {
			return u
		}
	}
	return nil
}

func (s *store) user(id int64) *User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.users[id]
}

func (s *store) allUsers() []*User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.SortedFunc(maps.Values(s.users), func(a, b *User) int { return cmp.Compare(a.ID, b.ID) })
}

func (s *store) deleteUser(id int64) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[id]
	if u == nil {
		return false, nil
	}
	delete(s.users, id)
	err := s.save()
	if err != nil {
		s.users[id] = u
	}
	return true, err
}

func (s *store) holder(key string) *User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.users[s.keys[sha256.Sum256([]byte(key))]]
}

func (s *store) post(id int64) *Post {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if p, found := s.posts[id]; found {
		return &p
	}
	return nil
}

func (s *store) allPosts() []Post {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.SortedFunc(maps.Values(s.posts), func(a, b Post) int { return cmp.Compare(a.ID, b.ID) })
}

func (s *store) addPost(p Post) (Post, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastPost++
	p.ID = s.lastPost
	s.posts[p.ID] = p
	return p, s.save()
}

// updatePost changes a post unless it has changed hands or gone since it was
// read.
func (s *store) updatePost(p Post) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, found := s.posts[p.ID]
	if !found || old.OwnerID != p.OwnerID {
		return false, nil
	}
	s.posts[p.ID] = p
	return true, s.save()
}

func (s *store) deletePost(id int64) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, found := s.posts[id]; !found {
		return false, nil
	}
	delete(s.posts, id)
	return true, s.save()
}

// saved is what the file holds.
type saved struct {
	LastPost int64             `json:"last_post"`
	Posts    map[int64]Post    `json:"posts"`
	Accounts map[int64]account `json:"accounts"`
}

// account is what changes of a user. A program that people use encrypts the secret.
type account struct {
	Hash   string `json:"hash"`
	Secret string `json:"secret"`
}

func (s *store) load() error {
	text, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return s.save()
	}
	if err != nil {
		return err
	}
	var was saved
	if err := json.Unmarshal(text, &was); err != nil {
		return err
	}
	s.lastPost, s.posts = was.LastPost, was.Posts
	for id, u := range s.users {
		a, there := was.Accounts[id]
		if !there { // it was deleted
			delete(s.users, id)
			continue
		}
		u.hash, u.secret = a.Hash, totp.Secret(a.Secret)
	}
	return nil
}

// save replaces the file in one step, so that a crash leaves the old one or
// the new one. The caller holds the lock.
func (s *store) save() error {
	if s.file == "" {
		return nil
	}
	accounts := map[int64]account{}
	for id, u := range s.users {
		accounts[id] = account{u.hash, string(u.secret)}
	}
	text, err := json.Marshal(saved{s.lastPost, s.posts, accounts})
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(s.file+".new", s.file)
}
