package queue_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

func newPack(size int) queue.Pack {
	return queue.Pack{ID: event.NewID(time.Now()), Frame: make([]byte, size), Records: 1}
}

func publish(t *testing.T, q *queue.Queue, packs ...queue.Pack) {
	t.Helper()
	for _, p := range packs {
		if err := q.Publish(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
}

func bind(t *testing.T, q *queue.Queue) *queue.Source {
	t.Helper()
	s, err := q.Bind(t.Context(), queue.Events, queue.Workers)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// raw returns JetStream as an operator has it.
func raw(t *testing.T, url string) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func TestProvisionIsRepeatableAndSetsWhatMatters(t *testing.T) {
	t.Parallel()
	server := queuetest.Start(t)
	q := queuetest.Connect(t, server.URL())
	if err := q.RetryDeadLetters(t.Context(), 1); err != nil { // an operator resumes the dead letters
		t.Fatal(err)
	}
	if err := q.Provision(t.Context(), queue.Limits{}); err != nil {
		t.Fatal(err)
	}
	js := raw(t, server.URL())
	stream, err := js.Stream(t.Context(), queue.Events)
	if err != nil {
		t.Fatal(err)
	}
	cfg := stream.CachedInfo().Config
	if cfg.Discard != jetstream.DiscardNew || cfg.Retention != jetstream.LimitsPolicy || cfg.MaxAge != queue.MaxAge || cfg.MaxBytes != 256<<20 {
		t.Errorf("stream: %+v", cfg)
	}
	workers, err := js.Consumer(t.Context(), queue.Events, queue.Workers)
	if err != nil {
		t.Fatal(err)
	}
	// The server's default of 1,000 unacknowledged for all workers together makes scaling useless, and a
	// finite number of deliveries loses packs in an outage of the database.
	if c := workers.CachedInfo().Config; c.MaxAckPending < 32*2*256 || c.MaxDeliver != -1 || len(c.BackOff) != 0 || c.AckPolicy != jetstream.AckExplicitPolicy {
		t.Errorf("consumer: %+v", c)
	}
	replay, err := js.Consumer(t.Context(), queue.DeadLetters, queue.Replay)
	if err != nil {
		t.Fatal(err)
	}
	if replay.CachedInfo().Paused {
		t.Error("provision paused what an operator had resumed")
	}
}

func TestDeadLettersStartPaused(t *testing.T) {
	t.Parallel()
	server := queuetest.Start(t)
	queuetest.Connect(t, server.URL())
	replay, err := raw(t, server.URL()).Consumer(t.Context(), queue.DeadLetters, queue.Replay)
	if err != nil || !replay.CachedInfo().Paused {
		t.Errorf("paused: %v, %v", replay != nil && replay.CachedInfo().Paused, err)
	}
}

func TestBindBeforeProvisionSaysSo(t *testing.T) {
	t.Parallel()
	q, err := queue.Open(t.Context(), queuetest.Env(t), queue.Config{URL: queuetest.Start(t).URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	if _, err := q.Bind(t.Context(), queue.Events, queue.Workers); !errors.Is(err, queue.ErrNotProvisioned) {
		t.Errorf("got %v, want ErrNotProvisioned", err)
	}
}

func TestAPackPublishedTwiceIsKeptOnce(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	p := newPack(100)
	publish(t, q, p, p, p)
	if s, err := q.State(t.Context(), queue.Events); err != nil || s.Messages != 1 {
		t.Errorf("%d messages, %v, want 1", s.Messages, err)
	}
}

func TestFetchTakesWhatIsPendingUpToItsBounds(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	for range 50 {
		publish(t, q, newPack(10))
	}
	source := bind(t, q)
	total := 0
	for _, want := range []int{20, 20, 10} {
		got, err := source.Fetch(t.Context(), queue.Batch{Records: 20, Bytes: 1 << 20, Wait: time.Second})
		if err != nil || len(got) != want {
			t.Fatalf("got %d packs, %v, want %d", len(got), err, want)
		}
		total += len(got)
		for _, d := range got {
			if err := d.Ack(); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := source.Fetch(t.Context(), queue.Batch{Records: 20, Bytes: 1 << 20, Wait: 10 * time.Millisecond})
	if err != nil || len(got) != 0 || total != 50 {
		t.Errorf("an empty queue gave %d packs and %v", len(got), err)
	}
	if err := source.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	queuetest.Eventually(t, "the acknowledgements", func() bool {
		b, err := source.Backlog(t.Context())
		return err == nil && b == queue.Backlog{AckFloor: 50}
	})
}

// TestWhatComesAgainComesTogether: packs that a dead worker had are no longer pending, and are many.
func TestWhatComesAgainComesTogether(t *testing.T) {
	t.Parallel()
	server := queuetest.Start(t)
	q := queuetest.Connect(t, server.URL())
	const packs = 20
	for range packs {
		publish(t, q, newPack(10))
	}
	consumer, err := raw(t, server.URL()).Consumer(t.Context(), queue.Events, queue.Workers)
	if err != nil {
		t.Fatal(err)
	}
	lost, err := consumer.Fetch(packs)
	if err != nil {
		t.Fatal(err)
	}
	for msg := range lost.Messages() {
		if err := msg.Nak(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := consumer.Info(t.Context()); err != nil { // an answer on the same connection: all are given back
		t.Fatal(err)
	}
	got, err := bind(t, q).Fetch(t.Context(), queue.Batch{Records: 100, Bytes: 1 << 20, Wait: 5 * time.Second})
	if err != nil || len(got) != packs {
		t.Errorf("%d packs at once, %v, want %d", len(got), err, packs)
	}
}

func TestFetchStopsAtBytes(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	for range 6 {
		publish(t, q, newPack(1<<20))
	}
	got, err := bind(t, q).Fetch(t.Context(), queue.Batch{Records: 1000, Bytes: 2 << 20, Wait: time.Second})
	if err != nil || len(got) < 2 || len(got) > 5 {
		t.Errorf("got %d packs of 1 MiB, %v, want the 2 MiB asked for and at most a pull more", len(got), err)
	}
}

func TestAFullStreamRefusesAndIsRelieved(t *testing.T) {
	t.Parallel()
	server := queuetest.Start(t)
	q := queuetest.Connect(t, server.URL())
	if err := q.Provision(t.Context(), queue.Limits{MaxBytes: 4 << 20}); err != nil {
		t.Fatal(err)
	}
	var err error
	taken := 0
	for ; err == nil && taken < 100; taken++ {
		err = q.Publish(t.Context(), newPack(500<<10))
	}
	if !errors.Is(err, queue.ErrFull) {
		t.Fatalf("got %v after %d packs, want ErrFull", err, taken)
	}
	if purged, err := q.Relieve(t.Context()); err != nil || purged != 0 {
		t.Errorf("purged %d packs that nobody has written, %v", purged, err)
	}
	source := bind(t, q)
	got, err := source.Fetch(t.Context(), queue.Batch{Records: 4, Bytes: 100 << 20, Wait: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range got {
		if err := d.Ack(); err != nil {
			t.Fatal(err)
		}
	}
	queuetest.Eventually(t, "the acknowledgements", func() bool {
		b, err := source.Backlog(t.Context())
		return err == nil && b.AckPending == 0
	})
	if purged, err := q.Relieve(t.Context()); err != nil || purged != uint64(len(got)) {
		t.Errorf("purged %d packs, %v, want the %d that were written", purged, err, len(got))
	}
	publish(t, q, newPack(500<<10))
	if err := q.Publish(t.Context(), newPack(13<<20)); !errors.Is(err, queue.ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
}

func TestSequenceAt(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	if seq, err := q.SequenceAt(t.Context(), time.Now()); err != nil || seq != 1 {
		t.Errorf("empty stream: %d, %v, want 1", seq, err)
	}
	var times []time.Time
	for i := range 20 {
		publish(t, q, newPack(1))
		m, err := q.Message(t.Context(), uint64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, m.Time)
	}
	for i, at := range times {
		if seq, err := q.SequenceAt(t.Context(), at); err != nil || seq != uint64(i+1) {
			t.Errorf("time of message %d: %d, %v", i+1, seq, err)
		}
	}
	if seq, err := q.SequenceAt(t.Context(), times[0].Add(time.Hour)); err != nil || seq != 21 {
		t.Errorf("after the last: %d, %v, want 21", seq, err)
	}
}

func TestDeadLettersKeepTheirReason(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	letter := queue.DeadLetter{
		Project: 7, EventID: event.NewID(time.Now()), Pack: event.NewID(time.Now()), Reason: "invalid",
		Error: fmt.Sprintf("two\nlines %s", string(make([]byte, 5000))), Record: []byte("record"),
	}
	for range 2 { // a pack that comes again is buried once
		if err := q.Bury(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	got, err := q.DeadLettersAfter(t.Context(), 0, 10)
	if err != nil || len(got) != 1 {
		t.Fatalf("%d dead letters, %v, want 1", len(got), err)
	}
	one, err := q.DeadLetter(t.Context(), 1)
	if err != nil || one.Project != 7 || one.EventID != letter.EventID || one.Pack != letter.Pack || one.Reason != "invalid" || string(one.Record) != "record" {
		t.Errorf("got %+v, %v", one, err)
	}
	if len(one.Error) > 1000 || one.Error[:9] != "two lines" {
		t.Errorf("error is %q", one.Error)
	}
	if _, err := q.DeadLetter(t.Context(), 2); !errors.Is(err, queue.ErrNoMessage) {
		t.Errorf("got %v, want ErrNoMessage", err)
	}
}
