package faults

import (
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/queue"
)

// TestAStopLosesNothing stops the edge and the worker under load, as every rollout does. The edge answers
// what it has taken; the worker finishes what it has, and leaves nothing that only a timeout would free.
func TestAStopLosesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", queue.Limits{})
	edge, base := r.ingest()
	worker := r.worker().ready()
	load := r.load(base, r.traffic(0).endless(), 16, 300, false)
	for range 3 {
		accepts(r, "the edge to accept")
		hold(t, time.Duration(r.random.Int64N(int64(time.Second))))
		edge.terminate()
		edge, base = r.ingest()
		load.move(base)

		r.writes(worker)
		worker.terminate()
		if _, unacknowledged, err := r.backlog(); err != nil || unacknowledged > 0 {
			t.Errorf("%d packs wait for a timeout after a worker has stopped, %v, want 0", unacknowledged, err)
		}
		worker = r.worker().ready()
	}
	load.stop()
	edge.terminate()
	r.drained()
	worker.terminate()
	r.verify()
}
