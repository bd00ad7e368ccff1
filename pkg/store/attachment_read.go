package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// An Attachment is a file that came with an event, without its bytes. Name and content type are what the client said:
// neither is to be believed.
type Attachment struct {
	ID          event.ID  `json:"id"`
	EventID     event.ID  `json:"event_id"`
	Day         event.Day `json:"day"` // ask for the file with it: that is faster
	Received    time.Time `json:"received_at"`
	Name        string    `json:"name"`
	ContentType string    `json:"content_type"`
	Size        int       `json:"size"` // bytes
}

func (a *Attachment) fields(day *time.Time) []any {
	return []any{(*[16]byte)(&a.ID), (*[16]byte)(&a.EventID), day, &a.Received, &a.Name, &a.ContentType, &a.Size}
}

func scanAttachment(row pgx.CollectableRow) (a Attachment, err error) {
	var day time.Time
	err = row.Scan(a.fields(&day)...)
	a.Day = event.DayOf(day)
	return a, err
}

//go:embed sql/event_attachments.sql
var eventAttachmentsSQL string

// maxBelongings bounds what is listed with one event, which has no pages: clients send a handful.
const maxBelongings = 100

// attachmentsOf lists the files of an event, at most 100, as they came.
func attachmentsOf(ctx context.Context, tx pgx.Tx, project int64, id event.ID, day event.Day) ([]Attachment, error) {
	last := event.DayOf(time.Now()) + 1
	rows, err := tx.Query(ctx, eventAttachmentsSQL, project, [16]byte(id), (day - 1).Time(), last.Time(), maxBelongings)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanAttachment)
}

// Belongings returns what came with an event beside it: its files, as they came, and what visitors wrote of it, latest
// first, at most 100 of each. day is the event's; nothing is found of an event of another organization. The error is
// ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Belongings(ctx context.Context, organization, project int64, id event.ID, day event.Day) (files []Attachment, feedback []Feedback, err error) {
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		if files, err = attachmentsOf(ctx, tx, project, id, day); err != nil {
			return err
		}
		f := FeedbackFilter{Project: project, Event: id, From: day.Time().Add(-event.MaxPast), Limit: MaxLimit}
		feedback, err = f.list(ctx, tx, maxBelongings)
		return err
	})
	return files, feedback, wrap("find what belongs to event", err)
}

// Attachments lists the files of an event, at most 100, as they came. day, nil when not known, spares looking through
// older partitions. The error is ErrNotFound (of the project), ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Attachments(ctx context.Context, organization, project int64, id event.ID, day *event.Day) (files []Attachment, err error) {
	first := event.DayOf(firstTime) + 1
	if day != nil {
		first = *day
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		if files, err = attachmentsOf(ctx, tx, project, id, first); err != nil || len(files) > 0 {
			return err
		}
		return visible(ctx, tx, project)
	})
	return files, wrap("list attachments", err)
}

//go:embed sql/attachment.sql
var attachmentSQL string

// Attachment finds one file with its bytes. day, nil when not known, spares looking through the other partitions. The
// error is ErrNotFound, ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Attachment(ctx context.Context, organization, project int64, id event.ID, day *event.Day) (found Attachment, data []byte, err error) {
	first, last := firstTime, lastTime
	if day != nil {
		first, last = day.Time(), day.Time()
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		var at time.Time
		err := tx.QueryRow(ctx, attachmentSQL, project, [16]byte(id), first, last).Scan(append(found.fields(&at), &data)...)
		found.Day = event.DayOf(at)
		return err
	})
	if err != nil {
		return Attachment{}, nil, fmt.Errorf("find attachment: %w", err)
	}
	return found, data, nil
}
