package store

import (
	"context"
	_ "embed" // the statements
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

//go:embed sql/settle_users.sql
var settleUsersSQL string

// settleUsers takes off again who was counted for an issue though another of its fingerprints knew them already. It comes
// after the upsert of the issues, which holds their rows: two workers that meet the same user in two fingerprints of an
// issue come here one after the other.
func settleUsers(ctx context.Context, tx pgx.Tx, issueOf map[groupKey]event.ID, newUsers map[groupKey][]int64) error {
	if len(newUsers) == 0 {
		return nil
	}
	var projects, users []int64
	var issues [][16]byte
	for k, added := range newUsers {
		for _, user := range added {
			projects, issues, users = append(projects, k.project), append(issues, issueOf[k]), append(users, user)
		}
	}
	if _, err := tx.Exec(ctx, settleUsersSQL, projects, issues, users); err != nil {
		return fmt.Errorf("settle users: %w", err)
	}
	return nil
}
