package worker

import (
	"context"
	"errors"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
)

// Times and bounds of a pipeline.
const (
	// fetchWait is how long a pull waits for the first pack; a stop waits no longer than that either.
	fetchWait = time.Second
	// batchBytes bounds the compressed packs of a batch; they inflate to about five times that.
	batchBytes = 4 << 20
	// giveUp is when a batch that can't be written is let go, unacknowledged, so that no second worker
	// gets it while this one still tries.
	giveUp = queue.AckWait / 2
	// stopGrace is what a batch in hand gets to be committed after the stop signal.
	stopGrace = 20 * time.Second

	// lookTimeout leaves time for a new connection, and for one of the pool to come free.
	lookTimeout = 10 * time.Second

	minBackoff = 250 * time.Millisecond
	maxBackoff = 5 * time.Second
)

// pipe fetches and handles batches of one consumer until ctx ends. Nothing but ctx ends it: what is
// missing may come, what is broken may be mended, and the stream keeps everything meanwhile.
func (w *Worker) pipe(ctx context.Context, stream, consumer string, handle func(context.Context, []queue.Delivery) error) error {
	var backoff time.Duration
	for ctx.Err() == nil {
		err := w.drain(ctx, stream, consumer, handle, func() { backoff = 0 })
		if ctx.Err() == nil {
			backoff = min(max(2*backoff, minBackoff), maxBackoff)
			w.log.Warn().Err(err).Str("stream", stream).Dur("retry_in", backoff).Msg("can't take packs; trying again")
			sleep(ctx, backoff)
		}
	}
	return nil
}

// drain binds to the consumer and works until something fails.
func (w *Worker) drain(ctx context.Context, stream, consumer string, handle func(context.Context, []queue.Delivery) error, progress func()) error {
	if err := w.prepare(ctx); err != nil {
		return err
	}
	if err := w.q.WaitConnected(ctx); err != nil {
		return err
	}
	source, err := w.q.Bind(ctx, stream, consumer)
	if err != nil {
		return err
	}
	if stream == queue.Events {
		w.bound.Add(1)
		defer w.bound.Add(-1)
	}
	for ctx.Err() == nil {
		started := w.now()
		batch, err := source.Fetch(ctx, queue.Batch{Records: w.cfg.BatchEvents, Bytes: batchBytes, Wait: fetchWait})
		if len(batch) > 0 {
			// Write also what came before an error: it waits for nobody else.
			if err := w.inHand(ctx, batch, handle); err != nil {
				return err
			}
			if err := source.Flush(context.WithoutCancel(ctx)); err != nil {
				return err
			}
		}
		if err == nil && len(batch) == 0 {
			err = w.look(ctx)
		}
		if err != nil {
			return err
		}
		progress()
		if len(batch) > 0 && records(batch) < w.cfg.BatchEvents {
			sleep(ctx, w.cfg.Pace-w.now().Sub(started))
		}
	}
	return nil
}

func records(batch []queue.Delivery) (n int) {
	for _, d := range batch {
		n += d.Records
	}
	return n
}

// look asks a database of which nothing was wanted whether it is there: an idle worker, too, must tell that
// it is away.
func (w *Worker) look(ctx context.Context) error {
	asking, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	err := w.db.Ping(asking)
	if err != nil && ctx.Err() == nil {
		w.database.Store(&problem{err}) // until prepare, which comes next, has found it again
	}
	return err
}

// inHand handles a batch; a stop signal leaves it a while to be committed.
func (w *Worker) inHand(ctx context.Context, batch []queue.Delivery, handle func(context.Context, []queue.Delivery) error) error {
	handling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(stopGrace, cancel) })
	defer stop()
	return handle(handling, batch)
}

// prepare makes the partitions before the first batch, and again when a day is missing, and sees to it that no event
// is read without the settings of its project.
func (w *Worker) prepare(ctx context.Context) error {
	made, err := w.db.EnsurePartitions(ctx, event.DayOf(w.now()))
	if err != nil {
		w.database.Store(&problem{err})
		return err
	}
	if !w.prepared.Load() {
		if err := w.loadSettings(ctx); err != nil {
			w.database.Store(&problem{err})
			return err
		}
	}
	w.database.Store(nil)
	w.prepared.Store(true)
	if made > 0 {
		w.log.Info().Int("partitions", made).Msg("partitions made")
	}
	return nil
}

// errGaveUp means that a batch was let go unwritten; it comes again.
var errGaveUp = errors.New("the batch could not be written and is left to be delivered again")

// sleep returns after d or when ctx ends; at once for no time.
func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
