package password_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/password"
)

func ExampleHasher() {
	hasher, err := password.New(password.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	stored, err := hasher.Hash(ctx, "correct horse battery")
	fmt.Println(stored[:30], err)

	outdated, err := hasher.Verify(ctx, "correct horse battery", stored)
	fmt.Println(outdated, err)

	_, wrong := hasher.Verify(ctx, "incorrect horse battery", stored)
	_, unknown := hasher.Verify(ctx, "correct horse battery", "") // no such user
	fmt.Println(errors.Is(wrong, security.ErrInvalidCredentials), wrong.Error() == unknown.Error())
	// Output:
	// $argon2id$v=19$m=19456,t=2,p=1 <nil>
	// false <nil>
	// true true
}

// A hash of an older system is replaced while its password is known.
func ExampleHasher_Verify_upgrade() {
	hasher, err := password.New(password.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	stored := "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"
	outdated, err := hasher.Verify(ctx, "allmine", stored)
	if err != nil {
		fmt.Println(err)
		return
	}
	if outdated {
		if fresh, err := hasher.Hash(ctx, "allmine"); err == nil {
			stored = fresh
		}
	}
	fmt.Println(stored[:9])
	// Output: $argon2id
}

// Everything that is wrong with a config is told at once.
func ExampleNew_incorrect() {
	_, err := password.New(password.Config{Memory: 1024, Queue: -1})
	fmt.Println(err)
	// Output:
	// password: Config: 1024 KiB and 2 passes are too cheap to guess; want Memory of 7168 at least and Memory times Passes of 35840, or DangerouslyWeak in a test
	// password: Config.Queue is -1; want a positive number, or 0 for 16 for each of Concurrency
}

func ExamplePolicy_Check() {
	breached, _ := password.ReadList(strings.NewReader("velvet underground\n"))
	policy, err := password.NewPolicy(password.PolicyConfig{
		MinLength: password.WithSecondFactor,
		Common:    breached.Contains,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"P@ssw0rd123", "Velvet Underground", "alice", "teapots at noon"} {
		err := policy.Check(text, "alice@example.com")
		if err == nil {
			fmt.Println("good")
			continue
		}
		for _, mistake := range problem.From(err).Errors {
			fmt.Println(mistake.Place, mistake.Detail)
		}
	}
	// Output:
	// body.password must not be a password that many people use
	// body.password must not be a password that many people use
	// body.password must have at least 8 characters
	// body.password must not contain your name or that of the service
	// good
}
