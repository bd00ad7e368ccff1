package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Counts is what became of the events a project sent.
type Counts struct {
	Events       int64 `json:"events"`        // stored
	Duplicates   int64 `json:"duplicates"`    // sent again
	Filtered     int64 `json:"filtered"`      // noise: see Drops for why
	Expired      int64 `json:"expired"`       // too old when written
	DeadLettered int64 `json:"dead_lettered"` // could not be written
}

func (c *Counts) add(d Counts) {
	c.Events += d.Events
	c.Duplicates += d.Duplicates
	c.Filtered += d.Filtered
	c.Expired += d.Expired
	c.DeadLettered += d.DeadLettered
}

// A Point is the counts of one step.
type Point struct {
	Time time.Time `json:"time"` // its start
	Counts
}

// Stats is a project's counts over time. Series has one point for each step from From until To.
type Stats struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Step   string    `json:"step"`
	Totals Counts    `json:"totals"`
	Series []Point   `json:"series"`
}

// An HourCount is the events of one hour.
type HourCount struct {
	Time   time.Time `json:"time"`
	Events int64     `json:"events"`
}

var steps = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// maxPoints bounds a series: more than any chart has pixels, and a day and a half of minutes.
const maxPoints = 2000

// steady widens a window to whole steps, so that no point shows a part of its step as the whole, and
// returns how many points that is.
func (w window) steady(step time.Duration) (window, int, error) {
	w = w.whole(step)
	n := w.to.Sub(w.from) / step
	// The span of two times saturates at 292 years, which is far too many points as well.
	if n > maxPoints {
		return w, 0, invalid("step", "one that makes at most %d points of from and to", maxPoints)
	}
	return w, int(n), nil
}

// whole widens a window to whole steps.
func (w window) whole(step time.Duration) window {
	w.from = w.from.Truncate(step)
	if end := w.to.Truncate(step); end.Before(w.to) {
		w.to = end.Add(step)
	}
	return w
}

// stepped returns the window of a series by steps of one of the names, from span before to when from is open, and how
// many points that is.
func stepped(from, to time.Time, span time.Duration, step string, names ...string) (window, int, error) {
	if !slices.Contains(names, step) {
		return window{}, 0, invalid("step", "%s", strings.Join(names, " or "))
	}
	w, err := newWindow(from, to, span)
	if err != nil {
		return window{}, 0, err
	}
	return w.steady(steps[step])
}

//go:embed sql/stats.sql
var statsSQL string

// Stats counts what became of a project's events by receipt. step is minute, hour or day; to defaults to
// now and from to a day before it. Both are widened to whole steps in UTC. The error is ErrInvalid,
// ErrNotFound (of the project), ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Stats(ctx context.Context, organization, project int64, from, to time.Time, step string) (Stats, error) {
	w, n, err := stepped(from, to, 24*time.Hour, step, "minute", "hour", "day")
	if err != nil {
		return Stats{}, fmt.Errorf("count events: %w", err)
	}
	length := steps[step]
	stats := Stats{From: w.from, To: w.to, Step: step, Series: make([]Point, n)}
	for i := range stats.Series {
		stats.Series[i].Time = w.from.Add(time.Duration(i) * length)
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, statsSQL, project, w.from, w.to, step)
		if err != nil {
			return err
		}
		var p Point
		tag, err := pgx.ForEachRow(rows, []any{&p.Time, &p.Events, &p.Duplicates, &p.Filtered, &p.Expired, &p.DeadLettered}, func() error {
			stats.Series[p.Time.Sub(w.from)/length].add(p.Counts)
			stats.Totals.add(p.Counts)
			return nil
		})
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		return visible(ctx, tx, project)
	})
	return stats, wrap("count events", err)
}

//go:embed sql/issue_hours.sql
var issueHoursSQL string

// IssueHours counts an issue's stored events by hour of receipt; to defaults to now and from to 14 days
// before it. An issue that is not there has none. The error is ErrInvalid, ErrTimeout or ErrUnavailable, wrapped, where
// it is not ours.
func (s *Store) IssueHours(ctx context.Context, organization, project int64, id event.ID, from, to time.Time) ([]HourCount, error) {
	w, err := newWindow(from, to, 14*24*time.Hour)
	if err != nil {
		return nil, fmt.Errorf("count events of issue: %w", err)
	}
	w, n, err := w.steady(time.Hour)
	if err != nil {
		return nil, fmt.Errorf("count events of issue: %w", err)
	}
	hours := make([]HourCount, n)
	for i := range hours {
		hours[i].Time = w.from.Add(time.Duration(i) * time.Hour)
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, issueHoursSQL, project, [16]byte(id), w.from, w.to)
		if err != nil {
			return err
		}
		var h HourCount
		_, err = pgx.ForEachRow(rows, []any{&h.Time, &h.Events}, func() error {
			hours[h.Time.Sub(w.from)/time.Hour].Events += h.Events
			return nil
		})
		return err
	})
	return hours, wrap("count events of issue", err)
}
