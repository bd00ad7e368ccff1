package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/trivetlabs/trivet/pkg/queue"
)

const (
	preloadTimeout = 5 * time.Minute
	drainTimeout   = 5 * time.Minute
	preloadSenders = 64
	// usualDrain of an event; a profile of the drain must not last much longer than it.
	usualDrain = 40 * time.Microsecond
)

// measureWorkers measures our worker, and the one it is compared with.
func (b *bench) measureWorkers(ctx context.Context) error {
	if b.other != "" {
		if err := b.measureWorker(ctx, "other worker", b.other); err != nil {
			return err
		}
	}
	return b.measureWorker(ctx, "worker", b.worker)
}

// measureWorker preloads the stream through ingest and lets one worker drain it. The clock runs from the
// moment the consumer gives packs out, when the worker is up already, to the last acknowledgement.
func (b *bench) measureWorker(ctx context.Context, name, binary string) error {
	db, err := b.newDatabase(ctx)
	if err != nil {
		return err
	}
	defer db.drop()
	p, err := b.startPipeline(ctx, db)
	if err != nil {
		return err
	}
	defer p.stop()
	empty, err := b.mark(ctx, db, "trivet")
	if err != nil {
		return err
	}
	spec := loadSpec{Addr: p.addr, Connections: preloadSenders, Seconds: preloadTimeout.Seconds(), Requests: int64(b.plan.Preload)}
	loaded, err := b.load(ctx, spec, func() {})
	if err != nil {
		return err
	}
	if _, err := p.js.PauseConsumer(ctx, queue.Events, queue.Workers, time.Now().Add(time.Hour)); err != nil {
		return fmt.Errorf("pause consumer: %w", err)
	}
	worker, err := p.startWorker(ctx, binary)
	if err != nil {
		return err
	}
	s := sample{}
	if err := b.drain(ctx, p, worker, loaded, empty, s); err != nil {
		return err
	}
	b.add(name, s)
	return p.verify(ctx, loaded.Accepted, loaded.Broken)
}

// drain lets the worker go and fills the sample.
func (b *bench) drain(ctx context.Context, p *pipeline, worker *child, loaded loadResult, empty mark, s sample) error {
	server, err := b.postgresProcess()
	if err != nil {
		return err
	}
	m := newMeter(worker.process(), p.nats.process(), server)
	if _, err := p.js.ResumeConsumer(ctx, queue.Events, queue.Workers); err != nil {
		return fmt.Errorf("resume consumer: %w", err)
	}
	if err := p.delivering(ctx, worker); err != nil {
		return err
	}
	start := time.Now()
	profiles := b.profile(ctx, "drain", time.Duration(loaded.Accepted)*usualDrain, worker)
	defer profiles()
	if err := p.drained(ctx, worker); err != nil {
		return err
	}
	s["rate"] = float64(loaded.Accepted) / time.Since(start).Seconds()
	m.into(s, loaded.Accepted)
	return b.storage(ctx, p.db, s, empty, loaded.Accepted)
}

// delivering returns when the worker has got its first packs: a pull that waited while the consumer was
// paused is only answered when it is made anew, up to a second later.
func (p *pipeline) delivering(ctx context.Context, worker *child) error {
	return await(ctx, worker, func(at queue.Backlog) bool { return at.AckPending > 0 || at.Pending == 0 }, p.source)
}

// drained returns when nothing is left to be written.
func (p *pipeline) drained(ctx context.Context, worker *child) error {
	return await(ctx, worker, func(at queue.Backlog) bool { return at.AckPending == 0 && at.Pending == 0 }, p.source)
}

// await polls a consumer until what is wanted is so.
func await(ctx context.Context, worker *child, wanted func(queue.Backlog) bool, source *queue.Source) error {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	for {
		at, err := source.Backlog(ctx)
		if err != nil || wanted(at) {
			return err
		}
		select {
		case <-ctx.Done():
			return worker.failed(fmt.Errorf("%d packs are left: %w", at.Pending, ctx.Err()))
		case <-worker.ended:
			return worker.failed(errors.New("it ended"))
		case <-time.After(pollInterval):
		}
	}
}
