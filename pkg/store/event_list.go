package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
)

// defaultSpan is how far back a list without From goes: as far as most people look, and a bound on what a
// filter without matches can scan.
const defaultSpan = 30 * 24 * time.Hour

// name is the list that a cursor of this filter belongs to.
func (f EventFilter) name() list {
	asked := f.Query.String()
	f.Limit, f.Cursor, f.Query = 0, "", search.Query{}
	handled := "any"
	if f.Handled != nil {
		handled = fmt.Sprint(*f.Handled)
		f.Handled = nil
	}
	return newList("events "+handled+" "+asked, f)
}

// Events lists events, latest received first, with the cursor of the next page, "" after the last. It
// reads no block. What few events match is looked for in steps, for as long as somebody waits for a page; the page is then
// short, or empty, and its cursor goes on where the search ended: see SearchedTo. The error is ErrInvalid (a *search.Error
// where the query is wrong), ErrNotFound (of the project), ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Events(ctx context.Context, organization int64, f EventFilter) (events []EventRow, next string, err error) {
	limit, err := checkLimit(f.Limit)
	if err != nil {
		return nil, "", fmt.Errorf("list events: %w", err)
	}
	events, next, err = s.events(ctx, organization, f, limit)
	return events, next, wrap("list events", err)
}

// SearchedTo tells how far back a list has looked whose page is shorter than it may be but has a cursor.
func SearchedTo(next string) time.Time {
	_, p, err := readCursor(next)
	if err != nil {
		return time.Time{}
	}
	return p.time()
}

// searchBudget is for how long steps are begun: what comes then is a short page and a cursor.
const searchBudget = 1500 * time.Millisecond

func (s *Store) events(ctx context.Context, organization int64, f EventFilter, limit int) (found []EventRow, next string, err error) {
	scan, err := newEventScan(f)
	if err != nil {
		return nil, "", err
	}
	end, err := f.name().position(f.Cursor, scan.to)
	if err != nil {
		return nil, "", err
	}
	found = []EventRow{} // an empty list is no null
	started := time.Now()
	for done := false; !done && len(found) <= limit; {
		if scan.steps > 0 && time.Since(started) >= s.budget {
			return found, f.name().cursor(end), nil
		}
		err := s.read(ctx, organization, func(tx pgx.Tx) error {
			rows, reached, err := scan.step(ctx, tx, end, limit+1-len(found))
			if err != nil {
				return err
			}
			found, end, done = append(found, rows...), position{key: reached.UnixMicro()}, !reached.After(scan.from)
			if len(found) > 0 || !done {
				return nil
			}
			return visible(ctx, tx, f.Project)
		})
		if errors.Is(err, ErrTimeout) && scan.steps > 0 && ctx.Err() == nil {
			return found, f.name().cursor(end), nil
		}
		if err != nil {
			return nil, "", err
		}
	}
	found, next = page(f.name(), found, limit, EventRow.position)
	return found, next, nil
}

// position is the place of an event in lists.
func (r EventRow) position() position { return position{key: r.Received.UnixMicro(), id: r.ID} }

// Neighbours finds the events before and after one in the order of a list: next is the one that a list shows below it.
// Nil where there is none, or none that is found in the time that somebody waits. f's Limit and Cursor count nothing.
func (s *Store) Neighbours(ctx context.Context, organization int64, f EventFilter, id event.ID, received time.Time) (previous, next *EventRow, err error) {
	at := position{key: received.UnixMicro(), id: id}
	if previous, err = s.neighbour(ctx, organization, f, at, true); err != nil {
		return nil, nil, wrap("find the event before", err)
	}
	if next, err = s.neighbour(ctx, organization, f, at, false); err != nil {
		return nil, nil, wrap("find the event behind", err)
	}
	return previous, next, nil
}

func (s *Store) neighbour(ctx context.Context, organization int64, f EventFilter, at position, newer bool) (found *EventRow, err error) {
	scan, err := newEventScan(f)
	if err != nil {
		return nil, err
	}
	scan.newer = newer
	started := time.Now()
	for done := false; !done && found == nil && (scan.steps == 0 || time.Since(started) < s.budget); {
		err := s.read(ctx, organization, func(tx pgx.Tx) error {
			rows, reached, err := scan.step(ctx, tx, at, 1)
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				found = &rows[0]
				return nil
			}
			at, done = position{key: reached.UnixMicro()}, !scan.more(reached)
			if newer {
				at.id = lastID
			}
			if scan.steps > 1 || !done {
				return nil
			}
			return visible(ctx, tx, f.Project)
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// lastID is behind every other.
var lastID = event.ID{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// days returns the partitions that can hold events received in a window: the client's clock, which chose
// the partition, may have been as far off as event.Partition allows.
func days(from, to time.Time) (first, last time.Time) {
	return event.DayOf(from.Add(-event.MaxPast)).Time(), event.DayOf(to.Add(event.MaxFuture)).Time().AddDate(0, 0, 1)
}
