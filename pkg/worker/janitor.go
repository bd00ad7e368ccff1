package worker

import (
	"context"
	"fmt"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// How often housekeeping is due; only one worker at a time does it. A full stream refuses every client, and
// a small one fills in seconds: relief has a pace of its own.
const (
	janitorEvery = time.Minute
	relieveEvery = 5 * time.Second
	countsEvery  = 30 * time.Second // also bounds how much readers of counts have to add up
)

// Tasks of the janitor, as its metric calls them.
const (
	taskPartitions = "partitions"
	taskRetention  = "retention"
	taskRelieve    = "relieve"
	taskCounts     = "counts"
	taskReopen     = "reopen"
)

var janitorTasks = []string{taskPartitions, taskRetention, taskRelieve, taskCounts, taskReopen}

// A task is one piece of housekeeping.
type task struct {
	name string
	do   func(context.Context) error
}

// keepHouse does what nobody asks for until ctx ends.
func (w *Worker) keepHouse(ctx context.Context) error {
	return w.every(ctx, janitorEvery, store.LockJanitor, []task{{taskPartitions, w.makePartitions}, {taskRetention, w.dropExpired}})
}

// keepRoom relieves a full stream, beside the rest: dropping a partition may take minutes.
func (w *Worker) keepRoom(ctx context.Context) error {
	return w.every(ctx, relieveEvery, store.LockRelief, []task{{taskRelieve, w.relieve}})
}

// keepCounts sums up what batches append, and reopens issues whose time has come.
func (w *Worker) keepCounts(ctx context.Context) error {
	return w.every(ctx, countsEvery, store.LockCounts, []task{{taskCounts, w.sumCounts}, {taskReopen, w.reopenInTime}})
}

// every does tasks while no other worker does them. One that fails is logged and due again.
func (w *Worker) every(ctx context.Context, pace time.Duration, lock string, tasks []task) error {
	for ctx.Err() == nil {
		if _, err := w.db.Lead(ctx, lock, func(ctx context.Context) error { w.do(ctx, tasks); return nil }); err != nil && ctx.Err() == nil {
			w.log.Warn().Err(err).Msg("housekeeping could not start; trying again soon")
		}
		sleep(ctx, pace)
	}
	return nil
}

func (w *Worker) do(ctx context.Context, tasks []task) {
	for _, task := range tasks {
		result := "ok"
		if err := task.do(ctx); err != nil && ctx.Err() == nil {
			result = "error"
			w.log.Error().Err(err).Str("task", task.name).Msg("housekeeping failed; trying again soon")
		}
		w.metrics.janitor.WithLabelValues(task.name, result).Inc()
	}
}

func (w *Worker) makePartitions(ctx context.Context) error {
	today := event.DayOf(w.now())
	made, err := w.db.EnsurePartitions(ctx, today)
	if err != nil {
		return err
	}
	if made > 0 {
		w.log.Info().Int("partitions", made).Msg("partitions made")
	}
	ahead, err := w.db.PartitionsLeft(ctx, today)
	if err != nil {
		return err
	}
	w.metrics.ahead.Set(float64(ahead))
	if ahead < store.PartitionsAhead/3 {
		return fmt.Errorf("only %d days of partitions are left", ahead)
	}
	return nil
}

// dropExpired drops what is older than the retention, a day later than it expires: a worker whose clock is
// behind may still be writing there.
func (w *Worker) dropExpired(ctx context.Context) error {
	today := event.DayOf(w.now())
	retention := store.Retention{Events: w.oldest() - 1, Packs: today - store.PartitionsBack}
	dropped, err := w.db.DropExpired(ctx, retention)
	if len(dropped) > 0 {
		w.log.Info().Strs("partitions", dropped).Msg("expired partitions dropped")
	}
	if err != nil {
		return err
	}
	if err := w.db.DropDetached(ctx); err != nil {
		return err
	}
	deleted, err := w.db.ExpireProjects(ctx, today)
	if deleted > 0 {
		w.log.Info().Int64("events", deleted).Msg("events of projects with a shorter retention deleted")
	}
	if err != nil || w.expired == today {
		return err
	}
	rows, err := w.db.ExpireRows(ctx, retention, today)
	if rows > 0 {
		w.log.Info().Int64("rows", rows).Msg("expired drops, samples, sessions, users, counts, words and salts deleted")
	}
	if err == nil {
		w.expired = today // it looks at all of them: once a day is enough
	}
	return err
}

func (w *Worker) relieve(ctx context.Context) error {
	purged, err := w.q.Relieve(ctx)
	if purged > 0 {
		w.log.Warn().Uint64("packs", purged).Msg("stream was more than 80 % full; written packs were purged and can't be replayed any more")
	}
	return err
}

func (w *Worker) sumCounts(ctx context.Context) error {
	hours, err := w.db.SumFieldCounts(ctx)
	w.log.Debug().Int64("hours", hours).Msg("counts of fields summed up")
	if err != nil {
		return err
	}
	days, err := w.db.SumDayUsers(ctx, event.DayOf(w.now()))
	w.log.Debug().Int64("days", days).Msg("users of days summed up")
	return err
}

func (w *Worker) reopenInTime(ctx context.Context) error {
	reopened, err := w.db.ReopenInTime(ctx)
	if reopened > 0 {
		w.log.Info().Int64("issues", reopened).Msg("issues reopened that were ignored until now")
	}
	return err
}
