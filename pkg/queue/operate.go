package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// A Message is one message of EVENTS as an operator sees it.
type Message struct {
	Sequence uint64
	Subject  string
	Pack     string
	Time     time.Time
	Body     []byte
}

// Message returns one message of EVENTS.
func (q *Queue) Message(ctx context.Context, sequence uint64) (Message, error) {
	msg, err := q.message(ctx, Events, sequence)
	if err != nil {
		return Message{}, err
	}
	return Message{msg.Sequence, msg.Subject, msg.Header.Get(jetstream.MsgIDHeader), msg.Time.UTC(), msg.Data}, nil
}

// A State is what a stream holds.
type State struct {
	Messages uint64     `json:"messages"`
	Bytes    uint64     `json:"bytes"`
	MaxBytes int64      `json:"max_bytes"`
	First    uint64     `json:"first_sequence"`
	Last     uint64     `json:"last_sequence"`
	Oldest   *time.Time `json:"oldest"` // message's time; nil where there is none
}

// State asks for the state of a stream.
func (q *Queue) State(ctx context.Context, stream string) (State, error) {
	s, err := q.js.Stream(ctx, stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return State{}, fmt.Errorf("look at stream %s: %w", stream, ErrNotProvisioned)
	}
	if err != nil {
		return State{}, fmt.Errorf("look at stream %s: %w", stream, err)
	}
	info := s.CachedInfo()
	state := State{Messages: info.State.Msgs, Bytes: info.State.Bytes, MaxBytes: info.Config.MaxBytes, First: info.State.FirstSeq, Last: info.State.LastSeq}
	if state.Messages > 0 {
		oldest := info.State.FirstTime.UTC()
		state.Oldest = &oldest
	}
	return state, nil
}

// SequenceAt returns the sequence of the first message of EVENTS stored at or after t; the one after the
// last when there is none.
func (q *Queue) SequenceAt(ctx context.Context, t time.Time) (uint64, error) {
	state, err := q.State(ctx, Events)
	if err != nil || state.Messages == 0 {
		return state.Last + 1, err
	}
	stream, err := q.js.Stream(ctx, Events)
	if err != nil {
		return 0, fmt.Errorf("open stream %s: %w", Events, err)
	}
	low, high := state.First, state.Last+1
	for low < high {
		mid := low + (high-low)/2
		msg, err := stream.GetMsg(ctx, mid)
		if errors.Is(err, jetstream.ErrMsgNotFound) { // purged meanwhile
			low = mid + 1
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("read message %d: %w", mid, err)
		}
		if msg.Time.Before(t) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, nil
}

// ReplayFrom sets all workers back to a sequence of EVENTS: everything from there on is delivered again.
func (q *Queue) ReplayFrom(ctx context.Context, sequence uint64) error {
	if _, err := q.js.ResetConsumerToSequence(ctx, Events, Workers, max(sequence, 1)); err != nil {
		return fmt.Errorf("reset %s/%s: %w", Events, Workers, err)
	}
	return nil
}

// AddReplay makes a second durable consumer of EVENTS from a sequence on, for a worker of its own
// (WORKER_CONSUMER), which goes away a day after its last use.
func (q *Queue) AddReplay(ctx context.Context, name string, from uint64) error {
	_, err := q.js.CreateConsumer(ctx, Events, jetstream.ConsumerConfig{
		Durable: name, Description: "Replay beside the live workers", DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: max(from, 1),
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: AckWait, MaxDeliver: -1, MaxAckPending: maxAckPending, MaxWaiting: 512,
		InactiveThreshold: 24 * time.Hour,
	})
	if err != nil {
		return fmt.Errorf("create consumer %s/%s: %w", Events, name, err)
	}
	return nil
}

// RemoveReplay deletes a consumer made by AddReplay.
func (q *Queue) RemoveReplay(ctx context.Context, name string) error {
	if err := q.js.DeleteConsumer(ctx, Events, name); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("delete consumer %s/%s: %w", Events, name, err)
	}
	return nil
}

// purgeAt is how full EVENTS may get before what is written is purged: discard-new refuses at 100 %, even
// when every pack in the stream was written long ago.
const purgeAt = 0.8

// Relieve purges what all workers have acknowledged when EVENTS is more than 80 % full, and tells how many
// messages went. What is purged can no longer be replayed.
func (q *Queue) Relieve(ctx context.Context) (purged uint64, err error) {
	before, err := q.State(ctx, Events)
	if err != nil || before.MaxBytes <= 0 || float64(before.Bytes) < purgeAt*float64(before.MaxBytes) {
		return 0, err
	}
	source, err := q.Bind(ctx, Events, Workers)
	if err != nil {
		return 0, err
	}
	backlog, err := source.Backlog(ctx)
	if err != nil {
		return 0, err
	}
	if backlog.AckFloor == 0 { // nothing is acknowledged; to some servers a purge up to sequence 1 is one of all
		return 0, nil
	}
	stream, err := q.js.Stream(ctx, Events)
	if err != nil {
		return 0, fmt.Errorf("open stream %s: %w", Events, err)
	}
	if err := stream.Purge(ctx, jetstream.WithPurgeSequence(backlog.AckFloor+1)); err != nil {
		return 0, fmt.Errorf("purge stream %s: %w", Events, err)
	}
	after, err := q.State(ctx, Events)
	return before.Messages - min(after.Messages, before.Messages), err
}
