package faults

import (
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/queue"
)

// TestNothingAcknowledgedIsLostWhenNATSDies kills the queue under load: what it confirmed it has on disk.
func TestNothingAcknowledgedIsLostWhenNATSDies(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", queue.Limits{})
	_, base := r.ingest()
	r.worker().ready()
	load := r.load(base, r.traffic(0).endless(), 16, 400, false)
	for range 4 {
		accepts(r, "the edge to accept")
		hold(t, time.Duration(r.random.Int64N(int64(2*time.Second)))) // killed in the midst of it
		r.nats.process.kill()
		r.kills++
		hold(t, time.Duration(r.random.Int64N(int64(4*time.Second)))) // longer than clients wait, or not
		r.nats.start()
	}
	accepts(r, "the edge to accept after the last kill")
	load.stop()
	r.drained()
	r.verify()
}

// accepts waits until the edge accepts more than it had accepted.
func accepts(r *rig, what string) {
	r.t.Helper()
	before := r.history.answer(accepted)
	eventually(r.t, liveness, what, func() bool { return r.history.answer(accepted) > before+20 })
}

// maxMemory is far over what an edge needs at rest and under what 64 clients could fill: 64 bodies,
// inflated, in records and in packs, again and again.
const maxMemory = 200 << 20

// TestNATSAwayIsA503ThatPagesCanRead stops the queue. That each refusal can be read by a page, and has a
// Retry-After exactly where clients understand it, the senders check of every answer.
func TestNATSAwayIsA503ThatPagesCanRead(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", queue.Limits{})
	edge, base := r.ingest()
	before := r.load(base, r.traffic(0).endless(), 4, 100, false)
	accepts(r, "the edge to accept")
	before.stop()

	r.nats.stop()
	refused := r.load(base, r.traffic(0).endless(), 4, 100, false)
	for _, native := range []bool{false, true} {
		eventually(t, 10*time.Second, "clients to be told 503", func() bool { return r.history.unavailable(native) > 0 })
	}
	refused.stop()

	hammer := r.load(base, r.traffic(300<<10).endless(), 64, 150, false)
	var most float64
	watch := time.NewTimer(8 * time.Second)
	defer watch.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for watching := true; watching; {
		select {
		case <-watch.C:
			watching = false
		case <-tick.C:
			most = max(most, edge.metric("process_resident_memory_bytes"))
		}
	}
	hammer.stop()
	t.Logf("64 senders of 300 KiB each without a queue: the edge took %.0f MiB at most", most/(1<<20))
	if most == 0 || most > maxMemory {
		t.Errorf("the edge took %.0f bytes, want at most %d", most, maxMemory)
	}

	r.nats.start()
	again := r.load(base, r.traffic(0).endless(), 4, 100, false)
	accepts(r, "the edge to accept again by itself")
	again.stop()
	r.worker()
	r.drained()
	r.verify()
}
