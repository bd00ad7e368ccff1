// Package worker takes packs out of the queue and writes their events into Postgres, each once in effect:
// it acknowledges a pack only after the commit, and whatever is delivered again changes nothing. It knows
// no HTTP.
package worker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
)

// Config of the role.
type Config struct {
	Store         store.Config
	Queue         queue.Config
	Consumer      string        `default:"workers" desc:"consumer of EVENTS to drain; another one than workers is for a replay beside the live workers"`
	Project       int64         `default:"0" desc:"write events of this project only and acknowledge the others unwritten; for replays, 0 writes all"`
	Pipelines     int           `default:"2" desc:"batches in work at once: one decodes while the other commits"`
	BatchEvents   int           `split_words:"true" default:"2000" desc:"events a transaction gathers at most, when so many are waiting"`
	Pace          time.Duration `default:"100ms" desc:"least time between the starts of two batches of a pipeline unless they are full; a lone event is written at once, a stream of them in larger transactions and denser blocks"`
	RetentionDays int           `split_words:"true" default:"90" desc:"days events are kept; at least 12, so that everything that can be replayed has a place"`
	FailPoint     string        `split_words:"true" desc:"for fault tests: kill this process once, at before-commit or after-commit of its first batch"`
}

// minRetention keeps the clamp of client clocks (7 days) and the replay window (72 h) inside what is kept.
const minRetention = store.PartitionsBack + 1

// maxPace keeps what arrives visible within a second.
const maxPace = 500 * time.Millisecond

func (c Config) validate() error {
	switch {
	case c.Pipelines < 1 || c.Pipelines > 16:
		return errors.New("WORKER_PIPELINES: want 1 to 16")
	case c.BatchEvents < 1 || c.BatchEvents > 20_000:
		return errors.New("WORKER_BATCH_EVENTS: want 1 to 20000")
	case c.Pace < 0 || c.Pace > maxPace:
		return fmt.Errorf("WORKER_PACE: want 0 to %v", maxPace)
	case c.Project < 0:
		return errors.New("WORKER_PROJECT: want 0 or the number of a project")
	case c.Project != 0 && c.Consumer == queue.Workers:
		// It would acknowledge every other project's events unwritten.
		return errors.New("WORKER_PROJECT: want a WORKER_CONSUMER of its own with it; on workers the events of all other projects would be lost")
	case c.RetentionDays < minRetention:
		return fmt.Errorf("WORKER_RETENTION_DAYS: want at least %d", minRetention)
	case c.FailPoint != "" && c.FailPoint != beforeCommit && c.FailPoint != afterCommit:
		return fmt.Errorf("WORKER_FAIL_POINT: want %s or %s", beforeCommit, afterCommit)
	}
	return nil
}

// spareConns are for the dead letters by both ways, the locks of the janitor, of relief and of counts, and what the janitors
// do.
const spareConns = 7

// Run drains the queue until ctx ends; then it finishes the batches it has.
func Run(ctx context.Context, env service.Env, cfg Config) error {
	if err := cfg.validate(); err != nil {
		return err
	}
	env = env.Role("worker")
	cfg.Store.MaxConns = max(cfg.Store.MaxConns, int32(cfg.Pipelines+spareConns)) // validated
	db, err := store.Open(ctx, env, cfg.Store)
	if err != nil {
		return err
	}
	defer db.Close()
	q, err := queue.Open(ctx, env, cfg.Queue)
	if err != nil {
		return err
	}
	defer q.Close()
	if err := q.AnswerHealth(env.Health.Condition); err != nil {
		return err
	}
	w := New(env, cfg, db, q)
	group, ctx := errgroup.WithContext(ctx)
	for range cfg.Pipelines {
		group.Go(func() error { return w.pipe(ctx, queue.Events, cfg.Consumer, w.Write) })
	}
	group.Go(func() error { return w.keepSettings(ctx) })
	if cfg.Consumer == queue.Workers {
		group.Go(func() error { return w.pipe(ctx, queue.DeadLetters, queue.Replay, w.Retry) })
		group.Go(func() error { return w.pipe(ctx, queue.Retries, queue.Workers, w.Again) })
		group.Go(func() error { return w.keepHouse(ctx) })
		group.Go(func() error { return w.keepCounts(ctx) })
		group.Go(func() error { return w.keepRoom(ctx) })
	}
	return group.Wait()
}

// A Worker turns deliveries into rows. Write and Retry are safe for concurrent use.
type Worker struct {
	log     zerolog.Logger
	cfg     Config
	db      *store.Store
	q       *queue.Queue
	codec   *pack.Codec
	metrics metrics
	fail    failPoint
	now     func() time.Time

	shipped  *rules // of projects that chose nothing
	chosen   atomic.Pointer[map[int64]*rules]
	settings struct {
		sync.Mutex
		since time.Time // up to when they were read
	}
	salts   *salts
	known   *known
	told    told
	expired event.Day // when the janitor last deleted rows

	bound    atomic.Int32            // pipelines that have their consumer of EVENTS
	database atomic.Pointer[problem] // why Postgres takes nothing now
	newer    atomic.Pointer[problem] // a pack only a newer worker can read
	prepared atomic.Bool             // the partitions are there and the settings were read
}

type problem struct{ err error }

// New returns a Worker on an open store and queue and reports its readiness to env.
func New(env service.Env, cfg Config, db *store.Store, q *queue.Queue) *Worker {
	w := &Worker{
		log: env.Log, cfg: cfg, db: db, q: q, codec: pack.NewCodec(),
		metrics: newMetrics(env.Metrics), fail: failPoint{name: cfg.FailPoint}, now: time.Now,
		salts: newSalts(), known: newKnown(),
	}
	w.shipped = w.rules(project.Settings{})
	w.chosen.Store(&map[int64]*rules{})
	env.Health.Check("queue", func() error {
		if w.bound.Load() == 0 {
			return errors.New("no consumer yet")
		}
		return q.Connected()
	})
	env.Health.Check("database", func() error {
		if p := w.database.Load(); p != nil {
			return p.err
		}
		if !w.prepared.Load() {
			return errors.New("partitions and settings are not ready yet")
		}
		return nil
	})
	env.Health.Check("packs", func() error {
		if p := w.newer.Load(); p != nil {
			return p.err
		}
		return nil
	})
	return w
}

// oldest returns the first day that is kept.
func (w *Worker) oldest() event.Day {
	return event.DayOf(w.now()) - event.Day(w.cfg.RetentionDays) // validated
}
