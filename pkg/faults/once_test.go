package faults

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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
	for _, w := range last {
		w.ready()
	}
	r.empty()
	before := written(last)
	r.reset()
	eventually(t, liveness, "the workers to write some packs", func() bool { return written(last) > before+100 })
	r.replay(last)
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

// replay has everything delivered again and waits until the workers have written it.
func (r *rig) replay(workers []*process) {
	r.t.Helper()
	for _, w := range workers {
		w.ready()
	}
	before := written(workers)
	r.reset()
	r.drained()
	state, err := r.q.State(r.t.Context(), queue.Events)
	if err != nil {
		r.t.Fatal(err)
	}
	if again := written(workers) - before; again < float64(state.Messages) {
		r.t.Errorf("%v packs were written again, want all %d", again, state.Messages)
	}
}

// reset sets the workers back to the first pack, as `nats consumer reset EVENTS workers` does.
func (r *rig) reset() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), liveness)
	defer cancel()
	if err := r.q.ReplayFrom(ctx, 1); err != nil {
		r.t.Fatal(err)
	}
}

// written is how many packs workers have written, counting each time.
func written(workers []*process) (sum float64) {
	for _, w := range workers {
		sum += w.metric("worker_packs_total")
	}
	return sum
}

// empty loses all that workers wrote, as a restored backup would.
func (r *rig) empty() {
	r.t.Helper()
	conn, err := pgx.Connect(r.t.Context(), r.database)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(r.t.Context())) }()
	if _, err := conn.Exec(r.t.Context(), `truncate trivet.events, trivet.blocks, trivet.packs, trivet.issues, trivet.issue_fingerprints,
		trivet.issue_hours, trivet.issue_users, trivet.project_minutes`); err != nil {
		r.t.Fatal(err)
	}
}

// same fails the test when two states of the tables differ in their sums. Which of several sendings became
// the row may differ, and with it an hour or a minute.
func same(t *testing.T, want, got *tables) {
	t.Helper()
	sums := func(f *tables) [5]int64 {
		var users int64
		for _, i := range f.issues {
			users += i.users
		}
		return [5]int64{int64(len(f.rows)), int64(len(f.issues)), users, f.duplicates, f.packed}
	}
	if sums(want) != sums(got) {
		t.Errorf("rows, issues, users, duplicates and packed: got %v, want %v", sums(got), sums(want))
	}
}
