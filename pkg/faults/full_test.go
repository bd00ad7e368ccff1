package faults

import (
	"testing"

	"github.com/trivetlabs/trivet/pkg/queue"
)

// TestStreamFullIsRelieved fills a tiny stream without a worker. Packs that nobody has written are never
// given up for new ones: clients are told 503, until a worker has written them and its janitor purged them.
func TestStreamFullIsRelieved(t *testing.T) {
	t.Parallel()
	const full = "503 full"
	r := newRig(t, "", queue.Limits{MaxBytes: 2 << 20})
	_, base := r.ingest()
	fill := r.load(base, r.traffic(8<<10).endless(), 8, 300, false)
	eventually(t, liveness, "clients to be told that the queue is full", func() bool { return r.history.answer(full) > 20 })
	fill.stop()
	filled, err := r.q.State(t.Context(), queue.Events)
	if err != nil {
		t.Fatal(err)
	}

	r.worker().ready()
	again := r.load(base, r.traffic(0).endless(), 2, 5, false)
	eventually(t, 2*liveness, "the janitor to purge what is written", func() bool {
		state, err := r.q.State(t.Context(), queue.Events)
		return err == nil && state.First > filled.First
	})
	accepts(r, "the edge to accept again by itself")
	again.stop()
	r.drained()
	r.verify()
	t.Logf("%d packs of %d bytes filled the stream, of which it may hold %d", filled.Messages, filled.Bytes, filled.MaxBytes)
}
