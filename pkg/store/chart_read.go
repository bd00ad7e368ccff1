package store

import (
	"cmp"
	"context"
	_ "embed" // the statements
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A SeriesFilter says which stored events are counted over time.
type SeriesFilter struct {
	Project  int64
	From, To time.Time // To is now, From a day before it
	Step     string    // hour or day
	By       string    // level, release, environment, browser, os or protocol; empty: all together
}

// A Series is counts over time. Each group has a point for each step from From until To.
type Series struct {
	From   time.Time     `json:"from"`
	To     time.Time     `json:"to"`
	Step   string        `json:"step"`
	By     string        `json:"by"`
	Groups []SeriesGroup `json:"groups"` // most events first, at most 20; what is beyond has the value * and comes last
}

// A SeriesGroup is the events with one value of a field.
type SeriesGroup struct {
	Value  string  `json:"value"` // empty where the events have none
	Events int64   `json:"events"`
	Points []int64 `json:"points"`
}

// countedFields are the fields of field_counts, by the numbers they have there.
var countedFields = []string{"level", "release", "environment", "browser", "os", "protocol"}

// maxSeries bounds how many groups a series has: nobody tells more colours apart.
const maxSeries = 20

//go:embed sql/series.sql
var seriesSQL string

//go:embed sql/series_by.sql
var seriesBySQL string

// Series counts a project's stored events by receipt. From and To are widened to whole steps in UTC. All together are
// always one group; by a field there are none where there was no event. The error is ErrInvalid, ErrNotFound (of the project),
// ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Series(ctx context.Context, organization int64, f SeriesFilter) (Series, error) {
	w, n, err := stepped(f.From, f.To, 24*time.Hour, f.Step, "hour", "day")
	if err == nil && f.By != "" && !slices.Contains(countedFields, f.By) {
		err = invalid("by", "%s", strings.Join(countedFields, ", "))
	}
	if err != nil {
		return Series{}, fmt.Errorf("count events over time: %w", err)
	}
	length := steps[f.Step]
	series := Series{From: w.from, To: w.to, Step: f.Step, By: f.By, Groups: []SeriesGroup{}}
	groups := map[string]*SeriesGroup{}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		var value string
		var at time.Time
		var events int64
		sql, args, into := seriesSQL, []any{f.Project, w.from, w.to, length}, []any{&at, &events}
		if f.By != "" {
			sql, into = seriesBySQL, []any{&value, &at, &events}
			args = append(args, slices.Index(countedFields, f.By)+1, maxSeries)
		} else {
			groups[""] = &SeriesGroup{Points: make([]int64, n)}
		}
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		tag, err := pgx.ForEachRow(rows, into, func() error {
			if groups[value] == nil {
				groups[value] = &SeriesGroup{Value: value, Points: make([]int64, n)}
			}
			groups[value].Events += events
			groups[value].Points[at.Sub(w.from)/length] += events
			return nil
		})
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		return visible(ctx, tx, f.Project)
	})
	if err != nil {
		return Series{}, fmt.Errorf("count events over time: %w", err)
	}
	for _, g := range groups {
		series.Groups = append(series.Groups, *g)
	}
	slices.SortFunc(series.Groups, func(a, b SeriesGroup) int {
		return cmp.Or(last(a.Value == "*", b.Value == "*"), cmp.Compare(b.Events, a.Events), cmp.Compare(a.Value, b.Value))
	})
	return series, nil
}

// last orders what is so behind what is not.
func last(a, b bool) int {
	switch {
	case a && !b:
		return 1
	case b && !a:
		return -1
	}
	return 0
}

// A DayCount is a count of one UTC day.
type DayCount struct {
	Day   event.Day `json:"day"`
	Users int64     `json:"users"`
}

//go:embed sql/user_days.sql
var userDaysSQL string

// UserDays counts the different users who met an error of a project, by day of receipt, a count for each day from from
// until to; to is now and from 14 days before it where they are zero. The error is ErrInvalid, ErrNotFound (of the project),
// ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) UserDays(ctx context.Context, organization, project int64, from, to time.Time) ([]DayCount, error) {
	w, n, err := stepped(from, to, 14*24*time.Hour, "day", "day")
	if err != nil {
		return nil, fmt.Errorf("count users: %w", err)
	}
	counts := make([]DayCount, n)
	first := event.DayOf(w.from)
	for i := range counts {
		counts[i].Day = first + event.Day(i)
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, userDaysSQL, project, w.from, w.to)
		if err != nil {
			return err
		}
		var day time.Time
		var users int64
		tag, err := pgx.ForEachRow(rows, []any{&day, &users}, func() error {
			counts[event.DayOf(day)-first].Users = users
			return nil
		})
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		return visible(ctx, tx, project)
	})
	if err != nil {
		return nil, fmt.Errorf("count users: %w", err)
	}
	return counts, nil
}

// maxSpark bounds the points of a small chart.
const maxSpark = 200

//go:embed sql/sparks.sql
var sparksSQL string

// Sparks counts the events of issues, at most 100, in equal steps, in the order of issues: what small charts show. Of an issue
// its ID and ProjectID count: one id may be there in several projects. The time from from to to is widened to whole hours
// first, for no shorter time is known. An issue that is not there has none. The error is ErrInvalid, ErrTimeout or
// ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Sparks(ctx context.Context, organization int64, issues []Issue, from, to time.Time, points int) ([][]int64, error) {
	w, _, err := stepped(from, to, 24*time.Hour, "hour", "hour")
	if err == nil && (points < 1 || points > maxSpark) {
		err = invalid("points", "1 to %d", maxSpark)
	}
	if err == nil && len(issues) > MaxLimit {
		err = invalid("issues", "at most %d", MaxLimit)
	}
	if err != nil {
		return nil, fmt.Errorf("count events of issues: %w", err)
	}
	sparks, projects, ids := make([][]int64, len(issues)), make([]int64, len(issues)), make([][16]byte, len(issues))
	for i, issue := range issues {
		sparks[i], projects[i], ids[i] = make([]int64, points), issue.ProjectID, issue.ID
	}
	if len(issues) == 0 {
		return sparks, nil
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sparksSQL, projects, ids, w.from.Unix(), w.to.Unix(), points)
		if err != nil {
			return err
		}
		var n, bucket int
		var events int64
		_, err = pgx.ForEachRow(rows, []any{&n, &bucket, &events}, func() error {
			sparks[n-1][bucket-1] += events
			return nil
		})
		return err
	})
	return sparks, wrap("count events of issues", err)
}
