package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A loadSpec says how to send. With a Rate the loop is open: requests are due at fixed times whatever the answers
// do, and latency counts from when a request was due. Without one it is closed: each connection sends as
// soon as it has its answer.
type loadSpec struct {
	Addr        string
	Form        string // of the requests; "" is the mix of envelopes of every measurement
	Connections int
	Rate        float64 // requests a second over all connections; 0 is a closed loop
	Seconds     float64
	Requests    int64 // sends this many at most; 0 is no bound
}

// A loadResult is what came of it. Milliseconds, CPU-seconds.
type loadResult struct {
	Due      int64         `json:"due"` // requests that should have been sent in the window
	Accepted int64         `json:"accepted"`
	Status   map[int]int64 `json:"status"`
	Broken   int64         `json:"broken"` // no answer: whether they were accepted is unknown
	Seconds  float64       `json:"seconds"`
	CPU      float64       `json:"cpu"`
	P50      float64       `json:"p50"`
	P99      float64       `json:"p99"`
	Max      float64       `json:"max"`
}

// A loadLine is one line of the load's output: ready, then how far it is, then the result.
type loadLine struct {
	Ready    bool        `json:"ready,omitempty"`
	Accepted int64       `json:"accepted,omitempty"`
	Result   *loadResult `json:"result,omitempty"`
}

const (
	pickCount     = 1 << 17 // requests after which the order of bodies repeats; the events never do
	progressEvery = 100 * time.Millisecond
	// overtime is how long an open loop that fell behind may go on: what is not sent by then counts as not accepted.
	overtime = 3 * time.Second
	// maxBroken ends a load whose server is gone.
	maxBroken = 1000
)

// load is one run of the generator.
type load struct {
	spec     loadSpec
	requests []request
	picks    []int32
	start    time.Time
	end      time.Time
	next     atomic.Int64
	accepted atomic.Int64
	broken   atomic.Int64

	mu     sync.Mutex
	status map[int]int64
	took   []uint32 // microseconds of every answered request
}

// runLoad is the generator's process. It builds its requests, says that it is ready, waits for a line on
// standard input, and sends.
func runLoad(ctx context.Context, argument string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &load{status: map[int]int64{}}
	if err := json.Unmarshal([]byte(argument), &l.spec); err != nil {
		return fmt.Errorf("read what to send: %w", err)
	}
	rng := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) // not a secret
	if l.spec.Form == "" {
		l.requests = buildRequests(l.spec.Addr)
		l.picks = order(l.requests, pickCount, rng)
	} else {
		l.requests = buildForm(l.spec.Form, l.spec.Addr)
		for range pickCount {
			l.picks = append(l.picks, rng.Int32N(formBodies))
		}
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(loadLine{Ready: true}); err != nil {
		return err
	}
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil {
		return nil // the parent is gone or has changed its mind
	}
	go func() {
		_, _ = in.ReadString('\n') // ends when the parent does
		cancel()
	}()
	before := ownCPU()
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.send(ctx)
	}()
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			result := l.result()
			result.CPU = ownCPU() - before
			return out.Encode(loadLine{Result: &result})
		case <-tick.C:
			if err := out.Encode(loadLine{Accepted: l.accepted.Load()}); err != nil {
				return err
			}
		}
	}
}

// ownCPU returns the CPU-seconds of this process.
func ownCPU() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// send opens the connections and sends until the window ends.
func (l *load) send(ctx context.Context) {
	l.start = time.Now()
	l.end = l.start.Add(time.Duration(l.spec.Seconds * float64(time.Second)))
	ctx, cancel := context.WithDeadline(ctx, l.end.Add(overtime))
	defer cancel()
	var wg sync.WaitGroup
	for range l.spec.Connections {
		wg.Go(func() { l.drive(ctx) })
	}
	wg.Wait()
}

// drive sends over one connection, and over a new one when it breaks.
func (l *load) drive(ctx context.Context) {
	status, took := map[int]int64{}, make([]uint32, 0, 1<<14)
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		for code, n := range status {
			l.status[code] += n
		}
		l.took = append(l.took, took...)
	}()
	rng := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) // ids of test events
	c := &conn{addr: l.spec.Addr}
	defer c.close()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil && l.broken.Load() < maxBroken {
		r, due, ok := l.nextRequest(ctx, timer)
		if !ok {
			return
		}
		_, code, err := c.post(ctx, r, due, rng)
		if err != nil { // also when the window is long over and its connection was cut
			l.broken.Add(1)
			continue
		}
		took = append(took, uint32(min(time.Since(due).Microseconds(), 1<<31))) // bounded
		status[code]++
		if code >= 200 && code < 300 {
			l.accepted.Add(1)
		}
	}
}

// nextRequest waits until the next request is due; ok is false when there is none.
func (l *load) nextRequest(ctx context.Context, timer *time.Timer) (r *request, due time.Time, ok bool) {
	n := l.next.Add(1) - 1
	if l.spec.Requests > 0 && n >= l.spec.Requests {
		return nil, due, false
	}
	due = time.Now()
	if l.spec.Rate > 0 {
		due = l.start.Add(time.Duration(float64(n) / l.spec.Rate * float64(time.Second)))
	}
	if !due.Before(l.end) {
		return nil, due, false
	}
	if wait := time.Until(due); wait > 0 {
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return nil, due, false
		case <-timer.C:
		}
	}
	return &l.requests[l.picks[n%pickCount]], due, true
}

func (l *load) result() loadResult {
	slices.Sort(l.took)
	ms := func(share float64) float64 { return float64(percentile(l.took, share)) / 1000 }
	r := loadResult{
		Accepted: l.accepted.Load(), Status: l.status, Broken: l.broken.Load(), Seconds: time.Since(l.start).Seconds(),
		P50: ms(0.5), P99: ms(0.99), Max: ms(1),
	}
	r.Due = l.spec.Requests
	if l.spec.Rate > 0 {
		r.Due = int64(l.spec.Rate * l.spec.Seconds)
	}
	return r
}
