package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// A Drop is what was not kept, by whom and why.
type Drop struct {
	Source   string `json:"source"`   // filter: our noise filters; client: the SDK; edge: ingest, before anything was accepted
	Reason   string `json:"reason"`   // the filter's name, the client's reason, or the code of the refusal
	Category string `json:"category"` // error, or another of Sentry's data categories
	Quantity int64  `json:"quantity"`
}

// A DropPoint is the drops of one kind in one step.
type DropPoint struct {
	Time time.Time `json:"time"` // its start
	Drop
}

// Drops is what was not kept over time. Series has a point for each kind and step that has any.
type Drops struct {
	From   time.Time   `json:"from"`
	To     time.Time   `json:"to"`
	Step   string      `json:"step"`
	Totals []Drop      `json:"totals"`
	Series []DropPoint `json:"series"`
}

// maxDropPoints bounds a series over all kinds, of which there are some dozens.
const maxDropPoints = 10_000

//go:embed sql/drops.sql
var dropsSQL string

// Drops counts what was not kept of a project by receipt; window and steps are those of Stats. The error is
// ErrInvalid, ErrNotFound (of the project), ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Drops(ctx context.Context, organization, project int64, from, to time.Time, step string) (Drops, error) {
	w, _, err := stepped(from, to, 24*time.Hour, step, "minute", "hour", "day")
	if err != nil {
		return Drops{}, fmt.Errorf("count drops: %w", err)
	}
	drops := Drops{From: w.from, To: w.to, Step: step, Totals: []Drop{}, Series: []DropPoint{}}
	totals := map[Drop]int{} // by kind, to its place in Totals
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, dropsSQL, project, w.from, w.to, step, maxDropPoints+1)
		if err != nil {
			return err
		}
		var p DropPoint
		_, err = pgx.ForEachRow(rows, []any{&p.Time, &p.Source, &p.Reason, &p.Category, &p.Quantity}, func() error {
			drops.Series = append(drops.Series, p)
			kind := p.Drop
			kind.Quantity = 0
			at, known := totals[kind]
			if !known {
				at = len(drops.Totals)
				totals[kind] = at
				drops.Totals = append(drops.Totals, kind)
			}
			drops.Totals[at].Quantity += p.Quantity
			return nil
		})
		if err != nil || len(drops.Series) > 0 {
			return err
		}
		return visible(ctx, tx, project)
	})
	if err == nil && len(drops.Series) > maxDropPoints {
		err = invalid("step", "a longer one, or a shorter time from and to")
	}
	if err != nil {
		return Drops{}, fmt.Errorf("count drops: %w", err)
	}
	return drops, nil
}
