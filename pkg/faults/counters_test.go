package faults

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
)

func (f *tables) readCounters(ctx context.Context, tx pgx.Tx) error {
	var k groupKey
	var at, last time.Time
	var id event.ID
	var n, m int64
	group := []any{&k.project, (*[16]byte)(&k.id)}
	for _, table := range []struct {
		sql  string
		into []any
		keep func()
	}{
		{
			`select project_id, issue_id, events, users, first_seen, last_seen from trivet.issues`, append(group, &n, &m, &at, &last),
			func() { f.issues[k] = issue{n, m, at.UTC(), last.UTC()} },
		},
		{
			`select project_id, fingerprint, issue_id from trivet.issue_fingerprints`, append(group, (*[16]byte)(&id)),
			func() { f.issueOf[k] = id },
		},
		{
			`select project_id, fingerprint, hour, events from trivet.issue_hours`, append(group, &at, &n),
			func() { f.hours[timeKey{k, at.UTC()}] = n },
		},
		{
			`select project_id, fingerprint, count(*) from trivet.issue_users group by 1, 2`, append(group, &n),
			func() { f.users[k] = n },
		},
		{
			`select project_id, minute, events from trivet.project_minutes`,
			[]any{&k.project, &at, &n},
			func() { f.minutes[minuteKey{k.project, at.UTC()}] = n },
		},
		{
			`select coalesce(sum(duplicates), 0)::bigint, coalesce(sum(filtered), 0)::bigint, coalesce(sum(expired), 0)::bigint, coalesce(sum(dead_lettered), 0)::bigint,
			(select coalesce(sum(events), 0)::bigint from trivet.packs) from trivet.project_minutes`,
			[]any{&f.duplicates, &f.filtered, &f.expired, &f.deadLetters, &f.packed},
			func() {},
		},
	} {
		if err := each(ctx, tx, table.sql, table.into, table.keep); err != nil {
			return err
		}
	}
	return nil
}

// each scans every row that a statement returns.
func each(ctx context.Context, tx pgx.Tx, statement string, into []any, keep func()) error {
	rows, err := tx.Query(ctx, statement)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, into, func() error { keep(); return nil })
	return err
}

// readSidecars reads what came beside events, and what was filtered.
func (f *tables) readSidecars(ctx context.Context, tx pgx.Tx) error {
	var id event.ID
	var project int64
	var data []byte
	var crashed bool
	for _, table := range []struct {
		sql  string
		into []any
		keep func()
	}{
		{
			`select event_id, project_id, data from trivet.attachments`,
			[]any{(*[16]byte)(&id), &project, &data},
			func() { f.files = append(f.files, file{id, project, string(data)}) },
		},
		{
			`select event_id, project_id, record from trivet.filtered_samples`,
			[]any{(*[16]byte)(&id), &project, &data},
			func() {
				s := sample{id: id, project: project}
				s.record, _, s.problem = pack.Parse(append([]byte(nil), data...))
				f.samples = append(f.samples, s)
			},
		},
		{
			`select session_id, project_id, crashed from trivet.session_marks`,
			[]any{(*[16]byte)(&id), &project, &crashed},
			func() { f.marks[mark{id, project, crashed}] = true },
		},
		{
			`select coalesce(sum(quantity), 0)::bigint from trivet.drops where source = 'filter'`, []any{&f.dropped}, func() {},
		},
		{
			`select coalesce(sum(sessions), 0)::bigint, coalesce(sum(errored), 0)::bigint, coalesce(sum(crashed), 0)::bigint from trivet.release_hours`,
			[]any{&f.sessions, &f.errored, &f.crashed},
			func() {},
		},
	} {
		if err := each(ctx, tx, table.sql, table.into, table.keep); err != nil {
			return err
		}
	}
	return nil
}
