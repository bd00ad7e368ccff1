package store

import (
	"context"
	_ "embed" // the statement
	"time"

	"github.com/jackc/pgx/v5"
)

// A Turn is how many issues of a project began, and how many came back after they were resolved, in one step.
type Turn struct {
	Time      time.Time `json:"time"` // its start
	New       int64     `json:"new"`
	Regressed int64     `json:"regressed"` // each issue by its last time
}

// Turns is a Turn for each step from From until To.
type Turns struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Step   string    `json:"step"`
	Series []Turn    `json:"series"`
}

//go:embed sql/issue_turns.sql
var issueTurnsSQL string

// IssueTurns counts the new and the regressed issues of a project over time. step is hour or day; to defaults to now and
// from to a day before it. Both are widened to whole steps in UTC. The error is ErrInvalid, ErrNotFound (of the
// project), ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) IssueTurns(ctx context.Context, organization, project int64, from, to time.Time, step string) (Turns, error) {
	w, n, err := stepped(from, to, 24*time.Hour, step, "hour", "day")
	if err != nil {
		return Turns{}, wrap("count new issues", err)
	}
	length := steps[step]
	turns := Turns{From: w.from, To: w.to, Step: step, Series: make([]Turn, n)}
	for i := range turns.Series {
		turns.Series[i].Time = w.from.Add(time.Duration(i) * length)
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, issueTurnsSQL, project, w.from, w.to, step)
		if err != nil {
			return err
		}
		var t Turn
		tag, err := pgx.ForEachRow(rows, []any{&t.Time, &t.New, &t.Regressed}, func() error {
			at := &turns.Series[t.Time.Sub(w.from)/length]
			at.New, at.Regressed = at.New+t.New, at.Regressed+t.Regressed
			return nil
		})
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		return visible(ctx, tx, project)
	})
	return turns, wrap("count new issues", err)
}
