package reset_test

import (
	"context"
	"fmt"

	"github.com/mortise-go/mortise/security/reset"
)

func Example() {
	sent := make(chan reset.Message, 1)
	resets, err := reset.New(reset.Config{
		Store: reset.NewMemory(nil),
		Find: func(_ context.Context, address string) (string, error) {
			return map[string]string{"ada@example.com": "ada"}[address], nil
		},
		Send: func(_ context.Context, m reset.Message) error { sent <- m; return nil },
		Link: "https://app.example.com/reset",
		Enders: []reset.Ender{reset.EnderFunc(func(_ context.Context, subject string) error {
			fmt.Println("all sessions of", subject, "end")
			return nil
		})},
	})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	defer func() { _ = resets.Close(ctx) }()

	fmt.Println(resets.Request(ctx, "nobody@example.com"), resets.Request(ctx, "ada@example.com"))
	message := <-sent
	fmt.Println("to", message.To, "with", message.Token)

	setPassword := func(_ context.Context, t reset.Ticket) error {
		fmt.Println("a new password for", t.Subject)
		return nil
	}
	fmt.Println(resets.Redeem(ctx, string(message.Token), setPassword))
	fmt.Println(resets.Redeem(ctx, string(message.Token), setPassword) != nil)
	// Output:
	// <nil> <nil>
	// to ada@example.com with [redacted]
	// all sessions of ada end
	// a new password for ada
	// all sessions of ada end
	// <nil>
	// true
}
