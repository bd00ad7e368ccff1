package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// probes send an event now and then on a connection of their own and ask the events table until it is
// there: what somebody who reloads the page sees.
type probes struct {
	p       *pipeline
	waiting map[[16]byte]time.Time
	took    []float64 // milliseconds from sending to being readable
	err     error
	done    chan struct{}
}

const (
	probeEvery = 50 * time.Millisecond
	// probePatience is how long a probe may take after the last one was sent.
	probePatience = time.Minute
)

// startProbes probes for a while, and then waits for those that are under way, or until ctx ends.
func startProbes(ctx context.Context, p *pipeline, window time.Duration) *probes {
	w := &probes{p: p, waiting: map[[16]byte]time.Time{}, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		w.err = w.run(ctx, window)
	}()
	return w
}

func (w *probes) run(ctx context.Context, window time.Duration) error {
	rng := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) // ids of test events
	c := &conn{addr: w.p.addr}
	defer c.close()
	send, look := time.NewTicker(probeEvery), time.NewTicker(pollInterval)
	defer send.Stop()
	defer look.Stop()
	over, late := time.After(window), time.After(window+probePatience)
	for sending := true; sending || len(w.waiting) > 0; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over:
			sending = false
			send.Stop()
		case <-late:
			return fmt.Errorf("%d probes can't be read after a minute", len(w.waiting))
		case <-send.C:
			if err := w.send(ctx, c, rng); err != nil {
				return err
			}
		case <-look.C:
			if err := w.look(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *probes) send(ctx context.Context, c *conn, rng *rand.Rand) error {
	r := buildRequest(w.p.addr, rng.IntN(issues), rng)
	at := time.Now()
	id, status, err := c.post(ctx, &r, at, rng)
	if err != nil {
		return fmt.Errorf("send probe: %w", err)
	}
	if status != http.StatusOK {
		return fmt.Errorf("send probe: status %d", status)
	}
	w.waiting[id] = at
	return nil
}

// look asks for all probes that are under way at once.
func (w *probes) look(ctx context.Context) error {
	if len(w.waiting) == 0 {
		return nil
	}
	ids := make([][16]byte, 0, len(w.waiting))
	for id := range w.waiting {
		ids = append(ids, id)
	}
	rows, err := w.p.db.pool.Query(ctx, `select event_id from trivet.events where event_id = any($1) and day >= current_date - 1`, ids)
	if err != nil {
		return fmt.Errorf("look for probes: %w", err)
	}
	defer rows.Close()
	now := time.Now()
	for rows.Next() {
		var id [16]byte
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("look for probes: %w", err)
		}
		w.took = append(w.took, float64(now.Sub(w.waiting[id]).Microseconds())/1000)
		delete(w.waiting, id)
	}
	return rows.Err()
}

// wait returns the latencies, sorted, once every probe was found.
func (w *probes) wait() ([]float64, error) {
	<-w.done
	slices.Sort(w.took)
	return w.took, w.err
}
