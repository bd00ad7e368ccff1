package queue

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"
)

func letterSubject(project int64) string { return "dlq." + strconv.FormatInt(project, 10) }

// ProjectDeadLetters lists up to limit dead letters of a project behind a sequence, oldest first.
func (q *Queue) ProjectDeadLetters(ctx context.Context, project int64, after uint64, limit int) ([]DeadLetter, error) {
	stream, err := q.js.Stream(ctx, DeadLetters)
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", unprovisioned(err))
	}
	out := []DeadLetter{}
	for len(out) < limit && after < 1<<63 { // beyond what any stream counts to
		msg, err := stream.GetMsg(ctx, after+1, jetstream.WithGetMsgSubject(letterSubject(project)))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read dead letter behind %d: %w", after, err)
		}
		out = append(out, deadLetter(msg))
		after = msg.Sequence
	}
	return out, nil
}

// ProjectDeadLetter returns one dead letter of a project, ErrNoMessage where it is another's.
func (q *Queue) ProjectDeadLetter(ctx context.Context, project int64, sequence uint64) (DeadLetter, error) {
	if sequence == 0 {
		return DeadLetter{}, fmt.Errorf("read dead letter: %w", ErrNoMessage)
	}
	d, err := q.DeadLetter(ctx, sequence)
	if err == nil && d.Project != project {
		return DeadLetter{}, fmt.Errorf("read dead letter: %w", ErrNoMessage)
	}
	return d, err
}

// CountDeadLetters tells how many a project has.
func (q *Queue) CountDeadLetters(ctx context.Context, project int64) (uint64, error) {
	stream, err := q.js.Stream(ctx, DeadLetters)
	if err != nil {
		return 0, fmt.Errorf("count dead letters: %w", unprovisioned(err))
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(letterSubject(project)))
	if err != nil {
		return 0, fmt.Errorf("count dead letters: %w", err)
	}
	return info.State.Subjects[letterSubject(project)], nil
}
