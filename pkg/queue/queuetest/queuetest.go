// Package queuetest opens a real queue for a test.
package queuetest

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/embedded"
	"github.com/trivetlabs/trivet/pkg/service"
)

// Env returns an Env with a registry of its own that logs to the test.
func Env(t testing.TB) service.Env {
	t.Helper()
	return service.Env{
		Log:     zerolog.New(io.Discard),
		Metrics: prometheus.NewRegistry(),
		Health:  service.NewHealth(),
	}
}

// Start runs a NATS server for the test and returns it.
func Start(t testing.TB) *embedded.Server {
	t.Helper()
	s, err := embedded.Start(embedded.Config{Dir: t.TempDir(), MaxStore: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Open returns a provisioned queue on a server of its own.
func Open(t testing.TB) *queue.Queue {
	t.Helper()
	return Connect(t, Start(t).URL())
}

// Connect returns a provisioned queue on the server at url.
func Connect(t testing.TB, url string) *queue.Queue {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	q, err := queue.Open(ctx, Env(t), queue.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	if err := q.Provision(ctx, queue.Limits{MaxBytes: 256 << 20}); err != nil {
		t.Fatal(err)
	}
	return q
}
