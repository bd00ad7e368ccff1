package detail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/store"
)

// A Letter is a dead letter and what became of it since.
type Letter struct {
	queue.DeadLetter
	Day      *event.Day `json:"day"`      // of its event; null where nobody can tell
	Written  bool       `json:"written"`  // its event is in the tables now
	Retrying bool       `json:"retrying"` // a retry was asked for, and no worker has finished it
}

// Reasons why a letter can never be written: what was withheld or broken is not in it.
const (
	reasonCorrupt    = "corrupt"
	reasonUnscrubbed = "unscrubbed"
)

// Hopeless tells that no retry can help: the letter does not hold its event.
func (l Letter) Hopeless() bool { return l.Reason == reasonCorrupt || l.Reason == reasonUnscrubbed }

// Letters are how the dead letters of a project are read.
type Letters struct {
	DB    *store.Store
	Queue *queue.Queue
}

// visible returns store.ErrNotFound where the organization does not own the project: the queue knows none.
func (l Letters) visible(ctx context.Context, organization, project int64) error {
	own, err := l.DB.OwnProjects(ctx, organization, project)
	if err == nil && len(own) == 0 {
		err = fmt.Errorf("dead letters: %w", store.ErrNotFound)
	}
	return err
}

// MaxLetters is the most that one page holds: each is read from the queue with its bytes.
const MaxLetters = 50

// List returns dead letters of a project behind a sequence, oldest first, and the sequence to go on behind, 0 after the
// last. The error is that of a store, or queue.ErrUnavailable where it is not ours.
func (l Letters) List(ctx context.Context, organization, project int64, after uint64, limit int) ([]Letter, uint64, error) {
	if err := l.visible(ctx, organization, project); err != nil {
		return nil, 0, err
	}
	found, err := l.Queue.ProjectDeadLetters(ctx, project, after, limit+1)
	if err != nil {
		return nil, 0, away(err)
	}
	var next uint64
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].Sequence
	}
	letters, err := l.told(ctx, organization, project, found)
	return letters, next, err
}

// Find returns one dead letter, store.ErrNotFound where it is not there or another project's.
func (l Letters) Find(ctx context.Context, organization, project int64, sequence uint64) (Letter, error) {
	if err := l.visible(ctx, organization, project); err != nil {
		return Letter{}, err
	}
	found, err := l.Queue.ProjectDeadLetter(ctx, project, sequence)
	if err != nil {
		return Letter{}, away(err)
	}
	letters, err := l.told(ctx, organization, project, []queue.DeadLetter{found})
	if err != nil {
		return Letter{}, err
	}
	return letters[0], nil
}

// told adds what became of letters since.
func (l Letters) told(ctx context.Context, organization, project int64, found []queue.DeadLetter) ([]Letter, error) {
	letters := make([]Letter, len(found))
	var ids []event.ID
	var first, last event.Day
	for i, d := range found {
		letters[i].DeadLetter = d
		rec, _, err := pack.Parse(d.Record)
		if err != nil {
			continue
		}
		letters[i].Day = &rec.Day
		if len(ids) == 0 {
			first, last = rec.Day, rec.Day
		}
		ids, first, last = append(ids, rec.ID), min(first, rec.Day), max(last, rec.Day)
	}
	// A day beside: where the day fell back to that of receipt, a later delivery may have gone there.
	stored, err := l.DB.StoredEvents(ctx, organization, project, ids, first-1, last+1)
	if err != nil {
		return nil, err
	}
	waiting, err := l.Queue.Retrying(ctx, project)
	if err != nil {
		return nil, away(err)
	}
	for i := range letters {
		d := &letters[i]
		d.Written, d.Retrying = stored[d.EventID], waiting[d.Sequence]
	}
	return letters, nil
}

// maxRetries is how many letters one wish for all offers: each is read from the queue.
const maxRetries = 500

// Retry offers one dead letter to the workers.
func (l Letters) Retry(ctx context.Context, organization, project int64, sequence uint64) error {
	if _, err := l.Find(ctx, organization, project, sequence); err != nil {
		return err
	}
	return away(l.Queue.Retry(ctx, project, sequence))
}

// RetryAll offers all dead letters of a project behind a sequence that are not written and may be, 500 at most, and
// returns how many those are and the sequence to go on behind, 0 after the last.
func (l Letters) RetryAll(ctx context.Context, organization, project int64, after uint64) (offered int, next uint64, err error) {
	for offered < maxRetries {
		letters, more, err := l.List(ctx, organization, project, after, MaxLetters)
		if err != nil {
			return offered, after, err
		}
		for _, d := range letters {
			if d.Written || d.Hopeless() {
				continue
			}
			if err := l.Queue.Retry(ctx, project, d.Sequence); err != nil {
				return offered, after, away(err)
			}
			offered++
		}
		if after = more; more == 0 {
			return offered, 0, nil
		}
	}
	return offered, after, nil
}

// Shown is the record of a letter for people: nil where it holds none that can be read.
func (l Letter) Shown() json.RawMessage {
	rec, _, err := pack.Parse(l.Record)
	if err != nil {
		return nil
	}
	text, err := rec.MarshalJSON()
	if err != nil {
		return nil
	}
	return text
}

// away turns an error of the queue into one that requests are answered with.
func away(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, queue.ErrNoMessage):
		return fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	return fmt.Errorf("%w: %w", queue.ErrUnavailable, err)
}

// Count tells how many dead letters a project has, which its caller may see.
func (l Letters) Count(ctx context.Context, project int64) (uint64, error) {
	n, err := l.Queue.CountDeadLetters(ctx, project)
	return n, away(err)
}
