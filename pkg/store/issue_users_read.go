package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// IssueUsers are the people who met an issue.
type IssueUsers struct {
	Users  int64          `json:"users"`  // different ones ever counted
	Events int64          `json:"events"` // the latest, at most 1,000, of which the rest tells
	Most   []AffectedUser `json:"most"`   // whom most of these happened to first, at most 100
}

// An AffectedUser is a person without a name: what tells users apart is kept as a hash.
type AffectedUser struct {
	User     string    `json:"user"` // 16 hex digits, the same in all issues of a project; empty where nothing tells users apart
	Events   int64     `json:"events"`
	LastSeen time.Time `json:"last_seen"`
}

//go:embed sql/issue_users_latest.sql
var issueUsersLatestSQL string

// IssueUsers counts who met an issue. The error is ErrNotFound (of the issue), ErrTimeout or ErrUnavailable, wrapped, where
// it is not ours.
func (s *Store) IssueUsers(ctx context.Context, organization, project int64, issue event.ID) (found IssueUsers, err error) {
	found.Most = []AffectedUser{}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		is, err := oneIssue(ctx, tx, project, issue)
		if err != nil {
			return err
		}
		found.Users = is.Users
		rows, err := tx.Query(ctx, issueUsersLatestSQL, project, [16]byte(issue), facetEvents)
		if err != nil {
			return err
		}
		var hash *int64
		var user AffectedUser
		_, err = pgx.ForEachRow(rows, []any{&hash, &user.Events, &user.LastSeen}, func() error {
			found.Events += user.Events
			user.User = ""
			if hash != nil {
				user.User = fmt.Sprintf("%016s", strconv.FormatUint(uint64(*hash), 16)) // its bits
			}
			if len(found.Most) < MaxLimit {
				found.Most = append(found.Most, user)
			}
			return nil
		})
		return err
	})
	return found, wrap("count users of issue", err)
}
