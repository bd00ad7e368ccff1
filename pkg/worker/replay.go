package worker

import (
	"context"
	"fmt"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
)

// DefaultRetentionDays is the default of WORKER_RETENTION_DAYS.
const DefaultRetentionDays = 90

// Replayed is what a replay has done so far.
type Replayed struct {
	Packs      uint64 `json:"packs"`
	Stored     int    `json:"stored"`
	Duplicates int    `json:"duplicates"`
	Dead       int    `json:"dead"`
}

// Replay writes the packs from one sequence of EVENTS to another, both included, through a consumer of its
// own that leaves the live workers alone. progress is told after each batch.
func (w *Worker) Replay(ctx context.Context, first, last uint64, progress func(Replayed)) (done Replayed, err error) {
	if err := w.prepare(ctx); err != nil {
		return done, err
	}
	name := "replay-" + event.NewID(w.now()).String()
	if err := w.q.AddReplay(ctx, name, first); err != nil {
		return done, err
	}
	defer func() {
		cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if removeErr := w.q.RemoveReplay(cleanup, name); removeErr != nil {
			w.log.Warn().Err(removeErr).Msg("consumer of the replay is left; it goes away by itself in a day")
		}
	}()
	source, err := w.q.Bind(ctx, queue.Events, name)
	if err != nil {
		return done, err
	}
	for seen := first - 1; seen < last && ctx.Err() == nil; {
		deliveries, err := source.Fetch(ctx, queue.Batch{Records: w.cfg.BatchEvents, Bytes: batchBytes, Wait: fetchWait})
		if err != nil {
			return done, err
		}
		if len(deliveries) == 0 { // purged from behind us: nothing more will come
			return done, nil
		}
		for i, d := range deliveries {
			if d.Sequence > last {
				deliveries = deliveries[:i]
				break
			}
		}
		if len(deliveries) == 0 {
			return done, nil
		}
		work := w.decode(deliveries)
		work.batch.Careful = true
		result, err := w.finish(ctx, work)
		if err != nil {
			return done, err
		}
		seen = deliveries[len(deliveries)-1].Sequence
		done.Packs += uint64(len(deliveries))
		done.Stored, done.Duplicates, done.Dead = done.Stored+result.Stored, done.Duplicates+result.Duplicates, done.Dead+result.Dead
		progress(done)
	}
	if err := ctx.Err(); err != nil {
		return done, fmt.Errorf("replay: %w", err)
	}
	return done, nil
}
