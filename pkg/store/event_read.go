package store

import (
	"context"
	_ "embed" // the statement
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/search"
)

// An EventRow is an event as lists show it.
type EventRow struct {
	ID          event.ID       `json:"id"`
	ProjectID   int64          `json:"project_id"`
	IssueID     event.ID       `json:"issue_id"`
	Day         event.Day      `json:"day"` // ask for the event with it: that is faster
	Received    time.Time      `json:"received_at"`
	Occurred    time.Time      `json:"occurred_at"`
	Level       event.Level    `json:"level"`
	Protocol    event.Protocol `json:"protocol"`
	Handled     *bool          `json:"handled"`
	Type        string         `json:"type"`
	Message     string         `json:"message"` // cut to 500 characters
	Culprit     string         `json:"culprit"`
	Release     string         `json:"release"`
	Environment string         `json:"environment"`
	Browser     string         `json:"browser"`
	OS          string         `json:"os"`
	URL         string         `json:"url"` // cut to 500 characters
}

// fields returns where a row is scanned to, in the order of the columns in every statement on events; day
// is scanned as a time.
func (r *EventRow) fields(day *time.Time) []any {
	return []any{
		(*[16]byte)(&r.ID), &r.ProjectID, (*[16]byte)(&r.IssueID), day, &r.Received, &r.Occurred, &r.Level, &r.Protocol, &r.Handled,
		&r.Type, &r.Message, &r.Culprit, &r.Release, &r.Environment, &r.Browser, &r.OS, &r.URL,
	}
}

func scanEvent(row pgx.CollectableRow) (r EventRow, err error) {
	var day time.Time
	err = row.Scan(r.fields(&day)...)
	r.Day = event.DayOf(day)
	return r, err
}

// An EventFilter says which events a list is about. Zero values ask for everything, but From: a list
// without it goes back 30 days from To, or to the beginning when it is of one issue, which an index
// answers however old it is. To is exclusive and defaults to now.
type EventFilter struct {
	Project     int64
	Query       search.Query // beside the members below
	Issue       event.ID
	From, To    time.Time // of receipt
	Level       event.Level
	Protocol    event.Protocol
	Handled     *bool
	Type        string
	Release     string
	Environment string
	Browser     string
	OS          string
	URL         string
	Limit       int    // 0 is DefaultLimit
	Cursor      string // "" is the first page
}

// Stored is an event with its record. One bad block must not hide the rows that point into it, so a record
// that can't be read is nil, and Problem says why: pack.ErrNewer, pack.ErrCorrupt, or nil when the block is
// gone (erased).
type Stored struct {
	EventRow
	Fingerprint event.ID // what it was grouped by when it was stored; zero in lists
	Version     int      // of the grouping that made the fingerprint; 0 when unknown
	Record      *pack.Record
	Problem     error
}

//go:embed sql/event.sql
var eventSQL string

// Event finds one event with what its client sent. day, nil when not known, spares looking through the
// other partitions; without it they are looked through from the newest back. The error is ErrNotFound,
// ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Event(ctx context.Context, organization, project int64, id event.ID, day *event.Day) (found Stored, err error) {
	first, last := firstTime, lastTime
	if day != nil {
		first, last = day.Time(), day.Time()
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, eventSQL, project, [16]byte(id), first, last)
		if err != nil {
			return err
		}
		found, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (r Stored, err error) {
			var day time.Time
			var data []byte
			var at span
			if err = row.Scan(append(r.fields(&day), (*[16]byte)(&r.Fingerprint), &r.Version, &data, &at.start, &at.length)...); err != nil {
				return r, err
			}
			r.Day = event.DayOf(day)
			// Inflated while the connection is held: there are never more blocks open than connections.
			r.Record, r.Problem = s.record(data, at)
			return r, nil
		})
		return err
	})
	if err != nil {
		return Stored{}, fmt.Errorf("find event: %w", err)
	}
	return found, nil
}

//go:embed sql/event_place.sql
var eventPlaceSQL string

// Place tells when an event was received: where it stands in lists. day, nil when not known, spares looking through the
// other partitions. The error is as Event's.
func (s *Store) Place(ctx context.Context, organization, project int64, id event.ID, day *event.Day) (received time.Time, err error) {
	first, last := firstTime, lastTime
	if day != nil {
		first, last = day.Time(), day.Time()
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, eventPlaceSQL, project, [16]byte(id), first, last).Scan(&received)
	})
	return received, wrap("find the place of an event", err)
}
