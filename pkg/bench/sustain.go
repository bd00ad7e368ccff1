package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A system takes requests at one end and writes events at the other.
type system struct {
	name      string
	addr      string
	processes []process
	written   func(context.Context) (int64, error) // events in the tables
	drained   func(context.Context) error          // returns when nothing is left to write
	begin     func()                               // called when a load begins; nil for nothing
	accepted  int64                                // over all trials
	broken    int64                                // requests without an answer, over all trials
}

// A trial is what came of one rate.
type trial struct {
	rate   float64
	load   loadResult
	sample sample
	why    string // the rate is too high; "" when the system kept up
}

const (
	sampleEvery = 200 * time.Millisecond
	// maxLag is how far the tables may be behind when the load ends, as time at the rate: batches in work
	// alone are some tenths of a second.
	maxLag = 1.0
	// maxGrowth is how much of that may have come in between the first third of the window and the last.
	maxGrowth = 0.25
	// minAccepted is the share of the requests due that must have been answered in time.
	minAccepted = 0.98
)

// try sends at a rate for a while, watches how far the tables are behind, and waits until all is written.
func (b *bench) try(ctx context.Context, sys *system, rate float64, window time.Duration) (t trial, err error) {
	t = trial{rate: rate, sample: sample{}}
	start, err := sys.written(ctx)
	if err != nil {
		return t, err
	}
	var m *meter
	spec := loadSpec{Addr: sys.addr, Connections: e2eSenders, Rate: rate, Seconds: window.Seconds()}
	sending, err := b.beginLoad(ctx, spec, func() {
		if sys.begin != nil {
			sys.begin()
		}
		m = newMeter(sys.processes...)
	})
	if err != nil {
		return t, err
	}
	lags, err := watch(ctx, sys, sending, start)
	if err != nil {
		return t, err
	}
	t.load = sending.result
	sys.accepted, sys.broken = sys.accepted+t.load.Accepted, sys.broken+t.load.Broken
	t.judge(lags, window)
	ended := time.Now()
	if err := sys.drained(ctx); err != nil {
		return t, err
	}
	t.load.into(t.sample)
	t.sample["rate"] = float64(t.load.Accepted) / window.Seconds() // what came in after the window was due in it
	m.into(t.sample, t.load.Accepted)
	t.sample["drain_s"] = time.Since(ended).Seconds()
	t.sample["lag_s"] = lags[len(lags)-1] / rate
	b.say("%s at %.0f/s: %s, p99 %.1f ms, %.2f s behind at the end", sys.name, rate, t.verdict(), t.load.P99, t.sample["lag_s"])
	return t, nil
}

// watch returns how many accepted events were not written yet, all along and, last, when the load ended.
func watch(ctx context.Context, sys *system, sending *sending, start int64) (lags []float64, err error) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		over := false
		select {
		case <-sending.done:
			if sending.err != nil {
				return nil, sending.err
			}
			over = true
		case <-tick.C:
		}
		written, err := sys.written(ctx)
		if err != nil {
			return nil, err
		}
		lags = append(lags, float64(max(sending.accepted.Load()-(written-start), 0)))
		if over {
			return lags, nil
		}
	}
}

// judge says why the rate was too high, if it was.
func (t *trial) judge(lags []float64, window time.Duration) {
	third := len(lags) / 3
	growth := (mean(lags[len(lags)-third:]) - mean(lags[third/2:third/2+third])) / t.rate
	behind := lags[len(lags)-1] / t.rate
	switch r := t.load; {
	case r.refused() > 0 || r.Broken > 0:
		t.why = fmt.Sprintf("%d refused, %d without an answer", r.refused(), r.Broken)
	case float64(r.Accepted) < minAccepted*float64(r.Due) || r.Seconds > window.Seconds()+maxLag:
		t.why = fmt.Sprintf("%d of %d accepted in %.1f s", r.Accepted, r.Due, r.Seconds)
	case behind > maxLag:
		t.why = fmt.Sprintf("%.1f s behind", behind)
	case growth > maxGrowth:
		t.why = fmt.Sprintf("the backlog grows (by %.2f s)", growth)
	}
}

func (t *trial) verdict() string {
	if t.why == "" {
		return "flat"
	}
	return "too fast: " + t.why
}

func mean(of []float64) float64 {
	sum := 0.0
	for _, v := range of {
		sum += v
	}
	return sum / float64(max(len(of), 1))
}

// closeEnough ends the search for the highest rate.
const closeEnough = 0.04

// highest finds the highest rate at which the backlog stays flat, first by steps from the rate given, then
// by halving, and returns its trial.
func (b *bench) highest(ctx context.Context, sys *system, rate float64, window time.Duration, tries int) (best trial, err error) {
	low, high := 0.0, 0.0
	for n := 0; n < tries || low == 0; n++ {
		if n > 2*tries {
			return best, errors.New("no rate is low enough")
		}
		t, err := b.try(ctx, sys, rate, window)
		if err != nil {
			return best, err
		}
		if t.why == "" {
			low, best = rate, t
		} else {
			high = rate
		}
		switch {
		case high == 0:
			rate = 1.3 * low
		case low == 0:
			rate = 0.7 * high
		case high-low < closeEnough*high:
			return best, nil
		default:
			rate = (low + high) / 2
		}
	}
	return best, nil
}
