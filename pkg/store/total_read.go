package store

import (
	"context"
	_ "embed" // the statement
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed sql/field_totals.sql
var fieldTotalsSQL string

// FieldTotals counts a project's stored events of a window by the values of each field that Series knows: the most
// frequent, at most limit, and what is beyond as Other. A field without events is not there. from and to are as those of
// Series, and so are the errors.
func (s *Store) FieldTotals(ctx context.Context, organization, project int64, from, to time.Time, limit int) (facets []Facet, err error) {
	limit, err = checkLimit(limit)
	var w window
	if err == nil {
		w, err = newWindow(from, to, 24*time.Hour)
	}
	if err != nil {
		return nil, fmt.Errorf("count events by field: %w", err)
	}
	w = w.whole(time.Hour)
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, fieldTotalsSQL, project, w.from, w.to, limit)
		if err != nil {
			return err
		}
		var field int
		var value FacetValue
		var whole int64
		_, err = pgx.ForEachRow(rows, []any{&field, &value.Value, &value.Events, &whole}, func() error {
			if field < 1 || field > len(countedFields) {
				return nil // of a newer version
			}
			if n := len(facets); n == 0 || facets[n-1].Field != countedFields[field-1] {
				facets = append(facets, Facet{Field: countedFields[field-1], Other: whole})
			}
			last := &facets[len(facets)-1]
			last.Values, last.Other = append(last.Values, value), last.Other-value.Events
			return nil
		})
		if err != nil || len(facets) > 0 {
			return err
		}
		return visible(ctx, tx, project)
	})
	return facets, wrap("count events by field", err)
}
