package command_test

import (
	"flag"
	"testing"

	"github.com/mortise-go/mortise/examples/guide/blog"
	"github.com/mortise-go/mortise/examples/guide/command"
)

// S246
func TestProductionNeedsASecret(t *testing.T) {
	t.Parallel()
	if _, err := command.SecretKey("", true); err == nil {
		t.Error("production started without a secret")
	}
	if _, err := blog.New(blog.Config{Secret: []byte("short")}); err == nil {
		t.Error("a short secret was accepted")
	}
	if s, err := command.SecretKey("", false); err != nil || len(s) < 32 {
		t.Errorf("a secret for this run: %d bytes, %v", len(s), err)
	}
}

func TestFlagsBecomeOptions(t *testing.T) {
	t.Parallel()
	o, err := command.Parse(flag.NewFlagSet("guide", flag.ContinueOnError), []string{"-addr", "127.0.0.1:0", "-data", "/d", "-redis", "redis://r", "-trusted-proxies", "10.0.0.0/8,::1"})
	if err != nil || o.Addr != "127.0.0.1:0" || o.Redis != "redis://r" || o.Config.Directory != "/d" || len(o.Config.TrustedProxies) != 2 || len(o.Config.Secret) < 32 {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err = command.Parse(flag.NewFlagSet("guide", flag.ContinueOnError), nil); err != nil || o.Redis != "" || len(o.Config.TrustedProxies) != 0 {
		t.Errorf("%+v, %v", o, err)
	}
}
