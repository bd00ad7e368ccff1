package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/trivetlabs/trivet/pkg/service"
)

const healthSubject = "health.ask"

// Bounds of one round of questions. After the first answers the others follow within some milliseconds: who has not
// answered a moment later is not waited for.
const (
	maxConditions = 256
	quietAfter    = 60 * time.Millisecond
)

// AnswerHealth answers every AskHealth with what report tells, until Close. It works before NATS is connected.
func (q *Queue) AnswerHealth(report func() service.Condition) error {
	_, err := q.nc.Subscribe(healthSubject, func(msg *nats.Msg) {
		body, err := json.Marshal(report())
		if err == nil {
			err = msg.Respond(body)
		}
		if err != nil {
			q.log.Debug().Err(err).Msg("a question for our health is not answered")
		}
	})
	return wrap("answer for health", err)
}

// AskHealth asks all processes how they are and gathers what they tell, in the order of their answers, for wait at most.
// A process that does not answer is missing: nobody knows how many there should be.
func (q *Queue) AskHealth(ctx context.Context, wait time.Duration) ([]service.Condition, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	inbox := q.nc.NewInbox()
	answers, err := q.nc.SubscribeSync(inbox)
	if err != nil {
		return nil, fmt.Errorf("ask for health: %w", err)
	}
	defer func() { _ = answers.Unsubscribe() }() // it fails on a closed connection, which has no subscriptions
	if err := q.nc.PublishRequest(healthSubject, inbox, nil); err != nil {
		return nil, fmt.Errorf("ask for health: %w", err)
	}
	all := []service.Condition{}
	for len(all) < maxConditions {
		msg, err := nextAnswer(ctx, answers, len(all) > 0)
		switch {
		case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrNoResponders):
			return all, nil
		case err != nil:
			return all, fmt.Errorf("ask for health: %w", err)
		}
		var c service.Condition
		if json.Unmarshal(msg.Data, &c) == nil { // another answer than ours says nothing
			all = append(all, c)
		}
	}
	return all, nil
}

// nextAnswer waits until ctx ends, and where others have answered only for a moment.
func nextAnswer(ctx context.Context, answers *nats.Subscription, others bool) (*nats.Msg, error) {
	if others {
		moment, cancel := context.WithTimeout(ctx, quietAfter)
		defer cancel()
		ctx = moment
	}
	msg, err := answers.NextMsgWithContext(ctx)
	if err == nil && len(msg.Data) == 0 && msg.Header.Get("Status") == "503" {
		return nil, nats.ErrNoResponders
	}
	return msg, err
}

func wrap(doing string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
