package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A Release is one that sent an event.
type Release struct {
	Release   string    `json:"release"`
	FirstSeen time.Time `json:"first_seen"`
	Events    int64     `json:"events"`     // stored, of the window
	NewIssues int64     `json:"new_issues"` // whose first event was of it

	id event.ID // for the cursor
}

//go:embed sql/releases.sql
var releasesSQL string

//go:embed sql/release_counts.sql
var releaseCountsSQL string

// Releases lists a project's releases, newest first, with the cursor of the next page. Events are counted from from to to,
// widened to whole hours in UTC; to is now and from 14 days before it where they are zero. Of an hour with very many
// releases some events are counted for none. The error is ErrInvalid, ErrNotFound (of the project), ErrTimeout or
// ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Releases(ctx context.Context, organization, project int64, from, to time.Time, limit int, cursor string) (all []Release, next string, err error) {
	w, err := newWindow(from, to, 14*24*time.Hour)
	if err != nil {
		return nil, "", fmt.Errorf("list releases: %w", err)
	}
	return s.releases(ctx, organization, project, limit, cursor, func(tx pgx.Tx, all []Release) error {
		return countReleases(ctx, tx, project, w.whole(time.Hour), all)
	})
}

// NewestReleases lists the releases that were seen first most lately, newest first, without their counts: what marks a chart.
// The errors are those of Releases.
func (s *Store) NewestReleases(ctx context.Context, organization, project int64, limit int) ([]Release, error) {
	all, _, err := s.releases(ctx, organization, project, limit, "", func(pgx.Tx, []Release) error { return nil })
	return all, err
}

// releases lists a page of releases and lets count fill in their counts.
func (s *Store) releases(ctx context.Context, organization, project int64, limit int, cursor string, count func(pgx.Tx, []Release) error) (all []Release, next string, err error) {
	limit, err = checkLimit(limit)
	name := newList("releases", project) // the times choose no row
	var end position
	if err == nil {
		end, err = name.position(cursor, lastTime)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list releases: %w", err)
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, releasesSQL, project, end.time(), [16]byte(end.id), limit+1)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Release, err error) {
			return r, row.Scan(&r.Release, &r.FirstSeen, (*[16]byte)(&r.id))
		})
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return visible(ctx, tx, project)
		}
		all, next = page(name, all, limit, func(last Release) position { return position{key: last.FirstSeen.UnixMicro(), id: last.id} })
		return count(tx, all)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list releases: %w", err)
	}
	return all, next, nil
}

func countReleases(ctx context.Context, tx pgx.Tx, project int64, w window, all []Release) error {
	names, at := make([]string, len(all)), make(map[string]*Release, len(all))
	for i := range all {
		names[i], at[all[i].Release] = all[i].Release, &all[i]
	}
	rows, err := tx.Query(ctx, releaseCountsSQL, project, names, w.from, w.to)
	if err != nil {
		return err
	}
	var name string
	var events, issues int64
	_, err = pgx.ForEachRow(rows, []any{&name, &events, &issues}, func() error {
		at[name].Events, at[name].NewIssues = events, issues
		return nil
	})
	return err
}
