package main

import (
	"context"
	"errors"
	"flag"
	"strings"
	"testing"
)

func TestTheFlagRedisNamesTheProgramThatHasIt(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), flag.NewFlagSet("guide", flag.ContinueOnError), []string{"-redis", "redis://:hunter2@127.0.0.1:6379/0"})
	if !errors.Is(err, errRedis) || !strings.Contains(err.Error(), "examples/guide-redis") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("run = %v", err)
	}
}

func TestTheGuideServesUntilItIsTold(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := run(ctx, flag.NewFlagSet("guide", flag.ContinueOnError), []string{"-addr", "127.0.0.1:0", "-data", t.TempDir()}); err != nil {
		t.Error(err)
	}
}
