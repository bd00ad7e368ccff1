package standalone

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/queue/embedded"
)

// guardEvery is how often the embedded queue is looked at.
const guardEvery = 2 * time.Second

// minFree is what the disk must have free before a queue that stopped for want of it is started again.
const minFree = 64 << 20

// A guard restarts the embedded queue when its disk was full: NATS refuses everything from the first failed
// write on, until it is started again. Clients reconnect by themselves.
type guard struct {
	nats *embedded.Server
	dir  string
	log  zerolog.Logger

	mu      sync.Mutex
	problem error
}

// check tells readiness.
func (g *guard) check() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.problem
}

// run watches until ctx ends.
func (g *guard) run(ctx context.Context) error {
	tick := time.NewTicker(guardEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			err := g.nats.Healthy()
			if err != nil {
				err = g.mend(err)
			}
			g.mu.Lock()
			g.problem = err
			g.mu.Unlock()
		}
	}
}

// mend restarts the queue as soon as there is room, and returns what is still wrong.
func (g *guard) mend(problem error) error {
	if free := freeBytes(g.dir); free < minFree {
		if g.check() == nil {
			g.log.Error().Err(problem).Int64("free_bytes", free).Msg("queue stopped: the disk is full; it is started again when there is room")
		}
		return errors.Join(problem, fmt.Errorf("%d bytes are free, want %d", free, int64(minFree)))
	}
	g.log.Warn().Err(problem).Msg("queue stopped after a failed write; starting it again")
	if err := g.nats.Restart(); err != nil {
		g.log.Error().Err(err).Msg("queue did not start; trying again")
		return err
	}
	g.log.Info().Msg("queue runs again")
	return nil
}

// freeBytes returns what the disk under dir has free; a lot when nobody can tell.
func freeBytes(dir string) int64 {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 1 << 62
	}
	return int64(fs.Bavail) * int64(fs.Bsize) //nolint:unconvert // a uint32 on macOS
}
