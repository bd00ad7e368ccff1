package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
)

// A Publisher puts a pack on disk: nil means that it will not be lost. It may be called again with the
// same pack, which is then kept once. Errors are those of package queue.
type Publisher interface {
	Publish(ctx context.Context, p queue.Pack) error
}

// Times of a commit.
const (
	// patience is how long a request waits for the queue: longer and browsers give up, shorter and a
	// NATS that elects a new leader costs events.
	patience = 2 * time.Second
	// attempt bounds one publish, so that a lost PubAck leaves time to send the same pack again.
	attempt = 900 * time.Millisecond
	// pause is between attempts that fail at once.
	pause = 50 * time.Millisecond
)

// lanes are the group commit. Requests leave their records and wait; each lane is a goroutine that makes
// one pack of all that has gathered while it was publishing, and answers all of it after the PubAck. There
// is no timer: on an idle edge an event goes at once, on a busy one packs grow by themselves. Measured at
// 256 connections with fsync that is five times the requests of a publish for each.
type lanes struct {
	publisher  Publisher
	codec      *pack.Codec
	log        zerolog.Logger
	most       int64 // bytes that may wait
	patience   time.Duration
	waiting    atomic.Int64
	complained atomic.Int64 // when the log last told of a failure, Unix nanoseconds

	mu     sync.Mutex
	work   *sync.Cond // queued isn't empty, or closed
	queued []*waiter
	closed bool
	ended  sync.WaitGroup

	packs   *prometheus.CounterVec // outcome: published, or the code of the refusal
	events  prometheus.Histogram
	seconds prometheus.Histogram
}

// A waiter is the records of one request, which are never split.
type waiter struct {
	records  *[]byte // the lane's from when it takes the waiter from the queue
	events   int
	deadline time.Time
	done     chan error // has room for the one result
	clock    *time.Timer
}

// waiters are those that have got their result: nobody will write to them again.
var waiters = sync.Pool{New: func() any {
	clock := time.NewTimer(patience)
	clock.Stop()
	return &waiter{done: make(chan error, 1), clock: clock}
}}

func startLanes(env service.Env, cfg Config, publisher Publisher) *lanes {
	with := promauto.With(env.Metrics)
	l := &lanes{publisher: publisher, codec: pack.NewCodec(), log: env.Log, most: cfg.MaxWaiting, patience: patience}
	l.work = sync.NewCond(&l.mu)
	with.NewGaugeFunc(prometheus.GaugeOpts{Name: "ingest_waiting_bytes", Help: "Bytes of events waiting for the queue."}, func() float64 { return float64(l.waiting.Load()) })
	l.packs = with.NewCounterVec(prometheus.CounterOpts{Name: "ingest_packs_total", Help: "Packs given to the queue, by outcome."}, []string{"outcome"})
	for _, outcome := range []string{"published", "full", "too_large", "unavailable"} {
		l.packs.WithLabelValues(outcome)
	}
	l.events = with.NewHistogram(prometheus.HistogramOpts{Name: "ingest_pack_events", Help: "Events in a published pack.", Buckets: prometheus.ExponentialBuckets(1, 2, 11)})
	l.seconds = with.NewHistogram(prometheus.HistogramOpts{Name: "ingest_publish_seconds", Help: "From a formed pack to its end, retries included.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 13)})
	for range max(1, cfg.Lanes) {
		l.ended.Go(l.run)
	}
	return l
}

// commit returns nil when the records are on disk. It takes the buffer over. After two seconds it gives
// up: ErrUnavailable, and the events may or may not be kept. A client that went away is waited for all the
// same: pages send their last errors while they are being closed.
func (l *lanes) commit(records *[]byte, events int) error {
	if events == 0 {
		return nil
	}
	size := int64(len(*records))
	if size > pack.MaxDecoded { // its headers are repeated for each event: no worker would inflate the pack
		recycle(records)
		return refused(event.ErrTooLarge, "too many events with headers as long as these")
	}
	if l.waiting.Add(size) > l.most {
		l.waiting.Add(-size)
		recycle(records)
		return refused(errBusy, "too many events wait for the queue")
	}
	defer l.waiting.Add(-size)
	w := waiters.Get().(*waiter)
	w.records, w.events, w.deadline = records, events, time.Now().Add(l.patience)
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		recycle(records)
		return queue.ErrUnavailable
	}
	l.queued = append(l.queued, w)
	l.mu.Unlock()
	l.work.Signal()
	w.clock.Reset(l.patience)
	select {
	case err := <-w.done:
		w.clock.Stop()
		waiters.Put(w)
		return err
	case <-w.clock.C:
		l.abandon(w)
		return queue.ErrUnavailable
	}
}

// abandon keeps a waiter that nobody waits for any more out of later packs.
func (l *lanes) abandon(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.queued, w); i >= 0 {
		l.queued = slices.Delete(l.queued, i, i+1)
		recycle(w.records)
	}
}

// run is one lane.
func (l *lanes) run() {
	var body, frame []byte
	var taken []*waiter
	for {
		if taken = l.take(taken); len(taken) == 0 {
			return
		}
		p := queue.Pack{ID: event.NewID(time.Now())}
		body = body[:0]
		for _, w := range taken {
			body = append(body, *w.records...)
			p.Records += w.events
			recycle(w.records)
		}
		frame = l.codec.Compress(frame[:0], body)
		p.Frame = frame
		err := l.publish(p, taken[len(taken)-1].deadline) // older waiters give up by their own clocks
		for _, w := range taken {
			w.done <- err
		}
		clear(taken)
		if cap(body) > 2*pack.MaxBody { // after a request larger than a pack
			body, frame = nil, nil
		}
	}
}

// take waits for work and returns the waiters of the next pack, oldest first, in taken's memory; none when
// all is done.
func (l *lanes) take(taken []*waiter) []*waiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		size, n := 0, 0
		for ; n < len(l.queued); n++ {
			more := len(*l.queued[n].records)
			if n > 0 && size+more > pack.MaxBody {
				break
			}
			size += more
		}
		if n > 0 {
			taken = append(taken[:0], l.queued[:n]...)
			l.queued = slices.Delete(l.queued, 0, n)
			return taken
		}
		if l.closed {
			return taken[:0]
		}
		l.work.Wait()
	}
}

// publish tries until the youngest waiter's time is over.
func (l *lanes) publish(p queue.Pack, deadline time.Time) error {
	start := time.Now()
	err := l.try(p, deadline)
	for errors.Is(err, queue.ErrUnavailable) && time.Until(deadline) > pause {
		time.Sleep(pause)
		err = l.try(p, deadline)
	}
	l.seconds.Observe(time.Since(start).Seconds())
	outcome := "published"
	if err == nil {
		l.events.Observe(float64(p.Records))
	} else {
		outcome = refusalOf(err).Code
	}
	l.packs.WithLabelValues(outcome).Inc()
	if err != nil {
		l.complain(err)
	}
	return err
}

// complainEvery keeps a queue that takes some packs and refuses others from filling the log.
const complainEvery = 10 * time.Second

func (l *lanes) complain(err error) {
	now, last := time.Now(), l.complained.Load()
	if now.Sub(time.Unix(0, last)) > complainEvery && l.complained.CompareAndSwap(last, now.UnixNano()) {
		l.log.Error().Err(err).Msg("a pack is not published; its clients are told 503 (said every 10 s at most, ingest_packs_total counts)")
	}
}

func (l *lanes) try(p queue.Pack, deadline time.Time) error {
	ctx, cancel := context.WithTimeout(context.Background(), min(attempt, time.Until(deadline)))
	defer cancel()
	err := l.publisher.Publish(ctx, p)
	if err == nil || errors.Is(err, queue.ErrFull) || errors.Is(err, queue.ErrTooLarge) {
		return err
	}
	return fmt.Errorf("%w: %w", queue.ErrUnavailable, err)
}

// close lets the lanes finish what is queued and waits for them. Requests must have ended.
func (l *lanes) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.work.Broadcast()
	l.ended.Wait()
}
