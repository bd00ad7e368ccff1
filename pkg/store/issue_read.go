package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
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
	err = row.Scan((*[16]byte)(&i.ID), &i.ProjectID, &i.Title, &i.Type, &i.Culprit, &i.Level, &i.Status, &i.Events, &i.Users,
		&i.FirstSeen, &i.LastSeen, &i.FirstRelease, &i.LastRelease)
	return i, err
}

// An IssueFilter says which issues a list is about. Zero values ask for everything. From and To are of the
// last event; To is exclusive.
type IssueFilter struct {
	Project      int64        // 0: all of the organization
	Query        search.Query // beside the members below
	Me           int64        // the person that "me" stands for; 0 for nobody
	From, To     time.Time
	Level        event.Level
	Status       string // unresolved, resolved, ignored
	Type         string
	FirstRelease string
	LastRelease  string
	Sort         string // last_seen (also when empty), first_seen or events: highest first
	Limit        int    // 0 is DefaultLimit
	Cursor       string // "" is the first page
}

func (f IssueFilter) name() list {
	f.Limit, f.Cursor = 0, ""
	return newList("issues", f)
}

//go:embed sql/issues_by_last_seen.sql
var issuesByLastSeenSQL string

//go:embed sql/issues_by_first_seen.sql
var issuesByFirstSeenSQL string

//go:embed sql/issues_by_events.sql
var issuesByEventsSQL string

// issueOrder is one way to sort issues: its statement, and where in it an issue stands.
type issueOrder struct {
	sql string
	key func(Issue) int64
	end func(position) any // what the statement compares the key with
}

func asTime(p position) any { return p.time() }

var issueOrders = map[string]issueOrder{
	"last_seen":  {issuesByLastSeenSQL, func(i Issue) int64 { return i.LastSeen.UnixMicro() }, asTime},
	"first_seen": {issuesByFirstSeenSQL, func(i Issue) int64 { return i.FirstSeen.UnixMicro() }, asTime},
	"events":     {issuesByEventsSQL, func(i Issue) int64 { return i.Events }, func(p position) any { return p.key }},
}

// Issues lists issues, with the cursor of the next page, "" after the last. An issue whose sort key moves
// while somebody turns pages may come twice or not at all: it is at the top by then. Sorting by last_seen
// reads an index; the other orders sort the project's issues. The error is ErrInvalid, ErrNotFound (of the
// project), ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Issues(ctx context.Context, organization int64, f IssueFilter) (issues []Issue, next string, err error) {
	if f.Sort == "" {
		f.Sort = "last_seen"
	}
	order, args, limit, err := f.args()
	if err != nil {
		return nil, "", fmt.Errorf("list issues: %w", err)
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, order.sql, args...)
		if err != nil {
			return err
		}
		if issues, err = pgx.CollectRows(rows, scanIssue); err != nil || len(issues) > 0 {
			return err
		}
		return visible(ctx, tx, f.Project)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list issues: %w", err)
	}
	issues, next = page(f.name(), issues, limit, func(last Issue) position { return position{order.key(last), last.ID} })
	return issues, next, nil
}

func (f IssueFilter) args() (order issueOrder, args []any, limit int, err error) {
	order, ok := issueOrders[f.Sort]
	if !ok {
		return order, nil, 0, invalid("sort", "last_seen, first_seen or events")
	}
	if f.Status != "" && f.Status != "unresolved" && f.Status != "resolved" && f.Status != "ignored" {
		return order, nil, 0, invalid("status", "unresolved, resolved or ignored")
	}
	if limit, err = checkLimit(f.Limit); err != nil {
		return order, nil, 0, err
	}
	w, err := newWindow(f.From, f.To, 0)
	if err != nil {
		return order, nil, 0, err
	}
	end, err := f.name().position(f.Cursor, lastTime)
	if err != nil {
		return order, nil, 0, err
	}
	args = []any{
		f.Project, w.from, w.to, order.end(end), [16]byte(end.id), limit + 1,
		f.Level, f.Status, f.Type, f.FirstRelease, f.LastRelease,
	}
	return order, args, limit, nil
}

//go:embed sql/issue.sql
var issueSQL string

// Issue finds one issue. The error is ErrNotFound, ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
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
