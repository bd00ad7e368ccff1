package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
)

// A Filtered is an event that a noise filter dropped, one of the last that are kept for people to look at.
type Filtered struct {
	Reason   string    `json:"reason"` // the filter's name
	ID       event.ID  `json:"id"`
	Received time.Time `json:"received_at"`
	Title    string    `json:"title"`
}

func (f *Filtered) fields() []any {
	return []any{&f.Reason, (*[16]byte)(&f.ID), &f.Received, &f.Title}
}

//go:embed sql/filtered.sql
var filteredSQL string

// Filtered lists the events of a project that filters dropped lately, of one filter or of all where reason is empty,
// latest received first, with the cursor of the next page, "" after the last. The error is ErrInvalid, ErrNotFound (of
// the project), ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Filtered(ctx context.Context, organization, project int64, reason string, limit int, cursor string) (found []Filtered, next string, err error) {
	limit, err = checkLimit(limit)
	if err != nil {
		return nil, "", fmt.Errorf("list filtered events: %w", err)
	}
	name := newList("filtered "+reason, project)
	end, err := name.position(cursor, lastTime)
	if err != nil {
		return nil, "", fmt.Errorf("list filtered events: %w", err)
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, filteredSQL, project, end.time(), [16]byte(end.id), limit+1, reason)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Filtered, err error) { return f, row.Scan(f.fields()...) })
		if err != nil || len(found) > 0 {
			return err
		}
		return visible(ctx, tx, project)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list filtered events: %w", err)
	}
	found, next = page(name, found, limit, func(last Filtered) position { return position{key: last.Received.UnixMicro(), id: last.ID} })
	return found, next, nil
}

// A FilteredSample is a filtered event with its record. A record that can't be read is nil, and Problem says why.
type FilteredSample struct {
	Filtered
	Record  *pack.Record
	Problem error
}

//go:embed sql/filtered_sample.sql
var filteredSampleSQL string

// FilteredSample finds one filtered event. The error is ErrNotFound, ErrTimeout or ErrUnavailable, wrapped, where it is
// not ours.
func (s *Store) FilteredSample(ctx context.Context, organization, project int64, reason string, id event.ID) (found FilteredSample, err error) {
	var record []byte
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, filteredSampleSQL, project, reason, [16]byte(id)).Scan(append(found.fields(), &record)...)
	})
	if err != nil {
		return FilteredSample{}, fmt.Errorf("find filtered event: %w", err)
	}
	found.Record, found.Problem = cut(record, span{0, len(record)})
	return found, nil
}
