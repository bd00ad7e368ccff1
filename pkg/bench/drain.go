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
)

// measureWorker preloads the stream through ingest and lets one worker drain it. The clock runs from the
// moment the consumer gives packs out, when the worker is up already, to the last acknowledgement.
func (b *bench) measureWorker(ctx context.Context) error {
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
	tables, err := relationBytes(ctx, db, "trivet")
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
	worker, err := p.startWorker(ctx)
	if err != nil {
		return err
	}
	s := sample{}
	if err := b.drain(ctx, p, worker, loaded, tables, s); err != nil {
		return err
	}
	b.add("worker", s)
	return p.verify(ctx, loaded.Accepted, loaded.Broken)
}

// drain lets the worker go and fills the sample.
func (b *bench) drain(ctx context.Context, p *pipeline, worker *child, loaded loadResult, tables float64, s sample) error {
	server, err := b.postgresProcess()
	if err != nil {
		return err
	}
	wal, err := b.wal(ctx, p.db)
	if err != nil {
		return err
	}
	m := newMeter(worker.process(), p.nats.process(), server)
	start := time.Now()
	if _, err := p.js.ResumeConsumer(ctx, queue.Events, queue.Workers); err != nil {
		return fmt.Errorf("resume consumer: %w", err)
	}
	if err := p.drained(ctx, worker); err != nil {
		return err
	}
	s["rate"] = float64(loaded.Accepted) / time.Since(start).Seconds()
	m.into(s, loaded.Accepted)
	return b.storage(ctx, p.db, s, "trivet", wal, tables, loaded.Accepted)
}

// drained returns when nothing is left to be written.
func (p *pipeline) drained(ctx context.Context, worker *child) error {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	for {
		packs, err := p.backlog(ctx)
		if err != nil || packs == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return worker.failed(fmt.Errorf("%d packs are left: %w", packs, ctx.Err()))
		case <-worker.ended:
			return worker.failed(errors.New("it ended"))
		case <-time.After(pollInterval):
		}
	}
}
