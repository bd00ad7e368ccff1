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
	Filtered   int    `json:"filtered"`
	Dead       int    `json:"dead"`
}

// Replay writes the packs from one sequence of EVENTS to another, both included, through a consumer of its
// own that leaves the live workers alone. It returns when each of them is acknowledged; a pack of a newer version
// is an error. progress is told after each batch.
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
	for ctx.Err() == nil {
		deliveries, err := source.Fetch(ctx, queue.Batch{Records: w.cfg.BatchEvents, Bytes: batchBytes, Wait: fetchWait})
		if err == nil {
			err = w.replayBatch(ctx, deliveries, last, &done)
		}
		if err != nil {
			return done, err
		}
		if len(deliveries) > 0 {
			progress(done)
		}
		if len(deliveries) > 0 && deliveries[len(deliveries)-1].Sequence < last {
			continue
		}
		// A pack whose delivery was lost on the way comes again, after those behind it.
		if backlog, err := source.Backlog(ctx); err != nil {
			return done, err
		} else if backlog.AckFloor >= last || backlog.Pending == 0 && backlog.AckPending == 0 {
			return done, nil // pending none before last: the rest was purged from behind us
		}
	}
	return done, fmt.Errorf("replay: %w", ctx.Err())
}

// replayBatch writes what of the deliveries lies in the range and adds to done what became of it. What lies
// behind the range is acknowledged: nobody else uses this consumer.
func (w *Worker) replayBatch(ctx context.Context, deliveries []queue.Delivery, last uint64, done *Replayed) (err error) {
	var inside []queue.Delivery
	for _, d := range deliveries {
		if d.Sequence <= last {
			inside = append(inside, d)
		} else if err := d.Ack(); err != nil {
			return err
		}
	}
	for len(inside) > 0 {
		var work *work
		if work, inside, err = w.decode(ctx, inside); err != nil {
			return err
		}
		if p := w.newer.Load(); p != nil {
			return p.err
		}
		work.batch.Careful = true
		result, err := w.finish(ctx, work)
		if err != nil {
			return err
		}
		done.Packs += uint64(len(work.deliveries))
		done.Stored, done.Duplicates = done.Stored+result.Stored, done.Duplicates+result.Duplicates
		done.Filtered, done.Dead = done.Filtered+result.Filtered, done.Dead+result.Dead
	}
	return nil
}
