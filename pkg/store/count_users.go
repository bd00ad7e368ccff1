package store

import (
	_ "embed" // the statements

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

//go:embed sql/settle_users.sql
var settleUsersSQL string

// queueSettle takes off again who was counted for an issue though another of its fingerprints knew them already. It comes
// after the upsert of the issues, which holds their rows: two workers that meet the same user in two fingerprints of an
// issue come here one after the other. perIssue says how many new users an issue has.
func queueSettle(queue *pgx.Batch, issueOf map[groupKey]event.ID, newUsers map[groupKey][]int64, perIssue map[groupKey]int64) {
	if len(newUsers) == 0 {
		return
	}
	var ofIssues, projects, users []int64
	var issues, of [][16]byte
	for k, n := range perIssue {
		if n > 0 {
			ofIssues, issues = append(ofIssues, k.project), append(issues, k.fingerprint)
		}
	}
	for k, added := range newUsers {
		for _, user := range added {
			projects, of, users = append(projects, k.project), append(of, issueOf[k]), append(users, user)
		}
	}
	queue.Queue(settleUsersSQL, projects, of, users, ofIssues, issues)
}
