package main

import (
	"context"
	"fmt"
)

const (
	// firstGuess of the end-to-end rate, as a share of the bare Echo rate of the round, and what stands for
	// that rate where it was not measured.
	firstGuess   = 0.25
	usualEcho    = 30_000.0
	stepBack     = 0.9 // when the backlog does not stay flat for the long window
	maxStepsBack = 6
)

// measureEndToEnd finds the rate that one ingest, NATS, one worker and Postgres keep up with, stays at it,
// and then looks at latencies at 70 % of it.
func (b *bench) measureEndToEnd(ctx context.Context) error {
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
	worker, err := p.startWorker(ctx, b.worker)
	if err != nil {
		return err
	}
	server, err := b.postgresProcess()
	if err != nil {
		return err
	}
	sys := &system{
		name: "end to end", addr: p.addr, processes: []process{p.ingest.process(), p.nats.process(), worker.process(), server},
		written: p.written, drained: func(ctx context.Context) error { return p.drained(ctx, worker) },
	}
	empty, err := b.mark(ctx, db, "trivet")
	if err != nil {
		return err
	}
	rate, err := b.sustain(ctx, p, worker, sys, empty)
	if err != nil {
		return err
	}
	probed, err := b.relax(ctx, p, sys, relaxedFactor*rate)
	if err != nil {
		return err
	}
	return p.verify(ctx, sys.accepted+probed, sys.broken)
}

// sustain searches the rate and stays at it for the long window, a little lower where that shows the
// backlog growing. It returns the rate.
func (b *bench) sustain(ctx context.Context, p *pipeline, worker *child, sys *system, empty mark) (float64, error) {
	best, err := b.highest(ctx, sys, b.guess(sys), b.plan.Try, b.plan.Tries)
	if err != nil {
		return 0, err
	}
	rate := best.rate
	for range maxStepsBack {
		wal, err := b.wal(ctx, p.db)
		if err != nil {
			return 0, err
		}
		profiles := b.profile(ctx, "end-to-end", b.plan.Sustain, p.ingest, worker)
		t, err := b.try(ctx, sys, rate, b.plan.Sustain)
		profiles()
		if err != nil {
			return 0, err
		}
		if t.why != "" {
			rate *= stepBack
			continue
		}
		after, err := b.wal(ctx, p.db)
		if err != nil {
			return 0, err
		}
		if err := b.storage(ctx, p.db, t.sample, empty, sys.accepted); err != nil {
			return 0, err
		}
		t.sample["wal_bytes"] = (after - wal) / float64(max(t.load.Accepted, 1))
		b.lastRate[sys.name] = rate
		b.add(sys.name, t.sample)
		return rate, nil
	}
	return 0, fmt.Errorf("no rate near %.0f/s keeps the backlog flat for %v", best.rate, b.plan.Sustain)
}

// guess returns where the search starts: at the rate of the round before, else at a share of the bare Echo
// rate of this round.
func (b *bench) guess(sys *system) float64 {
	if rate := b.lastRate[sys.name]; rate > 0 {
		return rate
	}
	if echo := b.report.value(atConnections("bare Echo", 64), b.round, "rate"); echo > 0 {
		return firstGuess * echo
	}
	return firstGuess * usualEcho
}

// relax measures latencies at a rate the system carries easily, with probes that look when an event of
// theirs can be read. It returns how many probes were accepted.
func (b *bench) relax(ctx context.Context, p *pipeline, sys *system, rate float64) (int64, error) {
	var running *probes
	sys.begin = func() { running = startProbes(ctx, p, b.plan.Relaxed) }
	t, err := b.try(ctx, sys, rate, b.plan.Relaxed)
	if running == nil || err != nil {
		return 0, fmt.Errorf("at %.0f/s: %w", rate, err)
	}
	visible, err := running.wait()
	if err != nil {
		return 0, fmt.Errorf("at %.0f/s: %w", rate, err)
	}
	t.sample["visible_p50_ms"], t.sample["visible_p99_ms"] = percentile(visible, 0.5), percentile(visible, 0.99)
	t.sample["probes"] = float64(len(visible))
	b.add("end to end at 70 %", t.sample)
	return int64(len(visible)), sys.drained(ctx)
}
