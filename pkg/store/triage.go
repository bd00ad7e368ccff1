package store

import (
	"context"
	_ "embed" // the statements
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A Change is what somebody makes of issues. Nil members stay as they are.
type Change struct {
	Status   string      `json:"status,omitempty"`   // unresolved, resolved or ignored; empty: as it is
	Resolve  *Resolution `json:"resolve,omitempty"`  // with status resolved
	Ignore   *Ignorance  `json:"ignore,omitempty"`   // with status ignored
	Assignee *int64      `json:"assignee,omitempty"` // number of a member; 0 for nobody
}

// A Resolution says which events reopen a resolved issue; the zero value: any later one.
type Resolution struct {
	NextRelease bool   `json:"next_release,omitempty"` // only one of a release that was not seen before
	Release     string `json:"release,omitempty"`      // only one of this release or one first seen after it
}

// An Ignorance says until when an issue is ignored, whichever comes first; the zero value: for ever.
type Ignorance struct {
	Until  *time.Time `json:"until,omitempty"`
	Events int64      `json:"events,omitempty"` // so many more
	Users  int64      `json:"users,omitempty"`  // so many more
}

// Bounds of a change.
const (
	MaxChanged = 100           // issues of one change or merge
	maxBound   = 1_000_000_000 // more events or users to wait for
)

func (c Change) check() error {
	switch {
	case c.Status == "" && c.Assignee == nil:
		return invalid("status", "a status or an assignee")
	case c.Status != "" && c.Status != "unresolved" && c.Status != "resolved" && c.Status != "ignored":
		return invalid("status", "unresolved, resolved or ignored")
	case c.Resolve != nil && c.Status != "resolved":
		return invalid("resolve", "it with status resolved only")
	case c.Ignore != nil && c.Status != "ignored":
		return invalid("ignore", "it with status ignored only")
	case c.Assignee != nil && *c.Assignee < 0:
		return invalid("assignee", "the number of a member, or 0")
	}
	if r := c.Resolve; r != nil && (r.NextRelease && r.Release != "" || utf8.RuneCountInString(r.Release) > event.MaxRelease) {
		return invalid("resolve", "next_release, or release of at most %d characters", event.MaxRelease)
	}
	if i := c.Ignore; i != nil {
		if i.Events < 0 || i.Users < 0 || i.Events > maxBound || i.Users > maxBound {
			return invalid("ignore", "events and users from 0 to %d", maxBound)
		}
		if i.Until != nil && (i.Until.Before(time.Now()) || i.Until.After(lastTime)) {
			return invalid("ignore", "until a time to come")
		}
	}
	return nil
}

// checkIssues sorts issues and takes out what stands there twice.
func checkIssues(issues []event.ID) ([][16]byte, error) {
	ids := make([][16]byte, len(issues))
	for i, id := range issues {
		ids[i] = id
	}
	slices.SortFunc(ids, compareIDs)
	ids = slices.Compact(ids)
	if len(ids) < 1 || len(ids) > MaxChanged {
		return nil, invalid("ids", "1 to %d issues", MaxChanged)
	}
	return ids, nil
}

//go:embed sql/lock_issues.sql
var lockIssuesSQL string

//go:embed sql/change_issues.sql
var changeIssuesSQL string

// lockedIssue is an issue that nobody else changes until the transaction ends.
type lockedIssue struct {
	ID            [16]byte
	Status        string
	Assignee      int64
	Title         string
	Events, Users int64
}

// ChangeIssues changes issues of a project, at most 100, in one transaction, and writes down who did it where something
// became different. It returns them as they are now, by id; where one is not there, or merged into another, it is
// ErrNotFound, and nothing is changed.
func (s *Store) ChangeIssues(ctx context.Context, organization, project int64, by Actor, issues []event.ID, c Change) (changed []Issue, err error) {
	ids, err := checkIssues(issues)
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return nil, fmt.Errorf("change issues: %w", err)
	}
	err = s.change(ctx, organization, func(tx pgx.Tx) error {
		name, err := memberName(ctx, tx, c.Assignee)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, lockIssuesSQL, project, ids)
		if err != nil {
			return err
		}
		before, err := pgx.CollectRows(rows, pgx.RowToStructByPos[lockedIssue])
		if err != nil {
			return err
		}
		if len(before) < len(ids) {
			return ErrNotFound
		}
		if _, err := tx.Exec(ctx, changeIssuesSQL, append([]any{project, ids}, c.args()...)...); err != nil {
			return err
		}
		if err := insertActivity(ctx, tx, project, by, c.activity(before, name)); err != nil {
			return err
		}
		changed, err = issuesByID(ctx, tx, project, ids)
		return err
	})
	return changed, wrap("change issues", err)
}

// args are the last of the statement.
func (c Change) args() []any {
	var release *string // nil is any later event, empty the next release
	var until *time.Time
	var events, users int64
	if r := c.Resolve; r != nil && (r.NextRelease || r.Release != "") {
		release = &r.Release
	}
	if i := c.Ignore; i != nil {
		until, events, users = i.Until, i.Events, i.Users
	}
	return []any{c.Status, release, until, events, users, c.Assignee}
}

// activity says what became different of issues.
func (c Change) activity(before []lockedIssue, assignee string) (entries []entry) {
	var status any = struct{}{}
	switch {
	case c.Resolve != nil:
		status = c.Resolve
	case c.Ignore != nil:
		status = c.Ignore
	}
	kind := map[string]string{"unresolved": "unresolve", "resolved": "resolve", "ignored": "ignore"}[c.Status]
	for _, i := range before {
		// Who resolves or ignores again may do so in another way.
		if c.Status != "" && (c.Status != i.Status || c.Status != "unresolved") {
			entries = append(entries, entry{i.ID, kind, status})
		}
		if c.Assignee != nil && *c.Assignee != i.Assignee {
			entries = append(entries, entry{i.ID, "assign", assigned{*c.Assignee, assignee}})
		}
	}
	return entries
}

// assigned is what the activity holds of an assignment.
type assigned struct {
	Assignee int64  `json:"assignee"` // 0 for nobody
	Name     string `json:"name"`
}

//go:embed sql/member_name.sql
var memberNameSQL string

// memberName finds who is to take care of an issue, ErrInvalid for somebody who is no member.
func memberName(ctx context.Context, tx pgx.Tx, user *int64) (name string, err error) {
	if user == nil || *user == 0 {
		return "", nil
	}
	if err = tx.QueryRow(ctx, memberNameSQL, *user).Scan(&name); errors.Is(err, pgx.ErrNoRows) {
		err = invalid("assignee", "the number of a member, or 0")
	}
	return name, err
}

//go:embed sql/issues_by_id.sql
var issuesByIDSQL string

func issuesByID(ctx context.Context, tx pgx.Tx, project int64, ids [][16]byte) ([]Issue, error) {
	rows, err := tx.Query(ctx, issuesByIDSQL, project, ids)
	if err != nil {
		return nil, err
	}
	issues, err := pgx.CollectRows(rows, scanIssue)
	slices.SortFunc(issues, func(a, b Issue) int { return compareIDs(a.ID, b.ID) })
	return issues, err
}
