package store_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

// fillFigures makes a hundred projects of one organization with 20,000 issues, half of them in the first, and what figures
// are made of.
var fillFigures = []string{
	`insert into projects (project_id, organization_id, slug, name)
	select 1000 + n, p.organization_id, 'p' || n, '' from projects p, generate_series(1, 99) n where p.project_id = $1`,
	`insert into issues (project_id, issue_id, events, users, first_seen, last_seen, level, status, title, type, culprit, first_release, last_release)
	select case when n % 2 = 0 then $1::bigint else 1000 + n % 99 + 1 end, md5(n::text)::uuid, n, 1, now() - n * interval '10 minutes', now() - n * interval '1 minute', 40,
		case n % 5 when 0 then 'resolved' else 'unresolved' end, 't', 't', 'c', 'web@' || n % 200, '' from generate_series(1, 20000) n`,
	`insert into issue_fingerprints (project_id, fingerprint, issue_id, version) select project_id, issue_id, issue_id, 1 from issues where $1 > 0`,
	`insert into issue_hours (project_id, fingerprint, hour, events)
	select project_id, issue_id, date_trunc('hour', now()) - h * interval '5 hours', 1 from issues, generate_series(0, 3) h where $1 > 0`,
	`insert into issue_users (project_id, fingerprint, user_hash) select project_id, issue_id, h from issues, generate_series(0, 1) h where $1 > 0`,
	`insert into project_minutes (project_id, minute, events)
	select project_id, date_trunc('minute', now()) - m * interval '1 minute', 1 from projects, generate_series(0, 1500) m where $1 > 0`,
	`insert into project_users (project_id, day, hashes) select $1::bigint + n % 3, current_date - n % 60, array[n] from generate_series(1, 60000) n`,
	`insert into releases (project_id, release, first_seen) select $1::bigint + n % 3, 'web@' || n, now() - n * interval '1 hour' from generate_series(1, 3000) n`,
	`insert into field_counts (project_id, hour, fields, texts, counts)
	select $1::bigint + p, date_trunc('hour', now()) - h * interval '1 hour', array_agg((1 + v % 6)::smallint), array_agg('value ' || v), array_agg(1::bigint)
	from generate_series(0, 2) p, generate_series(0, 1999) h, generate_series(1, 60) v group by p, h`,
	`insert into activity (activity_id, project_id, issue_id, kind, actor_kind, actor_id, actor_name)
	select gen_random_uuid(), project_id, issue_id, 'comment', 'user', '1', 'a' from issues where $1 > 0`,
	`update issues set merged_into = md5('8')::uuid where project_id = $1 and issue_id in (md5('2')::uuid, md5('4')::uuid)`,
}

func TestFiguresAreReadByIndex(t *testing.T) {
	t.Parallel()
	tx, s := asQuery(t, fillFigures...)
	now := time.Now().UTC()
	to := now.Truncate(time.Hour).Add(time.Hour)
	from, none := to.Add(-24*time.Hour), [16]byte{}
	var id [16]byte
	if err := tx.QueryRow(t.Context(), "select md5('8')::uuid").Scan(&id); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		file, tables string
		args         []any
	}{
		{"series.sql", "project_minutes", []any{s.project, from, to, time.Hour}},
		{"series_by.sql", "field_counts", []any{s.project, from, to, time.Hour, 2, 20}},
		{"user_days.sql", "project_users", []any{s.project, from, to}},
		{"sparks.sql", "issue_fingerprints|issue_hours", []any{[]int64{s.project, s.project}, [][16]byte{id, none}, from.Unix(), to.Unix(), 24}},
		{"overview.sql", "issues", []any{0, from, 1000}},
		{"overview.sql", "issues", []any{s.project, from, 1000}},
		{"overview_hours.sql", "project_minutes", []any{s.project, from, to}},
		{"releases.sql", "releases", []any{s.project, now, none, 51}},
		{"release_counts.sql", "issues|field_counts", []any{s.project, []string{"web@1", "web@2"}, from, to}},
		{"field_totals.sql", "field_counts", []any{s.project, from, to, 6}},
		{"issue_turns.sql", "issues", []any{s.project, from, to, "hour"}},
		{"activities.sql", "issues|activity", []any{s.project, id, now, none, 51}},
		{"merged_issues.sql", "issues|issue_fingerprints|issue_hours|issue_users", []any{s.project, id, 1000}},
		{"issues_by_id.sql", "issues", []any{s.project, [][16]byte{id}}},
		{"lock_issues.sql", "issues", []any{s.project, [][16]byte{id}}},
		{"lock_family.sql", "issues", []any{s.project, [][16]byte{id}}},
		{"count_family.sql", "issue_fingerprints|issue_hours|issue_users", []any{s.project, id}},
	} {
		plan := explain(t, tx, tc.file, tc.args...)
		// Counts of a project's issues look at each of them.
		counts := tc.file == "overview.sql" || tc.file == "release_counts.sql"
		if regexp.MustCompile(`Seq Scan on (`+tc.tables+`)\b`).MatchString(plan) || !counts && manyRemoved.MatchString(plan) {
			t.Errorf("%s reads rows for nothing:\n%s", tc.file, plan)
		}
	}
}

// readsAll matches a plan that reads a whole partition of events; an empty one Postgres would rather scan.
var readsAll = regexp.MustCompile(`Seq Scan on events\S* \S+ \(actual rows=[1-9]`)

func TestTagsAreReadOfTheEventsAlone(t *testing.T) {
	t.Parallel()
	tx, s := asQuery(t)
	var ids [][16]byte
	var days []time.Time
	if err := tx.QueryRow(t.Context(), "select array_agg(event_id), array_agg(day) from (select event_id, day from events where project_id = $1 order by received_at desc limit 1000) e", s.project).Scan(&ids, &days); err != nil {
		t.Fatal(err)
	}
	plan := explain(t, tx, "facet_tags.sql", s.project, ids, days)
	if readsAll.MatchString(plan) || strings.Contains(plan, "block") || manyRemoved.MatchString(plan) {
		t.Errorf("it reads rows for nothing:\n%s", plan)
	}
	fingerprint := [16]byte{0xcf, 0xcd, 0x20, 0x84, 0x95, 0xd5, 0x65, 0xef, 0x66, 0xe7, 0xdf, 0xf9, 0xf9, 0x87, 0x64, 0xda} // md5('0')
	seen := time.Now().Add(-time.Hour)
	plan = explain(t, tx, "later_events.sql", s.project, fingerprint, seen, seen, (event.DayOf(seen) + 1).Time(), (event.DayOf(seen) - 7).Time())
	if readsAll.MatchString(plan) || manyRemoved.MatchString(plan) {
		t.Errorf("it reads rows for nothing:\n%s", plan)
	}
}
