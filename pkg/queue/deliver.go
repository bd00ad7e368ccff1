package queue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A Delivery is one message on its way to a worker. It comes again until Ack or Drop.
type Delivery struct {
	ID       event.ID // of the pack; zero for a message that is none of ours
	Body     []byte   // Frame of the pack, or the record of a dead letter
	Records  int      // as its header says, at least 1
	Sequence uint64   // in the stream; for people, never a key: it is reused after a loss
	Attempts uint64   // how often it was delivered, this time included
	Pending  uint64   // messages behind it that no worker has seen
	msg      jetstream.Msg
}

// more tells whether others may be waiting. Pending leaves out those that come again, and these seldom come alone.
func (d *Delivery) more() bool { return d.Pending > 0 || d.Attempts > 1 }

// Ack says that everything in it is committed, expired or dead-lettered. It is only buffered: Source.Flush
// sends it. A lost one makes the message come again, which changes nothing.
func (d Delivery) Ack() error {
	if err := d.msg.Ack(); err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	return nil
}

// Drop ends the delivery of a message for good with a reason that NATS shows to its operator.
func (d Delivery) Drop(reason string) error {
	if err := d.msg.TermWithReason(reason); err != nil {
		return fmt.Errorf("drop: %w", err)
	}
	return nil
}

// A Source gives the messages of one consumer. Safe for concurrent use: each Fetch is its own pull.
type Source struct {
	q        *Queue
	consumer jetstream.Consumer
	name     string
}

// ErrNotProvisioned means that a stream or a consumer is missing.
var ErrNotProvisioned = errors.New("not provisioned: run `trivet provision`")

// Bind returns the source of a consumer that provision (or an operator) has made.
func (q *Queue) Bind(ctx context.Context, stream, consumer string) (*Source, error) {
	c, err := q.js.Consumer(ctx, stream, consumer)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, fmt.Errorf("bind to %s/%s: %w", stream, consumer, ErrNotProvisioned)
	}
	if err != nil {
		return nil, fmt.Errorf("bind to %s/%s: %w", stream, consumer, err)
	}
	return &Source{q, c, stream + "/" + consumer}, nil
}

// Batch bounds one Fetch.
type Batch struct {
	Records int           // stop gathering at this many events
	Bytes   int           // or this many bytes of messages
	Wait    time.Duration // for the first message
}

// firstPull is how many packs are asked for before their size is known; a pack may inflate to 8 MiB.
const firstPull = 4

// maxPull bounds what one pull may hold when packs were small and the next ones are not.
const maxPull = 64

// Fetch waits for the first message and takes what else is pending up to the bounds of b. No message
// within b.Wait is no error. What it returns before ctx ends or an error occurs is the caller's to write.
func (s *Source) Fetch(ctx context.Context, b Batch) ([]Delivery, error) {
	out, err := s.pull(func() (jetstream.MessageBatch, error) {
		return s.consumer.Fetch(1, jetstream.FetchMaxWait(b.Wait))
	}, nil)
	if err != nil || len(out) == 0 {
		return out, err
	}
	records, bytes := out[0].Records, len(out[0].Body)
	for out[len(out)-1].more() && records < b.Records && bytes < b.Bytes && ctx.Err() == nil {
		n := min(max((b.Records-records)*len(out)/records, 1), maxPull)
		if len(out) == 1 {
			n = min(n, firstPull)
		}
		before := len(out)
		out, err = s.pull(func() (jetstream.MessageBatch, error) { return s.consumer.FetchNoWait(n) }, out)
		for _, d := range out[before:] {
			records, bytes = records+d.Records, bytes+len(d.Body)
		}
		if err != nil || len(out) == before {
			break // write what is there; the error shows again on the next fetch
		}
	}
	return out, nil //nolint:nilerr // what came before the error is to be written first
}

func (s *Source) pull(fetch func() (jetstream.MessageBatch, error), out []Delivery) ([]Delivery, error) {
	messages, err := fetch()
	if err != nil {
		return out, fmt.Errorf("fetch from %s: %w", s.name, err)
	}
	for msg := range messages.Messages() {
		d := Delivery{Body: msg.Data(), Records: 1, msg: msg}
		if n, err := strconv.Atoi(msg.Headers().Get(headerRecords)); err == nil && n > 0 {
			d.Records = n
		}
		if id, err := event.ParseID(msg.Headers().Get(jetstream.MsgIDHeader)); err == nil {
			d.ID = id
		}
		if meta, err := msg.Metadata(); err == nil {
			d.Sequence, d.Attempts, d.Pending = meta.Sequence.Stream, meta.NumDelivered, meta.NumPending
		}
		out = append(out, d)
	}
	if err := messages.Error(); err != nil && !errors.Is(err, nats.ErrTimeout) && !errors.Is(err, jetstream.ErrNoMessages) {
		if errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, jetstream.ErrConsumerNotFound) {
			return out, fmt.Errorf("fetch from %s: %w", s.name, ErrNotProvisioned)
		}
		return out, fmt.Errorf("fetch from %s: %w", s.name, err)
	}
	return out, nil
}

// flushTimeout bounds the sending of acknowledgements; NATS insists on a deadline.
const flushTimeout = 10 * time.Second

// Flush sends the acknowledgements that are buffered.
func (s *Source) Flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, flushTimeout)
	defer cancel()
	if err := s.q.nc.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("flush acknowledgements: %w", err)
	}
	return nil
}

// A Backlog is how far a consumer is behind.
type Backlog struct {
	Pending    uint64 // messages no worker has seen
	AckPending int    // delivered, not acknowledged
	AckFloor   uint64 // all up to this sequence are acknowledged
	Again      int    // of AckPending, those that were delivered more than once
}

// Backlog asks the server. A message published a moment ago may not be counted yet: the server tells its
// consumers of it after it has acknowledged it.
func (s *Source) Backlog(ctx context.Context) (Backlog, error) {
	info, err := s.consumer.Info(ctx)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return Backlog{}, fmt.Errorf("look at %s: %w", s.name, ErrNotProvisioned)
	}
	if err != nil {
		return Backlog{}, fmt.Errorf("look at %s: %w", s.name, err)
	}
	return Backlog{info.NumPending, info.NumAckPending, info.AckFloor.Stream, info.NumRedelivered}, nil
}
