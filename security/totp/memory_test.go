package totp_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mortise-go/mortise/security/totp"
)

func TestStepsOnlyGoForward(t *testing.T) { // A138
	t.Parallel()
	var s totp.MemoryStore
	for _, tt := range []struct {
		name  string
		step  int64
		fresh bool
	}{
		{"the first", 10, true}, {"the same", 10, false}, {"an older one", 9, false}, {"a newer one", 12, true}, {"one between", 11, false},
	} {
		if fresh, err := s.Use(t.Context(), "1", tt.step, time.Minute); fresh != tt.fresh || err != nil {
			t.Errorf("%s: Use(%d) = %t, %v, want %t", tt.name, tt.step, fresh, err, tt.fresh)
		}
	}
	if fresh, err := s.Use(t.Context(), "2", 0, time.Minute); !fresh || err != nil {
		t.Errorf("step 0 of somebody else: %t, %v, want true", fresh, err)
	}
}

func TestAFullStoreForgetsNothingThatCounts(t *testing.T) { // A140
	t.Parallel()
	c := &clock{now: time.Unix(1_800_000_000, 0)}
	s := &totp.MemoryStore{MaxAccounts: 100, Clock: c.time}
	try := func(account string) (time.Duration, error) {
		return s.Try(t.Context(), account, 1, 15*time.Minute)
	}
	for i := range 100 {
		if _, err := try(strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 1000 {
		if _, err := try("new" + strconv.Itoa(i)); err == nil {
			t.Fatal("a full store takes one more")
		}
		c.move(10 * time.Millisecond)
	}
	if wait, err := try("0"); wait <= 0 || err != nil {
		t.Errorf("an account that has to wait: %v, %v", wait, err)
	}
	if err := s.SetRecovery(t.Context(), "0", nil); err != nil {
		t.Errorf("recovery codes: %v", err)
	}
	c.move(15 * time.Minute)
	if wait, err := try("new"); wait != 0 || err != nil {
		t.Errorf("when the others are no longer remembered: %v, %v", wait, err)
	}
}

func TestAFullStoreTakesNoMoreRecoveryCodes(t *testing.T) {
	t.Parallel()
	s := &totp.MemoryStore{MaxAccounts: 1}
	if err := s.SetRecovery(t.Context(), "1", []string{"a"}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetRecovery(t.Context(), "2", []string{"b"}); err == nil {
		t.Error("a full store takes one more")
	}
	if err := s.SetRecovery(t.Context(), "1", []string{"c"}); err != nil {
		t.Errorf("the one that is there: %v", err)
	}
	if found, err := s.TakeRecovery(t.Context(), "1", "a"); found || err != nil {
		t.Errorf("a digest that was replaced: %t, %v", found, err)
	}
}

func TestTheStoreForgetsWhatNoLongerCounts(t *testing.T) {
	t.Parallel()
	c := &clock{now: time.Unix(1_800_000_000, 0)}
	s := &totp.MemoryStore{MaxAccounts: 300, Clock: c.time}
	for i := range 100_000 { // each is remembered for a minute: 60 at a time
		account := strconv.Itoa(i)
		if _, err := s.Try(t.Context(), account, 5, time.Minute); err != nil {
			t.Fatalf("account %d: %v", i, err)
		}
		if _, err := s.Use(t.Context(), account, int64(i), time.Minute); err != nil {
			t.Fatalf("account %d: %v", i, err)
		}
		c.move(time.Second)
	}
}

func TestTheStoreIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	var s totp.MemoryStore
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range 500 {
				account := strconv.Itoa((i + j) % 200)
				_, err := s.Try(t.Context(), account, 1000, time.Minute)
				if err == nil {
					_, err = s.Use(t.Context(), account, int64(j), time.Minute)
				}
				if err == nil {
					err = s.SetRecovery(t.Context(), account, []string{"a"})
				}
				if err == nil {
					_, err = s.TakeRecovery(t.Context(), account, "a")
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
