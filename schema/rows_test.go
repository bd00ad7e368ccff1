package schema_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

// twoOrganizations fills every table with a row of project 1 (organization 1) and one of project 2
// (organization 2), the same but for that.
const twoOrganizations = `
	set search_path = trivet;
	insert into organizations (organization_id, slug, name) values (1, 'a', 'A'), (2, 'b', 'B');
	insert into projects (project_id, organization_id, slug, name) values (1, 1, 'p', 'P'), (2, 2, 'p', 'P');
	insert into keys (public_key, project_id) select repeat(p::text, 32), p from generate_series(1, 2) p;
	insert into tokens (token_id, hash, organization_id, scopes) select gen_random_uuid(), sha256(p::text::bytea), p, '{read}' from generate_series(1, 2) p;
	insert into packs (pack_id, day, events) values (gen_random_uuid(), current_date, 2);
	insert into events (event_id, project_id, fingerprint, received_at, occurred_at, block_id, day, block_start, block_length,
	                    level, protocol, type, message, culprit, release, environment, browser, os, url)
	select gen_random_uuid(), p, gen_random_uuid(), now(), now(), 7, current_date, 0, 1, 40, 1, '', '', '', '', '', '', '', '' from generate_series(1, 2) p;
	insert into blocks (project_id, block_id, day, data) select p, 7, current_date, p::text::bytea from generate_series(1, 2) p;
	insert into issues (project_id, issue_id, events, users, first_seen, last_seen, level, title, type, culprit, first_release, last_release)
	select p, gen_random_uuid(), 1, 1, now(), now(), 40, '', '', '', '', '' from generate_series(1, 2) p;
	insert into issue_fingerprints (project_id, fingerprint, issue_id, version) select p, gen_random_uuid(), gen_random_uuid(), 1 from generate_series(1, 2) p;
	insert into issue_hours (project_id, fingerprint, hour, events) select p, gen_random_uuid(), now(), 1 from generate_series(1, 2) p;
	insert into issue_users (project_id, fingerprint, user_hash) select p, gen_random_uuid(), 1 from generate_series(1, 2) p;
	insert into project_minutes (project_id, minute) select p, now() from generate_series(1, 2) p;
	insert into drops (project_id, minute, source, reason, category, quantity) select p, now(), 'filter', 'crawler', 'error', 1 from generate_series(1, 2) p;
	insert into filtered_samples (project_id, reason, event_id, received_at, title, record) select p, 'crawler', gen_random_uuid(), now(), '', '' from generate_series(1, 2) p;
	insert into release_hours (project_id, release, environment, hour, sessions, errored, crashed) select p, 'a@1', '', now(), 1, 0, 0 from generate_series(1, 2) p;
	insert into session_marks (session_id, project_id, day, crashed) select gen_random_uuid(), p, current_date, false from generate_series(1, 2) p;
	insert into attachments (attachment_id, project_id, event_id, received_at, day, size, name, content_type, data)
	select gen_random_uuid(), p, gen_random_uuid(), now(), current_date, 0, '', '', '' from generate_series(1, 2) p;
	insert into feedback (feedback_id, project_id, received_at, day, name, email, message, url) select gen_random_uuid(), p, now(), current_date, '', '', '', '' from generate_series(1, 2) p;
	insert into users (user_id, email, name) select p, p || '@example.org', 'U' from generate_series(1, 2) p;
	insert into members (organization_id, user_id, role) select p, p, 'owner' from generate_series(1, 2) p;
	insert into sessions (hash, user_id, organization_id, expires_at, address, agent) select sha256(p::text::bytea), p, p, now(), '', '' from generate_series(1, 2) p;
	insert into links (hash, kind, organization_id, email, role, expires_at) select sha256(p::text::bytea), 'invitation', p, 'x@example.org', 'viewer', now() from generate_series(1, 2) p;
	insert into tries (subject) values ('x');
	insert into audit (audit_id, organization_id, actor_kind, actor_id, actor_name, address, action, target)
	select gen_random_uuid(), p, 'user', '1', 'U', '', 'key.revoke', '' from generate_series(1, 2) p;
	insert into activity (activity_id, project_id, issue_id, kind, actor_kind, actor_id, actor_name) select gen_random_uuid(), p, gen_random_uuid(), 'resolve', 'user', '1', 'U' from generate_series(1, 2) p;
	insert into words (project_id, word_id, day, kind, word) select p, 17, current_date, 1, 'x' from generate_series(1, 2) p;
	insert into issue_words (project_id, fingerprint, words) select p, gen_random_uuid(), '{17}' from generate_series(1, 2) p;
	insert into issue_texts (project_id, fingerprint, text) select p, gen_random_uuid(), 'x' from generate_series(1, 2) p;
	insert into releases (project_id, release, first_seen) select p, 'a@1', now() from generate_series(1, 2) p;
	insert into project_users (project_id, day, hashes) select p, current_date, '{1}' from generate_series(1, 2) p;
	insert into field_counts (project_id, hour, fields, texts, counts) select p, now(), '{1}', '{error}', '{1}' from generate_series(1, 2) p;
	insert into salts (day, salt) values (current_date, sha256('a'));`

// A table is what the query role may do with one, by the catalog.
type table struct {
	Name                      string
	Owner                     string // column that tells whose a row is
	Columns, Updatable        []string
	Selects, Inserts, Deletes bool
}

// tables lists all but partitions, which nobody but the owner reaches.
func tables(t *testing.T, conn *pgx.Conn) []table {
	t.Helper()
	rows, err := conn.Query(t.Context(), `
		select relname::text as name, '' as owner,
			array_agg(attname::text order by attnum) as columns,
			coalesce(array_agg(attname::text) filter (where has_column_privilege('trivet_query', c.oid, attnum, 'UPDATE')), '{}') as updatable,
			has_any_column_privilege('trivet_query', c.oid, 'SELECT') as selects, has_table_privilege('trivet_query', c.oid, 'INSERT') as inserts,
			has_table_privilege('trivet_query', c.oid, 'DELETE') as deletes
		from pg_class c
		join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped
		where relnamespace = 'trivet'::regnamespace and relkind in ('r', 'p') and not relispartition
		group by c.oid, relname order by relname`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[table])
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		for _, column := range []string{"user_id", "project_id", "organization_id"} { // the last that is there decides
			if slices.Contains(all[i].Columns, column) {
				all[i].Owner = column
			}
		}
	}
	return all
}

// anybodys are tables whose rows are nobody's.
var anybodys = []string{"expired_days", "migrations", "packs", "salts", "tries"}

func TestAnOrganizationSeesItsOwnRowsOnly(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.URL(t))
	run(t, conn, twoOrganizations)
	for _, tb := range tables(t, conn) {
		if slices.Contains(anybodys, tb.Name) {
			continue
		}
		if found := list(t, conn, fmt.Sprintf("select distinct %s::text from trivet.%s order by 1", tb.Owner, tb.Name)); !slices.Equal(found, []string{"1", "2"}) {
			t.Errorf("%s has rows of %v, want one of each organization: add it to twoOrganizations", tb.Name, found)
		}
		if !tb.Selects {
			continue
		}
		for organization, want := range map[string][]string{"1": {"1"}, "2": {"2"}, "3": {}, "": {}} {
			var got []string
			err := as(t, conn, organization, func(tx pgx.Tx) error {
				rows, err := tx.Query(t.Context(), fmt.Sprintf(`select %s::text from trivet.%s`, tb.Owner, tb.Name))
				if err != nil {
					return err
				}
				got, err = pgx.CollectRows(rows, pgx.RowTo[string])
				return err
			})
			if err != nil {
				t.Fatalf("%s: %v", tb.Name, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("rows of %s for organization %q (-want +got):\n%s", tb.Name, organization, diff)
			}
		}
	}
}

func TestAnOrganizationChangesItsOwnRowsOnly(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.URL(t))
	run(t, conn, twoOrganizations)
	for _, tb := range tables(t, conn) {
		var statements []string
		for _, column := range tb.Updatable {
			statements = append(statements, fmt.Sprintf("update trivet.%s set %[2]s = %[2]s", tb.Name, column))
		}
		if tb.Deletes {
			statements = append(statements, "delete from trivet."+tb.Name)
		}
		for _, sql := range statements {
			for organization, want := range map[string]int64{"1": 1, "2": 1, "3": 0, "": 0} {
				if got, err := affected(t, conn, organization, sql); err != nil || got != want {
					t.Errorf("%s, by organization %q: %d rows, %v, want %d", sql, organization, got, err, want)
				}
			}
		}
		if tb.Inserts {
			insertsOwnOnly(t, conn, tb)
		}
	}
}

var errUndone = errors.New("undone")

// affected tells how many rows a statement changed, which is undone.
func affected(t *testing.T, conn *pgx.Conn, organization, sql string, args ...any) (n int64, err error) {
	t.Helper()
	err = as(t, conn, organization, func(tx pgx.Tx) error {
		tag, err := tx.Exec(t.Context(), sql, args...)
		n = tag.RowsAffected()
		if err == nil {
			err = errUndone
		}
		return err
	})
	if errors.Is(err, errUndone) {
		err = nil
	}
	return n, err
}

// insertsOwnOnly inserts the row of the first organization again: as the first it meets itself, as another it is
// refused before that.
func insertsOwnOnly(t *testing.T, conn *pgx.Conn, tb table) {
	t.Helper()
	var row json.RawMessage
	if err := conn.QueryRow(t.Context(), fmt.Sprintf("select to_json(x) from trivet.%s x where %s = 1", tb.Name, tb.Owner)).Scan(&row); err != nil {
		t.Fatalf("%s: %v", tb.Name, err)
	}
	sql := fmt.Sprintf("insert into trivet.%s (%s) select %[2]s from json_populate_record(null::trivet.%[1]s, $1)", tb.Name, strings.Join(tb.Columns, ", "))
	for organization, want := range map[string]string{"1": "23505", "2": "42501", "3": "42501", "": "42501"} {
		_, err := affected(t, conn, organization, sql, row)
		var answer *pgconn.PgError
		if !errors.As(err, &answer) || answer.Code != want || want == "42501" && !strings.Contains(answer.Message, "row-level security") {
			t.Errorf("insert a row of organization 1 into %s as %q: %v, want %s", tb.Name, organization, err, want)
		}
	}
}
