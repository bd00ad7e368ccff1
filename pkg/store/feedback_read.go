package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Feedback is what one visitor wrote.
type Feedback struct {
	ID       event.ID  `json:"id"`
	EventID  *event.ID `json:"event_id"` // what it is about; null when it is about no event
	Received time.Time `json:"received_at"`
	Name     string    `json:"name"`
	Email    string    `json:"email"`
	Message  string    `json:"message"`
	URL      string    `json:"url"`
}

func scanFeedback(row pgx.CollectableRow) (f Feedback, err error) {
	var day time.Time
	var of *[16]byte
	err = row.Scan((*[16]byte)(&f.ID), &of, &f.Received, &day, &f.Name, &f.Email, &f.Message, &f.URL)
	f.EventID = (*event.ID)(of)
	return f, err
}

// A FeedbackFilter says which feedback a list is about. Zero values ask for everything, but From: a list without it
// goes back 30 days from To, or to the beginning when it is of one event. To is exclusive and defaults to now.
type FeedbackFilter struct {
	Project  int64
	Event    event.ID
	From, To time.Time // of receipt
	Limit    int       // 0 is DefaultLimit
	Cursor   string    // "" is the first page
}

func (f FeedbackFilter) name() list {
	f.Limit, f.Cursor = 0, ""
	return newList("feedback", f)
}

//go:embed sql/feedback.sql
var feedbackSQL string

//go:embed sql/event_feedback.sql
var eventFeedbackSQL string

// Feedback lists what visitors wrote, latest received first, with the cursor of the next page, "" after the last. The
// error is ErrInvalid, ErrNotFound (of the project), ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Feedback(ctx context.Context, organization int64, f FeedbackFilter) (found []Feedback, next string, err error) {
	limit, err := checkLimit(f.Limit)
	if err != nil {
		return nil, "", fmt.Errorf("list feedback: %w", err)
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		// One row more than asked for tells whether there is a next page.
		if found, err = f.list(ctx, tx, limit+1); err != nil || len(found) > 0 {
			return err
		}
		return visible(ctx, tx, f.Project)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list feedback: %w", err)
	}
	found, next = page(f.name(), found, limit, func(last Feedback) position { return position{key: last.Received.UnixMicro(), id: last.ID} })
	return found, next, nil
}

func (f FeedbackFilter) list(ctx context.Context, tx pgx.Tx, rows int) ([]Feedback, error) {
	span := defaultSpan
	if !f.Event.IsZero() {
		span = 0
	}
	w, err := newWindow(f.From, f.To, span)
	if err != nil {
		return nil, err
	}
	end, err := f.name().position(f.Cursor, w.to)
	if err != nil {
		return nil, err
	}
	first, last := days(w.from, end.time())
	sql, args := feedbackSQL, []any{f.Project, w.from, end.time(), [16]byte(end.id), first, last, rows}
	if !f.Event.IsZero() {
		sql, args = eventFeedbackSQL, append(args, [16]byte(f.Event))
	}
	found, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, scanFeedback)
}
