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

// What can come of a publish; each asks for something else of the caller.
var (
	// ErrFull means that the stream takes no more now: the client should try again later.
	ErrFull = errors.New("queue is full")
	// ErrTooLarge means that this message will never be taken.
	ErrTooLarge = errors.New("too large for the queue")
	// ErrUnavailable means that NATS did not confirm: the message may or may not be in the stream.
	ErrUnavailable = errors.New("queue is unavailable")
)

// A Pack is the message of one group commit: Records events in one zstd frame.
type Pack struct {
	ID      event.ID
	Frame   []byte
	Records int
}

// Headers of our messages.
const (
	headerRecords = "Trivet-Records"
	headerReason  = "Trivet-Reason"
	headerError   = "Trivet-Error"
	headerPack    = "Trivet-Pack"
)

// laneSubject is where packs go: one subject now, and room for a stream to be cut by more one day.
const laneSubject = "events.0"

// Publish returns nil when the pack is on disk. It may be called again with the same pack: within the
// dedupe window the queue keeps one. ctx bounds the wait for the PubAck. Errors: ErrFull, ErrTooLarge,
// ErrUnavailable.
func (q *Queue) Publish(ctx context.Context, p Pack) error {
	msg := &nats.Msg{Subject: laneSubject, Data: p.Frame, Header: nats.Header{
		"Content-Encoding": []string{"zstd"},
		headerRecords:      []string{strconv.Itoa(p.Records)},
	}}
	return q.publish(ctx, Events, p.ID.String(), msg)
}

func (q *Queue) publish(ctx context.Context, stream, id string, msg *nats.Msg) error {
	if !q.nc.IsConnected() {
		q.metrics.published.WithLabelValues("unavailable").Inc()
		return fmt.Errorf("%w: %s", ErrUnavailable, q.nc.Status())
	}
	start := time.Now()
	ack, err := q.js.PublishMsg(ctx, msg, jetstream.WithMsgID(id), jetstream.WithExpectStream(stream), jetstream.WithRetryAttempts(0))
	q.metrics.publishTime.Observe(time.Since(start).Seconds())
	result, err := classify(ack, err)
	q.metrics.published.WithLabelValues(result).Inc()
	return err
}

// Error codes of JetStream (server/errors.json).
const (
	codeStreamFull       jetstream.ErrorCode = 10077 // "maximum bytes exceeded"
	codeNoSpace          jetstream.ErrorCode = 10023 // insufficient resources
	codeStoreFailed      jetstream.ErrorCode = 10047
	codeOverrun          jetstream.ErrorCode = 10167 // too many messages in flight
	codeAccountResources jetstream.ErrorCode = 10002
	codeMessageTooLarge  jetstream.ErrorCode = 10054
	codeHeaderTooLarge   jetstream.ErrorCode = 10097
)

// isCode tells whether JetStream answered with a code.
func isCode(err error, code jetstream.ErrorCode) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == code
}

// classify is the one place that knows JetStream's errors.
func classify(ack *jetstream.PubAck, err error) (result string, _ error) {
	if err == nil {
		if ack.Duplicate {
			return "duplicate", nil
		}
		return "ok", nil
	}
	var api *jetstream.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode {
		case codeStreamFull, codeNoSpace, codeStoreFailed, codeOverrun, codeAccountResources:
			return "full", fmt.Errorf("%w: %w", ErrFull, err)
		case codeMessageTooLarge, codeHeaderTooLarge:
			return "too_large", fmt.Errorf("%w: %w", ErrTooLarge, err)
		}
	}
	if errors.Is(err, nats.ErrMaxPayload) {
		return "too_large", fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	return "unavailable", fmt.Errorf("%w: %w", ErrUnavailable, err)
}
