package queue_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/embedded"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

// restartable is a server that can come back at the same address with the same streams.
type restartable struct {
	*embedded.Server
	cfg embedded.Config
}

func startRestartable(t *testing.T) *restartable {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := &restartable{cfg: embedded.Config{Dir: t.TempDir(), Addr: addr, Password: "secret", MaxStore: 1 << 30}}
	r.start(t)
	t.Cleanup(func() { r.Close() })
	return r
}

func (r *restartable) start(t *testing.T) {
	t.Helper()
	s, err := embedded.Start(r.cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.Server = s
}

func TestTheDirectoryServesThroughAnOutageAndCatchesUp(t *testing.T) {
	t.Parallel()
	server := startRestartable(t)
	q := queuetest.Connect(t, server.URL())
	want := map[string]project.Entry{"key.a": {ProjectID: 1}, "key.b": {ProjectID: 2, Origins: []string{"https://b.example"}}}
	if n, err := q.SyncDirectory(t.Context(), want); err != nil || n != 2 {
		t.Fatalf("changed %d, %v, want 2", n, err)
	}
	if n, err := q.SyncDirectory(t.Context(), want); err != nil || n != 0 {
		t.Errorf("the same again changed %d, %v", n, err)
	}
	edge, err := queue.Open(t.Context(), queuetest.Env(t), queue.Config{URL: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(edge.Close)
	watching, stop := context.WithCancel(t.Context())
	directory := edge.WatchDirectory(watching, queuetest.Env(t))
	t.Cleanup(directory.Wait)
	t.Cleanup(stop)
	queuetest.Eventually(t, "the first snapshot", func() bool { return directory.Ready() == nil })
	if e, ok := directory.Lookup("key.b"); !ok || cmp.Diff(e, want["key.b"]) != "" {
		t.Errorf("key.b: %+v, %v", e, ok)
	}
	if _, ok := directory.Lookup("key.unknown"); ok {
		t.Error("an unknown key was found")
	}

	server.Close()
	if _, ok := directory.Lookup("key.a"); !ok {
		t.Error("a key is forgotten while NATS is away")
	}
	server.start(t)
	delete(want, "key.a") // which revokes it
	want["key.c"] = project.Entry{ProjectID: 3}
	queuetest.Eventually(t, "the change to be written", func() bool {
		_, err := q.SyncDirectory(t.Context(), want)
		return err == nil
	})
	queuetest.Eventually(t, "the change to be seen", func() bool {
		a, there := directory.Lookup("key.a")
		_, fresh := directory.Lookup("key.c")
		return there && a.Revoked && fresh
	})
}

func TestPublishFailsFastWhileNATSIsAwayAndWorksAfter(t *testing.T) {
	t.Parallel()
	server := startRestartable(t)
	q := queuetest.Connect(t, server.URL())
	kept := newPack(100)
	publish(t, q, kept)
	server.Close()
	queuetest.Eventually(t, "the loss to be seen", func() bool { return q.Connected() != nil })
	if err := q.Publish(t.Context(), newPack(100)); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	server.start(t)
	queuetest.Eventually(t, "NATS to be back", func() bool { return q.Publish(t.Context(), newPack(100)) == nil })
	if m, err := q.Message(t.Context(), 1); err != nil || m.Pack != kept.ID.String() {
		t.Errorf("the first pack after the restart: %+v, %v", m, err)
	}
}
