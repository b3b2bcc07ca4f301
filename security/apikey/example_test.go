package apikey_test

import (
	"context"
	"fmt"

	"github.com/mortise-go/mortise/problem"
	"github.com/mortise-go/mortise/security"
	"github.com/mortise-go/mortise/security/apikey"
)

//docs:begin lookup

// A row is what the program stores of a key.
type row struct {
	digest apikey.Digest
	holder string
}

// rows stands for a table with a unique column for IDs.
type rows map[string]row

// holder is the dependency of routes that take keys.
func (r rows) holder(_ context.Context, sent security.APIKey) (string, error) {
	id, err := apikey.ID(sent)
	if err != nil {
		return "", err
	}
	found := r[id] // the zero row, which no key matches, if there is none
	return found.holder, found.digest.Verify(sent)
}

//docs:end lookup

func Example() {
	key := apikey.New("blog")
	table := rows{key.ID: {key.Digest, "ann"}}

	holder, err := table.holder(context.Background(), security.APIKey(key.Text))
	fmt.Println(holder, err)

	_, err = table.holder(context.Background(), security.APIKey(apikey.New("blog").Text))
	fmt.Println(problem.From(err).Status)
	// Output:
	// ann <nil>
	// 401
}
