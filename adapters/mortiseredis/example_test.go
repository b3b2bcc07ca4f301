package mortiseredis_test

import (
	"fmt"
	"time"

	"github.com/mortise-go/mortise/adapters/mortiseredis"
	"github.com/mortise-go/mortise/ratelimit"
)

// Nothing here connects yet: the first request does.
func Example() {
	//docs:begin redis
	client, err := mortiseredis.Open("redis://127.0.0.1:6379/0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	shared, err := mortiseredis.New(client, mortiseredis.Config{Prefix: "blog:"})
	if err != nil {
		fmt.Println(err)
		return
	}
	limiter, err := ratelimit.New(ratelimit.Config{
		Policies:  []ratelimit.Policy{{Quota: 100, Window: time.Hour}},
		Store:     shared.Limits(),
		OnFailure: ratelimit.FailLocal, // while the server is gone, each process counts by itself
	})
	//docs:end redis
	fmt.Println(limiter != nil, err)
	// Output: true <nil>
}
