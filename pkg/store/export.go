package store

import (
	"context"
	"iter"
)

// Exported is an element of an export, with the cursor that goes on behind it.
type Exported[T any] struct {
	Value  T
	Cursor string
}

// exportPage is how many elements an export reads at once: a page of a list costs little less.
const exportPage = 1000

// EachEvent gives all events that a filter asks for, as Events lists them, without an end but the list's own: f.Limit counts
// nothing, and f.Cursor goes on from the cursor that came with an event. It reads by pages, so that no transaction is long.
// An element with a cursor but a zero value says that the search has come so far and goes on.
func (s *Store) EachEvent(ctx context.Context, organization int64, f EventFilter) iter.Seq2[Exported[EventRow], error] {
	asked := f
	read := func(cursor string) ([]EventRow, string, error) {
		f.Cursor = cursor
		return s.events(ctx, organization, f, exportPage)
	}
	return each("export events", f.Cursor, read, func(r EventRow) string { return asked.name().cursor(r.position()) })
}

// EachIssue is EachEvent for issues.
func (s *Store) EachIssue(ctx context.Context, organization int64, f IssueFilter) iter.Seq2[Exported[Issue], error] {
	if f.Sort == "" {
		f.Sort = "last_seen"
	}
	asked := f
	read := func(cursor string) ([]Issue, string, error) {
		f.Cursor = cursor
		return s.issues(ctx, organization, f, exportPage)
	}
	return each("export issues", f.Cursor, read, func(i Issue) string { return asked.name().cursor(asked.position(issueOrders[asked.Sort], i)) })
}

// each reads page after page.
func each[T any](doing, cursor string, read func(cursor string) ([]T, string, error), after func(T) string) iter.Seq2[Exported[T], error] {
	return func(yield func(Exported[T], error) bool) {
		for {
			page, next, err := read(cursor)
			if err != nil {
				yield(Exported[T]{}, wrap(doing, err))
				return
			}
			for _, v := range page {
				if !yield(Exported[T]{v, after(v)}, nil) {
					return
				}
			}
			if cursor = next; next == "" {
				return
			}
			if len(page) == 0 && !yield(Exported[T]{Cursor: next}, nil) {
				return
			}
		}
	}
}
