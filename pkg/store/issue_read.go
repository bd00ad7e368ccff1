package store

import (
	"context"
	_ "embed" // the statement
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// An Issue is events that are one problem.
type Issue struct {
	ID           event.ID    `json:"id"`
	ProjectID    int64       `json:"project_id"`
	Title        string      `json:"title"`
	Type         string      `json:"type"`
	Culprit      string      `json:"culprit"`
	Level        event.Level `json:"level"`
	Status       string      `json:"status"`
	Events       int64       `json:"events"`
	Users        int64       `json:"users"`
	FirstSeen    time.Time   `json:"first_seen"`
	LastSeen     time.Time   `json:"last_seen"`
	FirstRelease string      `json:"first_release"`
	LastRelease  string      `json:"last_release"`

	AssigneeID      *int64     `json:"assignee_id"`
	ResolvedAt      *time.Time `json:"resolved_at"`
	ResolvedRelease *string    `json:"resolved_release"` // see the table's comment
	IgnoredUntil    *time.Time `json:"ignored_until"`
	IgnoredEvents   *int64     `json:"ignored_events"` // until events reaches it
	IgnoredUsers    *int64     `json:"ignored_users"`
	RegressedAt     *time.Time `json:"regressed_at"` // by the event that last reopened it
	Regressions     int        `json:"regressions"`
	MergedInto      *event.ID  `json:"merged_into"` // the issue it counts for now
}

func scanIssue(row pgx.CollectableRow) (i Issue, err error) {
	var into *[16]byte
	err = row.Scan((*[16]byte)(&i.ID), &i.ProjectID, &i.Title, &i.Type, &i.Culprit, &i.Level, &i.Status, &i.Events, &i.Users,
		&i.FirstSeen, &i.LastSeen, &i.FirstRelease, &i.LastRelease,
		&i.AssigneeID, &i.ResolvedAt, &i.ResolvedRelease, &i.IgnoredUntil, &i.IgnoredEvents, &i.IgnoredUsers,
		&i.RegressedAt, &i.Regressions, &into)
	i.MergedInto = (*event.ID)(into)
	return i, err
}

//go:embed sql/issue.sql
var issueSQL string

// Issue finds one issue, also one that was merged into another: see MergedInto. The error is ErrNotFound, ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Issue(ctx context.Context, organization, project int64, id event.ID) (found Issue, err error) {
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, issueSQL, project, [16]byte(id))
		if err != nil {
			return err
		}
		found, err = pgx.CollectExactlyOneRow(rows, scanIssue)
		return err
	})
	return found, wrap("find issue", err)
}
