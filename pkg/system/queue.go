package system

import (
	"context"
	"errors"
	"time"

	"github.com/trivetlabs/trivet/pkg/queue"
)

// A Queue is what waits for the workers.
type Queue struct {
	queue.State
	Waiting     uint64     `json:"waiting"`     // packs that no worker has seen
	UnderWay    int        `json:"under_way"`   // packs that workers have and have not acknowledged
	Redelivered int        `json:"redelivered"` // of them, those that were delivered more than once
	Unwritten   *time.Time `json:"unwritten"`   // when the oldest pack was accepted that is not acknowledged; null: all are
	Full        float64    `json:"full"`        // share of max_bytes, 0 to 1
}

func lookAtQueue(ctx context.Context, q *queue.Queue) (*Queue, error) {
	if err := q.Connected(); err != nil {
		return nil, err
	}
	state, err := q.State(ctx, queue.Events)
	if err != nil {
		return nil, err
	}
	found := &Queue{State: state}
	if state.MaxBytes > 0 {
		found.Full = float64(state.Bytes) / float64(state.MaxBytes)
	}
	source, err := q.Bind(ctx, queue.Events, queue.Workers)
	if err != nil {
		return nil, err
	}
	backlog, err := source.Backlog(ctx)
	if err != nil {
		return nil, err
	}
	found.Waiting, found.UnderWay, found.Redelivered = backlog.Pending, backlog.AckPending, backlog.Again
	if backlog.Pending == 0 && backlog.AckPending == 0 {
		return found, nil
	}
	oldest, err := q.Message(ctx, max(backlog.AckFloor+1, state.First))
	if errors.Is(err, queue.ErrNoMessage) {
		return found, nil // written and purged meanwhile
	}
	if err != nil {
		return nil, err
	}
	found.Unwritten = &oldest.Time
	return found, nil
}

// unanswered says that a part of the queue does not answer, in words that name no host.
func unanswered(part string, err error) string {
	if errors.Is(err, queue.ErrNotProvisioned) {
		return part + " is not provisioned: run `trivet provision`."
	}
	return part + " does not answer."
}
