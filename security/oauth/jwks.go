package oauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mortise-go/mortise/security"
)

const (
	defaultRefresh  = 10 * time.Minute
	defaultMaxStale = 24 * time.Hour
	defaultCooldown = 30 * time.Second
	maxCooldown     = 24 * time.Hour // from there on times and pauses would overflow sooner or later

	maxJWKSet  = 512 << 10 // octets
	maxWaiting = 128       // requests that wait for keys while there are others
)

// A JWKSConfig says where the keys of an issuer are published and how often they
// are fetched.
type JWKSConfig struct {
	// URL is that of the JWK set (RFC 7517 §5), as the server's metadata has it in
	// jwks_uri. Either URL or Issuer is required.
	URL string

	// Issuer has the URL looked up in the metadata of an issuer, each time that keys
	// are fetched; see [Discover].
	Issuer string

	// Lazy starts without keys: they are fetched in the background, and until they are
	// there tokens are answered 503. Otherwise a failure is an error of NewJWKS.
	Lazy bool

	// RefreshAfter is the age at which keys are fetched anew, in the background while
	// the former ones serve. 0 means 10 min.
	RefreshAfter time.Duration

	// MaxStale is the age up to which keys serve while the server fails; 0 means 24 h.
	// After that tokens are answered 503.
	MaxStale time.Duration

	// Cooldown is the time between two fetches at least, while there are keys; 0 means
	// 30 s, more than a day is an error. A token with an unknown key causes a fetch when
	// it is over, and at other times is refused at once.
	Cooldown time.Duration

	// Connection says how the server is reached.
	Connection Connection
}

func (c JWKSConfig) check() error {
	mistakes := c.Connection.check("JWKSConfig")
	switch {
	case c.URL != "" && c.Issuer != "":
		mistakes = append(mistakes, errors.New("JWKSConfig.URL and Issuer exclude each other; keep the one that the server documents"))
	case c.Issuer != "":
		mistakes = append(mistakes, c.Connection.checkURL("JWKSConfig.Issuer", c.Issuer))
	default:
		mistakes = append(mistakes, c.Connection.checkURL("JWKSConfig.URL", c.URL))
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"RefreshAfter", c.RefreshAfter}, {"MaxStale", c.MaxStale}, {"Cooldown", c.Cooldown}} {
		if d.value < 0 || d.value > 0 && d.value < time.Second {
			mistakes = append(mistakes, fmt.Errorf("JWKSConfig.%s is %v; want a second or more, or 0 for the default", d.name, d.value))
		}
	}
	if c.Cooldown > maxCooldown {
		mistakes = append(mistakes, fmt.Errorf("JWKSConfig.Cooldown is %v; want %v at most, since a new key of the server is not known before", c.Cooldown, maxCooldown))
	}
	if err := errors.Join(mistakes...); err != nil {
		return err
	}
	if c := c.withDefaults(); c.MaxStale < c.RefreshAfter {
		return fmt.Errorf("JWKSConfig.MaxStale is %v, less than RefreshAfter, %v: keys would be gone before they are fetched anew", c.MaxStale, c.RefreshAfter)
	}
	return nil
}

func (c JWKSConfig) withDefaults() JWKSConfig {
	c.RefreshAfter = orDefault(c.RefreshAfter, defaultRefresh)
	c.MaxStale = orDefault(c.MaxStale, defaultMaxStale)
	c.Cooldown = orDefault(c.Cooldown, defaultCooldown)
	return c
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// A JWKS is the set of keys that an authorization server publishes, as it is now:
// a [security.KeySource]. [NewJWKS] makes it. It needs no closing, and is safe for
// concurrent use.
//
// Tokens with a known key never wait for the server. At most one fetch is under way
// at a time, and all others are Cooldown apart. A new set replaces the former one,
// so that a key which the issuer withdraws is gone. Keys that package security does
// not admit are left out and logged.
type JWKS struct {
	config JWKSConfig
	server *server

	current atomic.Pointer[keys]
	next    atomic.Int64 // the earliest time of another fetch, in nanoseconds since 1970

	mu       sync.Mutex
	flight   *flight
	failures int
	absent   absent
}

// keys are a set and when it was fetched.
type keys struct {
	set *security.KeySet
	at  time.Time
}

// flight is a fetch that is under way.
type flight struct {
	done    chan struct{} // closed at the end
	err     error         // set before
	waiting int
}

// await waits for the end of the fetch, or of ctx.
func (f *flight) await(ctx context.Context) error {
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// NewJWKS returns the keys of a config. Without [JWKSConfig.Lazy] it fetches them,
// and an error may be the server's; otherwise it joins everything that is wrong
// with the config.
func NewJWKS(ctx context.Context, c JWKSConfig) (*JWKS, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	j := &JWKS{config: c, server: c.Connection.server("the JWK set", c.URL+c.Issuer)}
	if c.Lazy {
		j.refresh()
		return j, nil
	}
	f, _ := j.join(nil, "")
	if err := f.await(ctx); err != nil {
		return nil, fmt.Errorf("NewJWKS: %w", err)
	}
	if set := j.KeySet(); set.Len() == 0 {
		return nil, fmt.Errorf("NewJWKS: the JWK set at %s holds no key that can be used; the log says why", j.server.url)
	}
	return j, nil
}

// KeySet returns the keys that are known now, nil if there are none that are recent
// enough. It does not wait; it may begin a fetch in the background.
func (j *JWKS) KeySet() *security.KeySet {
	k := j.current.Load()
	if k == nil {
		return nil
	}
	age := time.Since(k.at)
	if age >= j.config.RefreshAfter && time.Now().UnixNano() >= j.next.Load() {
		j.refresh()
	}
	if age >= j.config.MaxStale {
		return nil
	}
	return k.set
}

// refresh begins a fetch, unless one is under way.
func (j *JWKS) refresh() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.flight == nil && time.Now().UnixNano() >= j.next.Load() {
		j.begin()
	}
}

// Missing returns the keys after another look at the server, if one is due: see
// [JWKS]. The error is a 503 with Retry-After.
func (j *JWKS) Missing(ctx context.Context, id string) (*security.KeySet, error) {
	set := j.KeySet()
	f, err := j.join(set, id)
	if f == nil {
		return set, err
	}
	if err := f.await(ctx); err != nil {
		return nil, unavailable(j.wait(), err)
	}
	set = j.KeySet()
	j.remember(set, id)
	return set, nil
}

// join returns the fetch to wait for, or nil if there is none, and then an error if
// that leaves the question open.
func (j *JWKS) join(set *security.KeySet, id string) (*flight, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if set != nil && (holds(set, id) || j.absent.holds(id, time.Now())) {
		return nil, nil
	}
	switch wait := j.wait(); {
	case j.flight != nil && set != nil && j.flight.waiting >= maxWaiting:
		return nil, j.limited(wait, errCrowded)
	case j.flight != nil:
	case wait > 0 && set != nil && j.failures == 0:
		return nil, j.limited(0, nil)
	case wait > 0:
		return nil, j.limited(wait, errPaused)
	default:
		j.begin()
	}
	j.flight.waiting++
	return j.flight, nil
}

var (
	errCrowded = errors.New("too many requests wait for keys")
	errPaused  = errors.New("the JWK set could not be fetched a moment ago")
)

// limited tells of a request that is answered without a fetch; with a cause it is a
// 503.
func (j *JWKS) limited(after time.Duration, cause error) error {
	j.config.Connection.tell(Event{Kind: Limited, Server: j.server.url})
	if cause == nil {
		return nil
	}
	return unavailable(after, cause)
}

// wait returns how long no fetch may begin.
func (j *JWKS) wait() time.Duration { return time.Until(time.Unix(0, j.next.Load())) }

func holds(set *security.KeySet, id string) bool {
	return id != "" && slices.Contains(set.IDs(), id)
}

// remember keeps in mind that the server does not know a key, so that a client that
// goes on sending its token causes no more fetches.
func (j *JWKS) remember(set *security.KeySet, id string) {
	if set == nil || holds(set, id) {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.absent.add(id, time.Now())
}

// begin starts a fetch, which belongs to no request and so ends with none. The
// caller holds the lock.
func (j *JWKS) begin() {
	f := &flight{done: make(chan struct{})}
	j.flight = f
	go func() {
		begun := time.Now()
		set, err := j.fetch(context.Background())
		j.land(f, begun, set, err)
	}()
}

// land ends a fetch.
func (j *JWKS) land(f *flight, begun time.Time, set *security.KeySet, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		j.current.Store(&keys{set, begun})
		j.failures = 0
		j.next.Store(begun.Add(j.config.Cooldown).UnixNano())
	} else {
		j.next.Store(time.Now().Add(j.pause()).UnixNano())
		j.failures++
	}
	f.err = err
	j.flight = nil
	close(f.done)
}

// pause is how long a server that failed is left alone. It doubles with each
// failure: from a second up to the cooldown while there are no keys, from there up
// to ten times that while there are.
func (j *JWKS) pause() time.Duration {
	least, most := time.Second, j.config.Cooldown
	if k := j.current.Load(); k != nil && time.Since(k.at) < j.config.MaxStale {
		least, most = j.config.Cooldown, 10*j.config.Cooldown
	}
	return jitter(min(least<<min(j.failures, 16), most))
}

// fetch asks the server for its keys.
func (j *JWKS) fetch(ctx context.Context) (*security.KeySet, error) {
	s := j.server
	if j.config.Issuer != "" {
		m, err := s.discover(ctx, j.config.Issuer)
		if err != nil {
			return nil, err
		}
		s = s.at(s.name, m.JWKSURI)
	}
	a, err := s.ask(ctx, http.MethodGet, nil, "", form{
		limit: maxJWKSet, types: []string{"application/jwk-set+json", "application/json"}, statuses: []int{http.StatusOK},
	})
	if err != nil {
		return nil, err
	}
	set, refused, err := security.ParseRemoteJWKSet(a.body)
	for _, r := range refused {
		s.log().Warn("a published key is not usable", slog.String("url", s.url), slog.String("error", r.Error()))
		s.tell(Event{Kind: Refused, Server: s.url, Err: r})
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return set, nil
}
