package store_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// fill makes events of three projects, without their blocks, which lists never ask for. They lie evenly over
// twelve days that end after tomorrow: a nearly empty partition Postgres would rather scan.
const fill = `
	insert into events (event_id, project_id, fingerprint, received_at, occurred_at, block_id, day, block_start, block_length,
		level, protocol, type, message, culprit, release, environment, browser, os, url)
	select gen_random_uuid(), $1::bigint + i % 3, md5((i % 50)::text)::uuid, at, at, 1, (at at time zone 'UTC')::date, 0, 1,
		40, case when i % 1000 = 0 then 3 else 1 end, 'TypeError', 'message of event ' || i, 'f', 'web@1', 'production', 'Firefox 140', 'Linux', 'https://shop.example/'
	from (select i, now() + interval '2 days' - i * interval '20 seconds' as at from generate_series(1, 51840) i) times`

const fillFingerprints = `
	insert into issue_fingerprints (project_id, fingerprint, issue_id, version)
	select distinct project_id, fingerprint, fingerprint, 1 from events`

// asQuery connects as the read side does, of one organization, and fills the tables by statements that take its project.
func asQuery(t *testing.T, fills ...string) (pgx.Tx, site) {
	t.Helper()
	db, url := open(t)
	s := newSite(t, db, "acme")
	newSite(t, db, "b")
	newSite(t, db, "c")
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	exec("set search_path = trivet")
	for _, sql := range fills {
		exec(sql, s.project)
	}
	if len(fills) == 0 {
		exec(fill, s.project)
		exec(fillFingerprints)
	}
	exec("analyze")
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	exec("set local role trivet_query")
	exec("select set_config('app.organization', $1::bigint::text, true)", s.org)
	return tx, s
}

// explain runs a statement of ours and returns its plan.
func explain(t *testing.T, tx pgx.Tx, name string, args ...any) string {
	t.Helper()
	sql, err := os.ReadFile(filepath.Join("sql", name))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := tx.Query(t.Context(), "explain (analyze, costs off, timing off, summary off) "+string(sql), args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("explain %s: %v", name, err)
	}
	return strings.Join(lines, "\n")
}

var partition = regexp.MustCompile(`events_(\d{8})\b`)

// manyRemoved matches a plan that reads a good part of a day's 4,320 events for nothing.
var manyRemoved = regexp.MustCompile(`Rows Removed by Filter: \d{4,}`)

// partitions returns the days whose partitions a plan reads.
func partitions(plan string) (days []string) {
	for _, m := range partition.FindAllStringSubmatch(plan, -1) {
		days = append(days, m[1])
	}
	slices.Sort(days)
	return slices.Compact(days)
}

func TestListsReadAnIndexOfFewPartitionsAndNoBlock(t *testing.T) {
	t.Parallel()
	tx, s := asQuery(t)
	now := time.Now()
	from, none := now.Add(-24*time.Hour), [16]byte{}
	first, last := event.DayOf(from)-7, event.DayOf(now)+1
	list := []any{s.project, from, now, none, first.Time(), last.Time(), 51}
	for _, tc := range []struct {
		file  string
		index string
		args  []any
	}{
		{"events.sql", "project_id_received_at_event_id", list},
		{"events_reach.sql", "project_id_received_at_event_id", list},
		{"issue_events.sql", "project_id_fingerprint_received_at", list},
	} {
		plan := explain(t, tx, tc.file, tc.args...)
		if !strings.Contains(plan, tc.index) || strings.Contains(plan, "Seq Scan on events") {
			t.Errorf("%s does not read the index %s:\n%s", tc.file, tc.index, plan)
		}
		if strings.Contains(plan, "block") {
			t.Errorf("%s touches blocks:\n%s", tc.file, plan)
		}
		for _, day := range partitions(plan) {
			if at, err := time.Parse("20060102", day); err != nil || event.DayOf(at) < first || event.DayOf(at) > last {
				t.Errorf("%s reads the partition of %s, outside %s to %s", tc.file, day, first, last)
			}
		}
		if manyRemoved.MatchString(plan) {
			t.Errorf("%s reads rows for nothing:\n%s", tc.file, plan)
		}
	}
}

func TestLogsAreListedWithoutLookingThroughTheErrors(t *testing.T) {
	t.Parallel()
	tx, s := asQuery(t)
	plan := explain(t, tx, "logs.sql", s.project, time.Now(), [16]byte{}, time.Now().AddDate(0, 0, 1), 101)
	if manyRemoved.MatchString(plan) || strings.Contains(plan, "block") {
		t.Errorf("it looks through what are no logs:\n%s", plan)
	}
}

func TestOneEventIsFoundInItsPartitionAlone(t *testing.T) {
	t.Parallel()
	tx, s := asQuery(t)
	var id [16]byte
	var day time.Time
	if err := tx.QueryRow(t.Context(), "select event_id, day from events where project_id = $1 order by day limit 1", s.project).Scan(&id, &day); err != nil {
		t.Fatal(err)
	}
	plan := explain(t, tx, "event.sql", s.project, id, day, day)
	if got := partitions(plan); len(got) != 1 || got[0] != day.Format("20060102") || strings.Contains(plan, "Seq Scan on events") {
		t.Errorf("with its day it reads %v:\n%s", got, plan)
	}
	plan = explain(t, tx, "event.sql", s.project, id, time.Unix(0, 0), now().AddDate(100, 0, 0))
	if strings.Contains(plan, "Seq Scan on events") || strings.Contains(plan, "Sort") {
		t.Errorf("without its day it does not go through the partitions by their key:\n%s", plan)
	}
}

func TestTheQueryRoleHasNoWayAround(t *testing.T) {
	t.Parallel()
	tx, _ := asQuery(t)
	for _, sql := range []string{
		"select data from blocks", "select pack_id from packs", "select hash from tokens", "select password_hash from users", "select hash from sessions", "select subject from tries", "select hash from links",
		"select event_id from events_" + now().Format("20060102"), "select data from attachments_" + now().Format("20060102"), "select salt from salts",
		"select session_id from session_marks", "update projects set organization_id = 1", "delete from events", "delete from audit", "update audit set action = 'x'",
	} {
		nested, err := tx.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := nested.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: got %v, want permission denied", sql, err)
		}
		if err := nested.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryStatementFitsTheSchema(t *testing.T) {
	t.Parallel()
	_, url := open(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "set search_path = trivet"); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("sql/*.sql")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d statements, %v", len(files), err)
	}
	for _, file := range files {
		sql, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Prepare(t.Context(), file, string(sql)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
