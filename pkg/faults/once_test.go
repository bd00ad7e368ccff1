package faults

import (
	"slices"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/queue"
)

// TestExactlyOnceWhileWorkersDie sends 10,000 events one to three times each, while the only worker is
// killed every few seconds, and twice at the worst moments. Then everything is delivered again: to two
// workers that have it all, and to two and four that have to write it all at once.
func TestExactlyOnceWhileWorkersDie(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", queue.Limits{})
	_, base := r.ingest()
	const events, senders, requests = 10_000, 16, 700 // a second: the load lasts for a few lives
	load := r.load(base, slices.Values(r.traffic(0).plan(events)), senders, requests, true)

	for _, point := range []string{"before-commit", "after-commit"} {
		w := r.worker("WORKER_FAIL_POINT=" + point)
		eventually(t, liveness, "the worker to die "+point, w.ended)
		if !w.killed() {
			t.Fatalf("the worker ended by %v, want its own kill %s", w.cmd.ProcessState, point)
		}
		r.kills++
	}
	r.killWorkersUntil(load.done)
	last := []*process{r.worker()}
	r.drained()
	r.everyEventAcknowledged(events)
	first := r.verify()

	t.Log("everything again, to two workers that have it all")
	last = append(last, r.worker())
	r.replay(last)
	same(t, first, r.verify())

	t.Log("everything again, to two workers that have nothing")
	r.empty()
	r.replay(last)
	same(t, first, r.verify())

	t.Log("everything again, to four workers that have nothing, and while they write again: packs are with two at once")
	last = append(last, r.worker(), r.worker())
	r.empty()
	r.replayTwice(last)
	same(t, first, r.verify())
}

// killWorkersUntil runs one worker after the other, each for one to three seconds.
func (r *rig) killWorkersUntil(done <-chan struct{}) {
	r.t.Helper()
	for {
		w := r.worker()
		life := time.NewTimer(time.Second + time.Duration(r.random.Int64N(int64(2*time.Second))))
		select {
		case <-life.C:
		case <-done:
			life.Stop()
		}
		if w.ended() {
			r.t.Errorf("a worker ended by itself: %v", w.cmd.ProcessState)
		}
		w.kill()
		r.kills++
		select {
		case <-done:
			return
		default:
		}
	}
}

// everyEventAcknowledged holds the senders to what they promised.
func (r *rig) everyEventAcknowledged(events int) {
	r.t.Helper()
	if got := r.history.totals(); got.events != events || got.acknowledged != events {
		r.t.Errorf("%d events were sent and %d acknowledged, want %d", got.events, got.acknowledged, events)
	}
}
