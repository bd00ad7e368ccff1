package store

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

//go:embed sql/reopen_issues.sql
var reopenIssuesSQL string

// reopen ends what somebody decided about issues where these new events end it, and writes that down: resolved ones that
// came back, ignored ones with as many events or users as were to be waited for. It runs in the transaction that inserts
// the events, behind upsertIssues, which holds the locks of the issues that are due. Returns how many it reopened.
func reopen(ctx context.Context, tx pgx.Tx, due []groupKey, fresh []*Row, issueOf map[groupKey]event.ID) (int, error) {
	if len(due) == 0 {
		return 0, nil
	}
	var projects []int64
	var issues, events [][16]byte
	var releases []string
	var times []time.Time
	for _, r := range fresh {
		issue := issueOf[groupKey{r.Project, r.Fingerprint}]
		if !slices.Contains(due, groupKey{r.Project, issue}) { // few are ever due
			continue
		}
		projects, issues, events = append(projects, r.Project), append(issues, issue), append(events, r.Event.ID)
		releases, times = append(releases, r.Event.Release), append(times, r.Received)
	}
	tag, err := tx.Exec(ctx, reopenIssuesSQL, projects, issues, events, releases, times)
	if err != nil {
		return 0, fmt.Errorf("reopen issues: %w", err)
	}
	return int(tag.RowsAffected()), nil // a batch holds thousands
}

//go:embed sql/reopen_in_time.sql
var reopenInTimeSQL string

// reopenStep is how many issues one statement reopens.
const reopenStep = 500

// ReopenInTime reopens issues that were ignored until a time which has come, and returns how many.
func (s *Store) ReopenInTime(ctx context.Context) (reopened int64, err error) {
	for {
		tag, err := s.db.Exec(ctx, reopenInTimeSQL, reopenStep)
		if err != nil {
			return reopened, fmt.Errorf("reopen issues in time: %w", explain(err))
		}
		reopened += tag.RowsAffected()
		if tag.RowsAffected() < reopenStep {
			return reopened, nil
		}
	}
}
