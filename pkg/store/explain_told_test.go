package store_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// fillTold makes a lot of what clients tell beside errors, of three projects and evenly over twelve days.
var fillTold = []string{
	`insert into feedback (feedback_id, project_id, event_id, received_at, day, name, email, message, url)
	select gen_random_uuid(), $1::bigint + i % 3, md5((i % 500)::text)::uuid, at, (at at time zone 'UTC')::date, '', '', 'it broke', ''
	from (select i, now() + interval '2 days' - i * interval '60 seconds' as at from generate_series(1, 17280) i) times`,
	`insert into attachments (attachment_id, project_id, event_id, received_at, day, size, name, content_type, data)
	select gen_random_uuid(), $1::bigint + i % 3, md5((i % 5000)::text)::uuid, at, (at at time zone 'UTC')::date, 1, 'a', '', 'x'
	from (select i, now() + interval '2 days' - i * interval '60 seconds' as at from generate_series(1, 17280) i) times`,
	`insert into drops (project_id, minute, source, reason, category, quantity)
	select $1::bigint + i % 3, date_trunc('minute', now()) - i * interval '1 minute', 'filter', 'extension', 'error', 1 from generate_series(1, 17280) i`,
	`insert into release_hours (project_id, release, environment, hour, sessions, errored, crashed)
	select $1::bigint + i % 30, 'web@' || i % 7, 'production', date_trunc('hour', now()) - i * interval '1 hour', 1, 0, 0 from generate_series(1, 17280) i`,
	`insert into filtered_samples (project_id, reason, event_id, received_at, title, record)
	select $1::bigint + i % 30, 'filter' || i % 7, gen_random_uuid(), now() - i * interval '1 minute', 't', 'x' from generate_series(1, 10500) i`,
}

func TestWhatClientsTellIsReadByIndex(t *testing.T) {
	t.Parallel()
	tx, s := asQuery(t, fillTold...)
	now := time.Now()
	from, none := now.Add(-24*time.Hour), [16]byte{}
	first, last := event.DayOf(from)-7, event.DayOf(now)+1
	var attached, file [16]byte
	var day time.Time
	row := tx.QueryRow(t.Context(), "select event_id, attachment_id, day from attachments where project_id = $1 and day = $2 limit 1", s.project, now)
	if err := row.Scan(&attached, &file, &day); err != nil {
		t.Fatal(err)
	}
	page := []any{s.project, from, now, none, first.Time(), last.Time(), 51}
	for _, tc := range []struct {
		file, table string
		args        []any
	}{
		{"feedback.sql", "feedback", page},
		{"event_feedback.sql", "feedback", append(page[:7:7], attached)},
		{"event_attachments.sql", "attachments", []any{s.project, attached, first.Time(), last.Time(), 100}},
		{"attachment.sql", "attachments", []any{s.project, file, day, day}},
		{"drops.sql", "drops", []any{s.project, from, now, "hour", 10001}},
		{"sessions.sql", "release_hours", []any{s.project, from, now, "hour", "", "", 101}},
		{"filtered.sql", "filtered_samples", []any{s.project, now, none, 51, ""}},
		{"filtered_sample.sql", "filtered_samples", []any{s.project, "filter1", none}},
	} {
		plan := explain(t, tx, tc.file, tc.args...)
		if strings.Contains(plan, "Seq Scan on "+tc.table) || manyRemoved.MatchString(plan) {
			t.Errorf("%s reads rows for nothing:\n%s", tc.file, plan)
		}
		for _, m := range regexp.MustCompile(tc.table+`_(\d{8})\b`).FindAllStringSubmatch(plan, -1) {
			if at, err := time.Parse("20060102", m[1]); err != nil || event.DayOf(at) < first {
				t.Errorf("%s reads the partition of %s, before %s", tc.file, m[1], first)
			}
		}
	}
}

func TestTheQueryRoleSeesNothingOfOthersInWhatClientsTell(t *testing.T) {
	t.Parallel()
	tx, s := asQuery(t, fillTold...)
	for _, table := range []string{"feedback", "attachments", "drops", "release_hours", "filtered_samples"} {
		rows, err := tx.Query(t.Context(), "select distinct project_id from "+table)
		if err != nil {
			t.Fatal(err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil || len(ids) != 1 || ids[0] != s.project {
			t.Errorf("%s shows projects %v, %v", table, ids, err)
		}
	}
}
