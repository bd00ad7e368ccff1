package store

import (
	"context"
	"iter"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Neighbours finds the events before and after one in the order of a list: next is the one that a list shows below it.
// Nil where there is none. f's Limit and Cursor count nothing.
func (s *Store) Neighbours(_ context.Context, organization int64, f EventFilter, id event.ID, received time.Time) (previous, next *EventRow, err error) {
	return nil, nil, errNotBuilt
}

// Suggest returns values of a field that begin with a prefix, for completion: at most limit.
func (s *Store) Suggest(_ context.Context, organization, project int64, field, prefix string, limit int) ([]string, error) {
	return nil, errNotBuilt
}

// EachEvent gives all events that a filter asks for, as Events lists them, without an end but the list's own: f.Limit counts
// nothing, and f.Cursor goes on from the cursor that came with an event. It reads by pages, so that no transaction is long.
func (s *Store) EachEvent(_ context.Context, organization int64, f EventFilter) iter.Seq2[Exported[EventRow], error] {
	return func(yield func(Exported[EventRow], error) bool) { yield(Exported[EventRow]{}, errNotBuilt) }
}

// EachIssue is EachEvent for issues.
func (s *Store) EachIssue(_ context.Context, organization int64, f IssueFilter) iter.Seq2[Exported[Issue], error] {
	return func(yield func(Exported[Issue], error) bool) { yield(Exported[Issue]{}, errNotBuilt) }
}

// Exported is an element of an export, with the cursor that goes on behind it.
type Exported[T any] struct {
	Value  T
	Cursor string
}
