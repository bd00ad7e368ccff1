package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// StepByStep is the same store, of which every step of a search ends the page as if it had taken long.
func (s *Store) StepByStep() *Store { return &Store{db: s.db, codec: s.codec} }

// Statement is what lists the filter's issues.
func (f IssueFilter) Statement(limit int, projects ...int64) (sql string, args []any, err error) {
	if f.Sort == "" {
		f.Sort = "last_seen"
	}
	_, sql, args, err = f.statement(limit, projects)
	return sql, args, err
}

// CursorOf is the cursor behind an issue of the filter's list.
func (f IssueFilter) CursorOf(i Issue) string {
	return f.name().cursor(f.position(issueOrders[f.Sort], i))
}

// Statements are what lists the filter's events in one step, and what finds how far a step reaches, with where it ends.
func (f EventFilter) Statements(ctx context.Context, tx pgx.Tx, limit int) (list, reach string, args, reachArgs []any, err error) {
	scan, err := newEventScan(f)
	if err != nil {
		return "", "", nil, nil, err
	}
	end, err := f.name().position(f.Cursor, scan.to)
	if err != nil {
		return "", "", nil, nil, err
	}
	rows, reached, err := scan.step(ctx, tx, end, limit)
	_ = rows
	return scan.list, scan.reach, scan.own(reached, end, limit), scan.own(scan.from, end, reaches[0])[:scan.reachArgs], err
}
