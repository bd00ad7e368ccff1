package main

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
)

// A sending is a load under way.
type sending struct {
	accepted atomic.Int64 // answered 2xx up to now
	result   loadResult   // once done is closed without err
	err      error
	done     chan struct{}
}

// beginLoad starts the generator and, once it has its bodies, calls before and lets it send. The generator
// ends by itself; cancelling ctx ends it early.
func (b *bench) beginLoad(ctx context.Context, spec loadSpec, before func()) (*sending, error) {
	c, err := b.role(ctx, "load", "role-load", spec)
	if err != nil {
		return nil, err
	}
	var line loadLine
	if err := c.line(&line); err != nil {
		c.stop()
		return nil, err
	}
	before()
	if _, err := c.stdin.Write([]byte("\n")); err != nil {
		c.stop()
		return nil, c.failed(err)
	}
	s := &sending{done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.err = s.follow(c)
		c.stop()
	}()
	return s, nil
}

// follow reads the output of the generator up to its result.
func (s *sending) follow(c *child) error {
	for c.lines.Scan() {
		var line loadLine
		if err := json.Unmarshal(c.lines.Bytes(), &line); err != nil {
			return c.failed(err)
		}
		if line.Result != nil {
			s.result = *line.Result
			s.accepted.Store(line.Result.Accepted)
			return nil
		}
		s.accepted.Store(line.Accepted)
	}
	return c.failed(errors.Join(errors.New("it ended without a result"), c.lines.Err()))
}

// load sends and waits for the result.
func (b *bench) load(ctx context.Context, spec loadSpec, before func()) (loadResult, error) {
	s, err := b.beginLoad(ctx, spec, before)
	if err != nil {
		return loadResult{}, err
	}
	<-s.done
	if err := ctx.Err(); err != nil {
		return s.result, err // cut short: no measurement
	}
	return s.result, s.err
}

// into adds what the clients saw to a sample.
func (r loadResult) into(s sample) {
	s["rate"] = float64(r.Accepted) / r.Seconds
	s["p50_ms"], s["p99_ms"], s["max_ms"] = r.P50, r.P99, r.Max
	s["refused"] = float64(r.refused())
	s["broken"] = float64(r.Broken)
	s["cpu_load"] = r.CPU * per / float64(max(r.Accepted, 1))
}

func (r loadResult) refused() (n int64) {
	for code, count := range r.Status {
		if code < 200 || code >= 300 {
			n += count
		}
	}
	return n
}
