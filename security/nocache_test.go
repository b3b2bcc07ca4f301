package security_test

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/router"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/password"
)

// A bank of passwords that can be changed.
type bank struct {
	hasher *password.Hasher
	mu     sync.Mutex
	hashes map[string]string
}

func (b *bank) set(t *testing.T, user, text string) {
	t.Helper()
	hash, err := b.hasher.Hash(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hashes[user] = hash
}

func (b *bank) verify(ctx context.Context, c security.BasicCredentials) (*user, error) {
	b.mu.Lock()
	hash := b.hashes[c.User]
	b.mu.Unlock()
	if _, err := b.hasher.Verify(ctx, c.Password, hash); err != nil {
		return nil, err
	}
	return &user{Name: c.User}, nil
}

// A74
func TestPasswordsAreVerifiedForEveryRequest(t *testing.T) {
	t.Parallel()
	hasher, err := password.New(password.Config{Memory: 64, Passes: 1, DangerouslyWeak: true, Queue: 64})
	if err != nil {
		t.Fatal(err)
	}
	open := func() (*bank, *router.Router) {
		b := &bank{hasher: hasher, hashes: map[string]string{}}
		return b, newAPI(t, func(api *router.Router) {
			api.Provide(di.Depends(b.verify, security.Basic(security.SchemeConfig{})))
			get(api, "/", me)
		})
	}
	ours, api := open()
	theirs, other := open()
	ours.set(t, "ann", "first")
	ours.set(t, "ab", "c")
	ours.set(t, "a", "b:c")
	theirs.set(t, "ann", "another")
	answers := func(api *router.Router, plain string, want int) {
		t.Helper()
		if got := call(t, api, http.MethodGet, "/", "Authorization: "+basicOf(plain)); got.status != want {
			t.Errorf("%q is answered %d, want %d", plain, got.status, want)
		}
	}
	for range 2 {
		answers(api, "ann:first", 200)
	}
	answers(other, "ann:first", 401) // the same hasher, another server
	answers(other, "ann:another", 200)
	answers(api, "ann:another", 401)

	// What is the same text when user and password are put together is not the same.
	answers(api, "ab:c", 200)
	answers(api, "a:bc", 401)
	answers(api, "a:b:c", 200)
	answers(api, "ab::c", 401)
	ours.set(t, "a:b", "c") // a user whom Basic cannot name
	ours.set(t, "a", "changed")
	answers(api, "a:b:c", 401)

	ours.set(t, "ann", "second")
	answers(api, "ann:first", 401)
	answers(api, "ann:second", 200)
	ours.mu.Lock()
	delete(ours.hashes, "ann")
	ours.mu.Unlock()
	answers(api, "ann:second", 401)

	// Nor is one that is being verified shared with another at the same time.
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			plain, want := "ab:c", 200
			if i%2 == 1 {
				plain, want = "ab:C", 401
			}
			answers(api, plain, want)
		})
	}
	all.Wait()
}
