package store

import (
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
)

// newAge is for how long an issue is new.
const newAge = 24 * time.Hour

// addIssue adds what narrows a statement in which issues are i. projects are those that it is about, where some term asks
// for a visitor.
func (c *conditions) addIssue(f IssueFilter, projects []int64) {
	if f.Level != 0 {
		c.where(false, "i.level = ?", f.Level)
	}
	for _, column := range []struct{ sql, value string }{
		{"i.status = ?", f.Status}, {"i.type = ?", f.Type}, {"i.first_release = ?", f.FirstRelease}, {"i.last_release = ?", f.LastRelease},
	} {
		if column.value != "" {
			c.where(false, column.sql, column.value)
		}
	}
	c.terms(f.Query, search.OfIssues, func(t search.Term) { c.issue(t, projects) })
}

// states are the conditions of what an issue is.
var states = map[string]string{
	"unresolved": "i.status = 'unresolved'",
	"resolved":   "i.status = 'resolved'",
	"ignored":    "i.status = 'ignored'",
	"regressed":  "i.regressed_at is not null and i.status = 'unresolved'",
	"assigned":   "i.assignee_id is not null",
	"unassigned": "i.assignee_id is null",
}

func (c *conditions) issue(t search.Term, projects []int64) {
	switch t.Field {
	case search.Is:
		if t.Value == "new" {
			c.where(t.Not, "i.first_seen >= ?", c.now.Add(-newAge))
		} else {
			c.and(t.Not, states[t.Value])
		}
	case search.Level:
		c.column(t, "i.level", t.EventLevel())
	case search.Type:
		c.column(t, "i.type", t.Value)
	case search.Culprit:
		c.column(t, "i.culprit", t.Value)
	case search.FirstRelease:
		c.column(t, "i.first_release", t.Value)
	case search.LastRelease:
		c.column(t, "i.last_release", t.Value)
	case search.Events:
		c.column(t, "i.events", t.Number())
	case search.Users:
		c.column(t, "i.users", t.Number())
	case search.FirstSeen:
		c.moment(t, "i.first_seen")
	case search.LastSeen:
		c.moment(t, "i.last_seen")
	case search.Assigned:
		c.assigned(t)
	case search.User:
		if t.Op == search.Match {
			c.and(t.Not, "i.users > 0")
			return
		}
		c.where(t.Not, "exists (select from issue_fingerprints f join issue_users u on u.project_id = f.project_id and u.fingerprint = f.fingerprint"+
			" where f.project_id = i.project_id and f.issue_id = i.issue_id and u.user_hash = any(?))", hashes(projects, t.Value))
	default:
		c.and(t.Not, "exists (select from issue_fingerprints f where f.project_id = i.project_id and f.issue_id = i.issue_id and "+c.seen(t, "f")+")")
	}
}

func (c *conditions) assigned(t search.Term) {
	switch t.Value {
	case "none":
		c.and(t.Not, "i.assignee_id is null")
	case "me":
		if c.me == 0 {
			c.wrong(t, "me is who has signed in, and a token is nobody; want an e-mail")
			return
		}
		c.where(t.Not, "i.assignee_id = ?", c.me)
	default:
		c.where(t.Not, "i.assignee_id in (select user_id from users where email = ?)", t.Value)
	}
}

// hashes are those of a visitor in each project.
func hashes(projects []int64, user string) []int64 {
	var all []int64
	for _, project := range projects {
		all = append(all, event.UserHashes(project, user)...)
	}
	return all
}
