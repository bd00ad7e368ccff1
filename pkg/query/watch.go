package query

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
)

// How often the database is asked whether it is there, and how long it may take to say so.
const (
	watchEvery   = 5 * time.Second
	watchTimeout = 3 * time.Second
)

// A watch knows whether the database answers, so that readiness need not ask.
type watch struct {
	db    *store.Store
	log   zerolog.Logger
	trial atomic.Pointer[error] // of the last ping; nil before the first
}

func newWatch(env service.Env, db *store.Store) *watch {
	w := &watch{db: db, log: env.Log}
	env.Health.Check("database", w.ready)
	return w
}

func (w *watch) ready() error {
	switch last := w.trial.Load(); {
	case last == nil:
		return errors.New("database not asked yet")
	case *last != nil:
		return errors.New("database does not answer") // the ping's own words may name hosts and users
	}
	return nil
}

// run asks until ctx ends.
func (w *watch) run(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		w.ask(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (w *watch) ask(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, watchTimeout)
	defer cancel()
	err := w.db.Ping(ctx)
	last := w.trial.Swap(&err)
	switch was := last == nil || *last == nil; {
	case was && err != nil && !errors.Is(err, context.Canceled):
		w.log.Warn().Err(err).Msg("database does not answer; requests are refused until it does")
	case last != nil && !was && err == nil:
		w.log.Info().Msg("database answers again")
	}
}
