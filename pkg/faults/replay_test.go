package faults

import (
	"context"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/queue"
)

// TestWorkersAtOnceNeverDeadlock has four workers write the same events at the same time, some of them in
// different packs of theirs and many packs with two of them, again and again. verify looks for deadlocks.
func TestWorkersAtOnceNeverDeadlock(t *testing.T) {
	t.Parallel()
	r := newRig(t, "", queue.Limits{})
	_, base := r.ingest()
	const events, rounds = 4000, 5
	<-r.load(base, slices.Values(r.traffic(0).plan(events)), 16, 1500, true).done
	r.everyEventAcknowledged(events)
	workers := []*process{r.worker(), r.worker(), r.worker(), r.worker()}
	r.drained()
	first := r.verify()
	for range rounds {
		r.empty()
		r.replayTwice(workers)
		same(t, first, r.verify())
	}
}

// replayTwice has everything delivered again and, while it is written, once more: what is under way comes
// to a second worker.
func (r *rig) replayTwice(workers []*process) {
	r.t.Helper()
	for _, w := range workers {
		w.ready()
	}
	before := written(workers)
	r.reset()
	eventually(r.t, liveness, "the workers to write some packs", func() bool { return written(workers) > before+50 })
	r.replay(workers)
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
		trivet.issue_hours, trivet.issue_users, trivet.project_minutes, trivet.drops, trivet.filtered_samples, trivet.release_hours,
		trivet.session_marks, trivet.attachments, trivet.words, trivet.issue_words, trivet.issue_texts, trivet.releases, trivet.project_users, trivet.field_counts`); err != nil {
		r.t.Fatal(err)
	}
}

// same fails the test when two states of the tables differ in their sums. Which of several sendings became
// the row may differ, and with it an hour or a minute.
func same(t *testing.T, want, got *tables) {
	t.Helper()
	sums := func(f *tables) [10]int64 {
		var users int64
		for _, i := range f.issues {
			users += i.users
		}
		return [10]int64{
			int64(len(f.rows)), int64(len(f.issues)), users, f.duplicates, f.packed,
			f.filtered, int64(len(f.files)), f.sessions, f.errored, f.crashed,
		}
	}
	if sums(want) != sums(got) {
		t.Errorf("rows, issues, users, duplicates, packed, filtered, files, sessions, errored and crashed: got %v, want %v", sums(got), sums(want))
	}
}
