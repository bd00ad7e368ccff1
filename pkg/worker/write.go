package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/store"
)

// Write commits the events of a batch of packs, in one transaction unless they inflate to a lot, buries those
// that can't be written, and acknowledges the packs. nil means that every pack was dealt with or left to come
// again; after an error the packs of the transaction that failed, and those behind it, come again.
func (w *Worker) Write(ctx context.Context, deliveries []queue.Delivery) error {
	for len(deliveries) > 0 {
		var work *work
		var err error
		if work, deliveries, err = w.decode(ctx, deliveries); err != nil {
			return err
		}
		if len(work.deliveries) == 0 {
			continue
		}
		if _, err := w.finish(ctx, work); err != nil {
			return err
		}
	}
	return nil
}

// finish takes decoded work through commit, burial and acknowledgement, in this order.
func (w *Worker) finish(ctx context.Context, work *work) (store.Result, error) {
	start := w.now()
	result, err := w.commit(ctx, work)
	if err != nil {
		return result, err
	}
	w.fail.hit(afterCommit)
	w.tell(work)
	for _, letter := range work.letters {
		if err := w.q.Bury(ctx, letter); err != nil {
			return result, fmt.Errorf("bury event: %w", err) // its pack comes again, and so does this
		}
		w.log.Warn().Int64("project_id", letter.Project).Stringer("event_id", letter.EventID).
			Str("reason", letter.Reason).Msg("event can't be written; it lies in the dead letters")
	}
	for _, d := range work.deliveries {
		if err := d.Ack(); err != nil {
			return result, err
		}
	}
	w.metrics.wrote(result, work, w.now().Sub(start))
	return result, nil
}

// commit writes the batch until it is written. What Postgres refuses for good is found, marked dead and
// buried; everything else is tried again, up to giveUp.
func (w *Worker) commit(ctx context.Context, work *work) (store.Result, error) {
	started := w.now()
	work.batch.BeforeCommit = func() { w.fail.hit(beforeCommit) }
	for backoff := minBackoff; ; backoff = min(2*backoff, maxBackoff) {
		result, err := w.db.Write(ctx, &work.batch)
		if err == nil {
			w.database.Store(nil)
			if result.Duplicates == 0 { // one that was there may be there under an earlier grouping
				w.known.wrote(work.batch.Rows)
			}
			return result, nil
		}
		if errors.Is(err, store.ErrRejected) {
			if err = w.condemn(ctx, work, err); err == nil {
				continue
			}
		}
		w.metrics.retries.Inc()
		w.database.Store(&problem{err})
		if ctx.Err() != nil || w.now().Sub(started)+backoff > giveUp {
			return store.Result{}, errors.Join(errGaveUp, err)
		}
		w.log.Warn().Err(err).Int("events", len(work.batch.Rows)).Dur("retry_in", backoff).Msg("batch not written; trying again")
		sleep(ctx, backoff)
		work.batch.Careful = true // it may have been committed all the same
		if err := w.prepare(ctx); err != nil {
			w.log.Debug().Err(err).Msg("database is still away")
		}
	}
}

// condemn marks the rows that Postgres refuses, and leaves out the sidecars: what came beside events must never keep
// them from being written.
func (w *Worker) condemn(ctx context.Context, work *work, cause error) error {
	rows, sidecars, err := w.db.Bad(ctx, &work.batch)
	if err != nil {
		return err
	}
	if len(rows)+len(sidecars) == 0 && len(work.batch.Sidecars) == 0 {
		return fmt.Errorf("no row alone is refused: %w", cause)
	}
	for _, i := range rows {
		r := &work.batch.Rows[i]
		work.bury(r, reasonRejected, cause)
		r.Outcome = store.Dead
	}
	all := len(rows)+len(sidecars) == 0 // only together: nobody can tell which
	kept := work.batch.Sidecars[:0:0]
	for i := range work.batch.Sidecars {
		if a := &work.batch.Sidecars[i]; all || slices.Contains(sidecars, i) {
			work.reject(a)
		} else {
			kept = append(kept, *a)
		}
	}
	if n := len(work.batch.Sidecars) - len(kept); n > 0 {
		w.log.Error().Err(cause).Int("sidecars", n).Msg("what came beside events is refused by the database and left out")
	}
	work.batch.Sidecars = kept
	return nil
}

// Retry writes dead letters that an operator has offered again, with today's code. What fails a second time
// is dropped from this round and stays in the stream as it was. One that can't be written now holds up no
// other, unless the database is away.
func (w *Worker) Retry(ctx context.Context, deliveries []queue.Delivery) error {
	var failed error
	for _, d := range deliveries {
		if err := w.retry(ctx, d); err != nil {
			failed = errors.Join(failed, err)
			if ctx.Err() != nil || w.db.Ping(ctx) != nil {
				break
			}
		}
	}
	return failed
}

// Again is Retry for single dead letters that somebody asked for. One that is gone is done.
func (w *Worker) Again(ctx context.Context, deliveries []queue.Delivery) error {
	letters := deliveries[:0]
	for _, d := range deliveries {
		letter, err := w.q.Asked(ctx, d)
		switch {
		case errors.Is(err, queue.ErrNoMessage):
			if err := d.Ack(); err != nil {
				return err
			}
			continue
		case err != nil:
			return err
		}
		d.Body = letter.Record
		letters = append(letters, d)
	}
	return w.Retry(ctx, letters)
}

func (w *Worker) retry(ctx context.Context, d queue.Delivery) error {
	work, err := w.decodeLetter(ctx, d)
	if err != nil {
		return err
	}
	if len(work.letters) == 0 {
		if _, err := w.commit(ctx, work); err != nil {
			return err
		}
		w.tell(work)
	}
	if len(work.letters) > 0 {
		return d.Drop("failed again: " + work.letters[0].Reason)
	}
	w.metrics.events.WithLabelValues("retried").Inc()
	return d.Ack()
}

// lag is how long the oldest record of a batch took from the edge to the tables.
func (w *work) lag(now time.Time) time.Duration {
	var lag time.Duration
	for i := range w.batch.Rows {
		lag = max(lag, now.Sub(w.batch.Rows[i].Received))
	}
	return lag
}
