package embedded

import (
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// TestEveryWriteIsSynced looks at the one setting on which "durable before 2xx" rests.
func TestEveryWriteIsSynced(t *testing.T) {
	t.Parallel()
	s, err := Start(Config{Dir: t.TempDir(), Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	jsz, err := s.nats.Jsz(&server.JSzOptions{Config: true})
	if err != nil || !jsz.Config.SyncAlways {
		t.Errorf("sync always: %v, %v", jsz != nil && jsz.Config.SyncAlways, err)
	}
	if nc, err := nats.Connect("nats://" + s.nats.Addr().String()); err == nil {
		nc.Close()
		t.Error("the server lets in whoever has no password")
	}
}

func TestAWrongAddressIsSaid(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"nowhere", "127.0.0.1:x"} {
		if _, err := Start(Config{Dir: t.TempDir(), Addr: addr}); err == nil {
			t.Errorf("%s was taken", addr)
		}
	}
}

func TestARestartKeepsAddressAndStreams(t *testing.T) {
	t.Parallel()
	s, err := Start(Config{Dir: t.TempDir(), Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	url := s.URL()
	if err := s.Healthy(); err != nil {
		t.Error(err)
	}
	if err := s.Restart(); err != nil || s.URL() != url {
		t.Errorf("%v, address %s, want %s", err, s.URL(), url)
	}
	if err := s.Healthy(); err != nil {
		t.Error(err)
	}
}
