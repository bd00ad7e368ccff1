package queue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Retry asks the workers to write one dead letter of a project once more. Unlike RetryDeadLetters it sets nothing back
// that all projects share. Asked again before a worker came to it, it is tried once.
func (q *Queue) Retry(ctx context.Context, project int64, sequence uint64) error {
	text := strconv.FormatUint(sequence, 10)
	_, err := q.js.PublishMsg(ctx, &nats.Msg{Subject: retrySubject(project, text), Data: []byte(text)}, jetstream.WithExpectStream(Retries))
	return wrap("ask for a retry", unprovisioned(err))
}

// Retrying returns which dead letters of a project wait for a retry that was asked for.
func (q *Queue) Retrying(ctx context.Context, project int64) (map[uint64]bool, error) {
	stream, err := q.js.Stream(ctx, Retries)
	if err != nil {
		return nil, fmt.Errorf("list retries: %w", unprovisioned(err))
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(retrySubject(project, "*")))
	if err != nil {
		return nil, fmt.Errorf("list retries: %w", err)
	}
	waiting := make(map[uint64]bool, len(info.State.Subjects))
	for subject := range info.State.Subjects {
		if sequence, err := strconv.ParseUint(subject[strings.LastIndexByte(subject, '.')+1:], 10, 64); err == nil {
			waiting[sequence] = true
		}
	}
	return waiting, nil
}

// Asked returns the dead letter that a delivery of Retries asks for: ErrNoMessage where it is gone.
func (q *Queue) Asked(ctx context.Context, d Delivery) (DeadLetter, error) {
	sequence, err := strconv.ParseUint(string(d.Body), 10, 64)
	if err != nil {
		return DeadLetter{}, fmt.Errorf("read retry: %w", ErrNoMessage)
	}
	return q.DeadLetter(ctx, sequence)
}

func retrySubject(project int64, sequence string) string {
	return "retry." + strconv.FormatInt(project, 10) + "." + sequence
}

// unprovisioned tells a missing stream from other trouble.
func unprovisioned(err error) error {
	if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse) {
		return fmt.Errorf("%w: %w", ErrNotProvisioned, err)
	}
	return err
}
