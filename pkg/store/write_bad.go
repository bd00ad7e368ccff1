package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Bad returns the indexes of the rows and of the sidecars that Postgres refuses, found by halving the batch in trial
// transactions. It is for batches that Write answered with ErrRejected.
func (s *Store) Bad(ctx context.Context, b *Batch) (rows, sidecars []int, err error) {
	rows, err = s.search(ctx, len(b.Rows), func(from, to int) *Batch {
		return &Batch{Rows: slices.Clone(b.Rows[from:to])}
	})
	if err != nil {
		return nil, nil, fmt.Errorf("find bad rows: %w", err)
	}
	sidecars, err = s.search(ctx, len(b.Sidecars), func(from, to int) *Batch {
		return &Batch{Sidecars: slices.Clone(b.Sidecars[from:to])}
	})
	if err != nil {
		return nil, nil, fmt.Errorf("find bad sidecars: %w", err)
	}
	return rows, sidecars, nil
}

// search returns which of n things can't be written, of which part makes a batch.
func (s *Store) search(ctx context.Context, n int, part func(from, to int) *Batch) (bad []int, err error) {
	var halve func(from, to int) error
	halve = func(from, to int) error {
		err := s.try(ctx, part(from, to))
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, ErrRejected):
			return err
		case to-from == 1:
			bad = append(bad, from)
			return nil
		}
		mid := from + (to-from)/2
		return errors.Join(halve(from, mid), halve(mid, to))
	}
	if n == 0 {
		return nil, nil
	}
	return bad, halve(0, n)
}

// try writes a batch as if it were one pack nobody has seen, so that everything in it moves, and takes it back.
func (s *Store) try(ctx context.Context, b *Batch) error {
	now := time.Now()
	b.Packs, b.Careful = []Pack{{ID: event.NewID(now), Day: event.DayOf(now), Events: len(b.Rows)}}, true
	for i := range b.Rows {
		b.Rows[i].Pack = 0
	}
	for i := range b.Sidecars {
		b.Sidecars[i].Pack = 0
	}
	_, err := s.retryConflicts(ctx, b, false)
	return err
}
