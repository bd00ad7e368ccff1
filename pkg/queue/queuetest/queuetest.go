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

// Eventually polls until done: for what another goroutine or process does. The deadline bounds hanging, not
// slowness.
func Eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	deadline, tick := time.After(30*time.Second), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}

// Drained waits until a consumer has acknowledged every message that its stream holds. A backlog of nothing
// would not say so: it may not count the last messages yet.
func Drained(t testing.TB, q *queue.Queue, stream, consumer string) {
	t.Helper()
	source, err := q.Bind(t.Context(), stream, consumer)
	if err != nil {
		t.Fatal(err)
	}
	Eventually(t, stream+" to drain", func() bool {
		state, stateErr := q.State(t.Context(), stream)
		backlog, err := source.Backlog(t.Context())
		return stateErr == nil && err == nil && backlog.AckFloor >= state.Last && backlog.Pending == 0 && backlog.AckPending == 0
	})
}
