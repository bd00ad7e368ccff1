package store

import (
	"context"
	_ "embed" // the statements
	"time"

	"github.com/jackc/pgx/v5"
)

// A ProjectOverview is what a list of projects shows of one.
type ProjectOverview struct {
	Project
	Open      int64      `json:"open_issues"` // unresolved
	New       int64      `json:"new_issues"`  // first seen within the last 24 hours
	Hours     []int64    `json:"hours"`       // stored events of the last 24 hours, oldest first
	LastEvent *time.Time `json:"last_event"`  // null when it never had one
}

// overviewHours is how many hours a list of projects shows; the last is the one under way.
const overviewHours = 24

//go:embed sql/overview.sql
var overviewSQL string

//go:embed sql/overview_hours.sql
var overviewHoursSQL string

// Overview lists the projects of an organization, one where project is not 0, at most 1,000, oldest first. The error is
// ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Overview(ctx context.Context, organization, project int64) (all []ProjectOverview, err error) {
	now := time.Now().UTC()
	to := now.Truncate(time.Hour).Add(time.Hour)
	from := to.Add(-overviewHours * time.Hour)
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		queue := &pgx.Batch{} // one round trip
		at := map[int64]int{}
		queue.Queue(overviewSQL, project, now.Add(-overviewHours*time.Hour), maxProjects).Query(func(rows pgx.Rows) error {
			all, err = pgx.CollectRows(rows, scanOverview)
			for i := range all {
				at[all[i].ID] = i
			}
			return err
		})
		queue.Queue(overviewHoursSQL, project, from, to).Query(func(rows pgx.Rows) error {
			var id, events int64
			var hour time.Time
			_, err := pgx.ForEachRow(rows, []any{&id, &hour, &events}, func() error {
				if i, ok := at[id]; ok {
					all[i].Hours[hour.Sub(from)/time.Hour] = events
				}
				return nil
			})
			return err
		})
		return tx.SendBatch(ctx, queue).Close()
	})
	return all, wrap("list projects", err)
}

func scanOverview(row pgx.CollectableRow) (o ProjectOverview, err error) {
	p := &o.Project
	o.Hours = make([]int64, overviewHours)
	err = row.Scan(&p.ID, &p.OrganizationID, &p.Slug, &p.Name, &p.Origins, &p.RetentionDays, &p.Rate, &p.CreatedAt, &o.Open, &o.New, &o.LastEvent)
	return o, err
}
