package store

import (
	"context"
	_ "embed" // the statements
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// readTimeout bounds a statement of the read side: nobody waits longer for a page, and a few questions that
// are too wide must not hold all connections.
const readTimeout = 8 * time.Second

// read runs fn in a read-only transaction of one snapshot that sees one organization and nothing else:
// the role trivet_query is bound by the row policies, which ask for app.organization. Beginning is one
// round trip, for pgx sends a statement without arguments as it stands; the number needs no quoting. The
// server itself gives up a slow statement: a client that hangs up would not stop it. The error is a sentinel
// where explain knows one.
func (s *Store) read(ctx context.Context, organization int64, fn func(pgx.Tx) error) error {
	options := pgx.TxOptions{BeginQuery: "begin isolation level repeatable read, read only;" +
		" set local role trivet_query; set local statement_timeout = " + milliseconds(readTimeout) + ";" +
		" select set_config('app.organization', '" + strconv.FormatInt(organization, 10) + "', true)"}
	return explain(pgx.BeginTxFunc(ctx, s.db, options, fn))
}

// change runs fn in a transaction that may write what the role trivet_query may, of one organization and nothing else:
// the row policies refuse the rest. Each statement sees what was committed before it. The error is a sentinel where explain
// knows one; a lock that is not had in time is ErrUnavailable.
func (s *Store) change(ctx context.Context, organization int64, fn func(pgx.Tx) error) error {
	options := pgx.TxOptions{BeginQuery: "begin isolation level read committed, read write;" +
		" set local role trivet_query; set local statement_timeout = " + milliseconds(readTimeout) + ";" +
		" select set_config('app.organization', '" + strconv.FormatInt(organization, 10) + "', true)"}
	return explain(pgx.BeginTxFunc(ctx, s.db, options, fn))
}

//go:embed sql/visible_project.sql
var visibleProjectSQL string

// visible returns ErrNotFound when the transaction's organization does not own the project. Lists ask it
// only when they came out empty: a row is proof enough.
func visible(ctx context.Context, tx pgx.Tx, project int64) error {
	var id int64
	return tx.QueryRow(ctx, visibleProjectSQL, project).Scan(&id)
}

//go:embed sql/own_projects.sql
var ownProjectsSQL string

// maxProjects bounds OwnProjects, which has no pages.
const maxProjects = 1000

// OwnProjects lists what somebody of an organization may see of it: one project, or all when it is 0, at
// most 1,000, oldest first.
func (s *Store) OwnProjects(ctx context.Context, organization, project int64) (own []Project, err error) {
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, ownProjectsSQL, project, maxProjects)
		if err != nil {
			return err
		}
		own, err = pgx.CollectRows(rows, scanProject)
		return err
	})
	return own, wrap("list own projects", err)
}

// How many rows a page of a list holds.
const (
	DefaultLimit = 50
	MaxLimit     = 100
)

func checkLimit(limit int) (int, error) {
	if limit == 0 {
		return DefaultLimit, nil
	}
	if limit < 1 || limit > MaxLimit {
		return 0, invalid("limit", "a number from 1 to %d", MaxLimit)
	}
	return limit, nil
}

// The times a question may be about. Everything the edge writes lies between them, and Postgres can
// count days from both.
var (
	firstTime = time.Unix(0, 0).UTC()
	lastTime  = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// A window is the half-open span of receipt a list is about.
type window struct{ from, to time.Time }

// newWindow fills in what the caller left open: to is now, from lies span before it, or at the beginning
// when span is 0.
func newWindow(from, to time.Time, span time.Duration) (window, error) {
	if to.IsZero() {
		// A clock of an edge may be a little ahead of this one.
		to = time.Now().UTC().Add(time.Minute)
	}
	if from.IsZero() {
		from = firstTime
		if span > 0 {
			from = to.Add(-span)
		}
	}
	if from.Before(firstTime) {
		from = firstTime
	}
	if to.After(lastTime) {
		to = lastTime
	}
	if !from.Before(to) {
		return window{}, invalid("from", "a time before to")
	}
	return window{from.Truncate(time.Microsecond), to.Truncate(time.Microsecond)}, nil
}
