package films

import (
	"context"
	"fmt"
)

// A Message is a mail that is to be sent.
type Message struct {
	To      string
	Subject string
	Token   string // empty if there is none in it
}

// A Mailer sends a message.
type Mailer func(ctx context.Context, m Message) error

// Print writes a message to the standard output, in place of a mail.
func Print(_ context.Context, m Message) error {
	_, err := fmt.Printf("mail to %s: %s\n%s\n", m.To, m.Subject, m.Token)
	return err
}
