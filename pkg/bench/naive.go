package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// naiveRate is where the search for the naive design's rate starts.
const naiveRate = 2000.0

// measureNaive is the design one would write first, end to end: a publish per request, encoding/json in the worker,
// jsonb rows by INSERT … ON CONFLICT, one acknowledgement per event. It counts nothing and groups by hash only.
func (b *bench) measureNaive(ctx context.Context) error {
	db, err := b.newDatabase(ctx)
	if err != nil {
		return err
	}
	defer db.drop()
	if err := plainTable(ctx, db.pool, "naive", "jsonb"); err != nil {
		return err
	}
	nats, natsURL, err := b.startNATS(ctx)
	if err != nil {
		return err
	}
	defer nats.stop()
	js, closeJS, err := connect(natsURL)
	if err != nil {
		return err
	}
	defer closeJS()
	if err := makeNaiveStream(ctx, js); err != nil {
		return err
	}
	edge, edgeURL, err := b.serve(ctx, "naive-edge", "role-naive-edge", natsURL)
	if err != nil {
		return err
	}
	defer edge.stop()
	worker, _, err := b.serve(ctx, "naive-worker", "role-naive-worker", naiveWorkerSpec{natsURL, db.url})
	if err != nil {
		return err
	}
	defer worker.stop()
	server, err := b.postgresProcess()
	if err != nil {
		return err
	}
	sys := &system{
		name: "naive, end to end", addr: hostOf(edgeURL), processes: []process{edge.process(), nats.process(), worker.process(), server},
		written: func(ctx context.Context) (int64, error) {
			written, _, err := naiveProgress(ctx, js)
			return written, err
		},
		drained: func(ctx context.Context) error { return naiveDrained(ctx, js, worker) },
	}
	return b.searchNaive(ctx, db, sys)
}

func (b *bench) searchNaive(ctx context.Context, db *database, sys *system) error {
	guess := b.lastRate[sys.name]
	if guess == 0 {
		guess = naiveRate
	}
	empty, err := b.mark(ctx, db, "public")
	if err != nil {
		return err
	}
	best, err := b.highest(ctx, sys, guess, b.plan.NaiveTry, b.plan.NaiveTries)
	if err != nil {
		return err
	}
	if err := b.storage(ctx, db, best.sample, empty, sys.accepted); err != nil {
		return err
	}
	b.lastRate[sys.name] = best.rate
	b.add(sys.name, best.sample)
	return nil
}

// naiveProgress returns how many events were written, one a message, and how many are left.
func naiveProgress(ctx context.Context, js jetstream.JetStream) (written, left int64, err error) {
	c, err := js.Consumer(ctx, naiveStream, naiveConsumer)
	if err != nil {
		return 0, 0, fmt.Errorf("look at %s: %w", naiveConsumer, err)
	}
	info := c.CachedInfo()                                                                      // asked for just now
	return int64(info.AckFloor.Stream), int64(info.NumPending) + int64(info.NumAckPending), nil // far under 2⁶³
}

func naiveDrained(ctx context.Context, js jetstream.JetStream, worker *child) error {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	for {
		_, left, err := naiveProgress(ctx, js)
		if err != nil || left == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return worker.failed(fmt.Errorf("%d events are left: %w", left, ctx.Err()))
		case <-worker.ended:
			return worker.failed(errors.New("it ended"))
		case <-time.After(pollInterval):
		}
	}
}
