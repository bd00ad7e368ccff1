package schema_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

// asReader runs a statement as the role that Grafana gets.
func asReader(t *testing.T, conn *pgx.Conn, sql string) error {
	t.Helper()
	return pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `set local role trivet_reader`); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), sql)
		return err
	})
}

func TestReadersReadTheViewsAndNothingElse(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.URL(t))
	run(t, conn, twoOrganizations)
	relations := list(t, conn, `select relnamespace::regnamespace || '.' || relname from pg_class where relnamespace in ('trivet'::regnamespace, 'trivet_views'::regnamespace) and relkind in ('r', 'p', 'v', 'm', 'S')`)
	views := 0
	for _, relation := range relations {
		err := asReader(t, conn, `select from `+relation)
		if own := strings.HasPrefix(relation, "trivet_views."); own != (err == nil) || err != nil && !refused(err) {
			t.Errorf("select from %s: %v, want readable %v", relation, err, own)
		} else if own {
			views++
		}
	}
	if views < 10 {
		t.Errorf("%d views", views)
	}
	if open := list(t, conn, `
		select c.oid::regclass || ' ' || privilege from pg_class c, unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
		where relnamespace in ('trivet'::regnamespace, 'trivet_views'::regnamespace) and relkind in ('r', 'p', 'v', 'm') and has_table_privilege('trivet_reader', c.oid, privilege)`); len(open) > 0 {
		t.Errorf("readers may write: %v", open)
	}
	if err := asReader(t, conn, `select trivet.event_block(1, 1, current_date, 7)`); !refused(err) {
		t.Errorf("readers may open blocks: %v", err)
	}
}

func TestViewsSayWhatIsInTheTables(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.URL(t))
	run(t, conn, twoOrganizations)
	run(t, conn, `
		set search_path = trivet;
		delete from issues; delete from issue_fingerprints; delete from issue_hours; delete from project_minutes; delete from drops;
		delete from releases; delete from project_users; delete from field_counts;
		insert into issues (project_id, issue_id, events, users, first_seen, last_seen, level, title, type, culprit, first_release, last_release, merged_into)
		select 1, md5(n::text)::uuid, n, 1, now(), now(), n * 10, 'issue ' || n, '', '', '', '', case n when 2 then md5('1')::uuid end from generate_series(1, 2) n;
		insert into issue_fingerprints (project_id, fingerprint, issue_id, version) select 1, md5(n::text)::uuid, md5('1')::uuid, 1 from generate_series(1, 2) n;
		insert into issue_hours (project_id, fingerprint, hour, events) select 1, md5(n::text)::uuid, '2026-05-22 10:00Z', n from generate_series(1, 2) n;
		insert into project_minutes (project_id, minute, events, duplicates, filtered, expired, dead_lettered) values (1, '2026-05-22 10:00Z', 1, 2, 4, 8, 16);
		insert into drops (project_id, minute, source, reason, category, quantity) values (1, '2026-05-22 10:00Z', 'filter', 'crawler', 'error', 4);
		insert into releases (project_id, release, first_seen) values (1, 'shop@1', '2026-05-22 10:00Z');
		insert into project_users (project_id, day, users, hashes) values (1, '2026-05-22', 1, '{7}'), (1, '2026-05-22', null, '{7,8}'), (2, '2026-05-22', 1, '{7}');
		insert into field_counts (project_id, hour, fields, texts, counts)
		values (1, '2026-05-22 10:00Z', '{1,4}', '{error,Firefox}', '{3,3}'), (1, '2026-05-22 10:00Z', '{1,1}', '{error,fatal}', '{1,1}')`)
	for _, c := range []struct {
		name, sql string
		want      []string
	}{
		{"an issue that was merged is none", `select title || ' ' || level || ' ' || organization || '/' || project from trivet_views.issues`, []string{"issue 1 debug a/p"}},
		{"its events count for the other", `select issue_id || ' ' || events from trivet_views.events_by_hour`, []string{"c4ca4238-a0b9-2382-0dcc-509a6f75849b 3"}},
		{"accepted is the sum", `select accepted::text from trivet_views.ledger`, []string{"31"}},
		{"drops", `select reason || ' ' || quantity from trivet_views.drops`, []string{"crawler 4"}},
		{"releases", `select release from trivet_views.releases`, []string{"shop@1"}},
		{"users of a day", `select project_id || ' ' || users from trivet_views.users_by_day order by 1`, []string{"1 2", "2 1"}},
		{"rows of one hour and value are one", `select field || ' ' || value || ' ' || events from trivet_views.fields_by_hour order by 1`, []string{"browser Firefox 3", "level error 4", "level fatal 1"}},
		{"sessions", `select release || ' ' || sum(sessions) from trivet_views.sessions_by_hour group by release`, []string{"a@1 2"}},
		{"events", `select distinct organization || ' ' || level from trivet_views.events order by 1`, []string{"a error", "b error"}},
	} {
		if diff := cmp.Diff(c.want, list(t, conn, c.sql)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
