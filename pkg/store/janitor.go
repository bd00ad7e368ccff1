package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Partitions that must be there: so far back that the oldest event of the oldest pack in the queue finds
// its day (72 h of stream, 7 days of client clock, one of slack), and two weeks ahead, so that a janitor
// that fails has two weeks to be noticed.
const (
	PartitionsBack  = 11
	PartitionsAhead = 14
)

// EnsurePartitions makes the day partitions around today that are missing and returns how many it made.
func (s *Store) EnsurePartitions(ctx context.Context, today event.Day) (made int, err error) {
	const statement = `select trivet.ensure_partitions(date '1970-01-01' + $1::integer, date '1970-01-01' + $2::integer)`
	if err := s.db.QueryRow(ctx, statement, int32(today-PartitionsBack), int32(today+PartitionsAhead)).Scan(&made); err != nil {
		return 0, fmt.Errorf("make partitions: %w", explain(err))
	}
	return made, nil
}

// PartitionsLeft returns how many days after today have partitions.
func (s *Store) PartitionsLeft(ctx context.Context, today event.Day) (days int, err error) {
	const statement = `select coalesce(max(day) - (date '1970-01-01' + $1::integer), 0) from trivet.partitions where parent = 'events'`
	if err := s.db.QueryRow(ctx, statement, int32(today)).Scan(&days); err != nil {
		return 0, fmt.Errorf("count partitions: %w", explain(err))
	}
	return days, nil
}

// Names of the locks by which one process at a time does a thing.
const (
	LockJanitor = "trivet.janitor"
	LockRelief  = "trivet.relief"
	LockCounts  = "trivet.counts"
)

// Lead runs work while no other process does, and tells whether it was this one's turn. The lock lives
// with a connection: a process that dies gives it up.
func (s *Store) Lead(ctx context.Context, lock string, work func(context.Context) error) (led bool, err error) {
	conn, err := s.db.Acquire(ctx)
	if err != nil {
		return false, fmt.Errorf("lead: %w", explain(err))
	}
	defer conn.Release()
	if err := conn.QueryRow(ctx, `select pg_try_advisory_lock(hashtext($1))`, lock).Scan(&led); err != nil || !led {
		return false, explain(err)
	}
	defer func() {
		unlock, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockTimeout)
		defer cancel()
		if _, unlockErr := conn.Exec(unlock, `select pg_advisory_unlock(hashtext($1))`, lock); unlockErr != nil {
			_ = conn.Conn().Close(unlock) // the lock goes with the connection
		}
	}()
	return true, work(ctx)
}

// A Retention is how long things are kept.
type Retention struct {
	Events event.Day // the oldest day whose events stay, and what came with them
	Packs  event.Day // the oldest day whose packs and marks of sessions stay: they must outlive every replay
}

// expiredMark tells a partition we detached to drop it from one that an operator detached to keep it.
const expiredMark = "expired: to be dropped"

// dropTimeout bounds one detach: it waits for the queries that still read the partition.
const dropTimeout = 5 * time.Minute

// DropExpired detaches and drops every partition older than r, oldest first, and returns their names. A
// detach that a crash left half done is finished.
func (s *Store) DropExpired(ctx context.Context, r Retention) (dropped []string, err error) {
	conn, err := s.db.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("drop partitions: %w", explain(err))
	}
	defer conn.Release()
	const statement = `select parent, name, detaching from trivet.partitions
		where day < date '1970-01-01' + case when parent in ('packs', 'session_marks') then $2::integer else $1::integer end order by day, name`
	type partition struct {
		Parent, Name string
		Detaching    bool
	}
	rows, err := conn.Query(ctx, statement, int32(r.Events), int32(r.Packs))
	if err != nil {
		return nil, fmt.Errorf("list partitions: %w", explain(err))
	}
	old, err := pgx.CollectRows(rows, pgx.RowToStructByPos[partition])
	if err != nil {
		return nil, fmt.Errorf("list partitions: %w", explain(err))
	}
	if len(old) == 0 {
		return nil, nil
	}
	if _, err := conn.Exec(ctx, fmt.Sprintf(`set statement_timeout = %d`, dropTimeout.Milliseconds())); err != nil {
		return nil, fmt.Errorf("drop partitions: %w", explain(err))
	}
	defer func() {
		reset, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockTimeout)
		defer cancel()
		if _, resetErr := conn.Exec(reset, `reset statement_timeout`); resetErr != nil {
			_ = conn.Conn().Close(reset)
		}
	}()
	for _, p := range old {
		parent, name := pgx.Identifier{"trivet", p.Parent}.Sanitize(), pgx.Identifier{"trivet", p.Name}.Sanitize()
		if _, err := conn.Exec(ctx, fmt.Sprintf(`comment on table %s is '%s'`, name, expiredMark)); err != nil {
			return dropped, fmt.Errorf("mark partition %s: %w", p.Name, explain(err))
		}
		how := "concurrently" // takes no lock that stops writers
		if p.Detaching {
			how = "finalize"
		}
		if _, err := conn.Exec(ctx, fmt.Sprintf(`alter table %s detach partition %s %s`, parent, name, how)); err != nil {
			return dropped, fmt.Errorf("detach partition %s: %w", p.Name, explain(err))
		}
		if _, err := conn.Exec(ctx, `drop table `+name); err != nil {
			return dropped, fmt.Errorf("drop partition %s: %w", p.Name, explain(err))
		}
		dropped = append(dropped, p.Name)
	}
	return dropped, nil
}

// DropDetached drops partitions that were detached by a process which died before it could drop them.
func (s *Store) DropDetached(ctx context.Context) error {
	const statement = `select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = 'trivet' and c.relkind = 'r' and not c.relispartition and c.relname ~ '^(events|blocks|packs|attachments|feedback|session_marks)_\d{8}$'
			and obj_description(c.oid, 'pg_class') = $1`
	rows, err := s.db.Query(ctx, statement, expiredMark)
	if err != nil {
		return fmt.Errorf("list detached partitions: %w", explain(err))
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list detached partitions: %w", explain(err))
	}
	for _, name := range names {
		if _, err := s.db.Exec(ctx, `drop table if exists `+pgx.Identifier{"trivet", name}.Sanitize()); err != nil {
			return fmt.Errorf("drop detached partition %s: %w", name, explain(err))
		}
	}
	return nil
}
