package schema_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

// visible are the tables the query role may read; every other one must be refused to it.
var visible = []string{
	"attachments", "drops", "events", "feedback", "filtered_samples", "issue_fingerprints", "issue_hours", "issue_users", "issues",
	"organizations", "project_minutes", "projects", "release_hours",
}

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
	insert into salts (day, salt) values (current_date, sha256('a'));`

// as runs work in a transaction the way package query does: as its role, for one organization ("" for none).
func as(t *testing.T, conn *pgx.Conn, organization string, work func(pgx.Tx) error) error {
	t.Helper()
	return pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `set local role trivet_query`); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `select set_config('app.organization', $1, true)`, organization); err != nil {
			return err
		}
		return work(tx)
	})
}

// refused tells whether Postgres denied it for want of a privilege.
func refused(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.Code == "42501"
}

func TestAnOrganizationSeesItsOwnRowsOnly(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.URL(t))
	run(t, conn, twoOrganizations)
	for _, table := range visible {
		column := "project_id"
		if table == "organizations" {
			column = "organization_id"
		}
		for _, c := range []struct {
			name, organization string
			want               []int64
		}{
			{"the first", "1", []int64{1}},
			{"the second", "2", []int64{2}},
			{"one that is not there", "3", []int64{}},
			{"none", "", []int64{}},
		} {
			var got []int64
			err := as(t, conn, c.organization, func(tx pgx.Tx) error {
				rows, err := tx.Query(t.Context(), fmt.Sprintf(`select %s from trivet.%s`, column, table))
				if err != nil {
					return err
				}
				got, err = pgx.CollectRows(rows, pgx.RowTo[int64])
				return err
			})
			if err != nil {
				t.Fatalf("%s: %v", table, err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s of projects in %s, for organization %s (-want +got):\n%s", column, table, c.name, diff)
			}
		}
	}
}

func TestTheQueryRoleReadsNothingElseAndWritesNothing(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.URL(t))
	relations := list(t, conn, `
		select relname::text from pg_class
		where relnamespace = 'trivet'::regnamespace and relkind in ('r', 'p', 'v', 'm')
		  and (not relispartition or relname like '%' || to_char(current_date, 'YYYYMMDD'))`)
	for _, relation := range relations {
		err := as(t, conn, "1", func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), `select from trivet.`+relation)
			return err
		})
		if readable := slices.Contains(visible, relation); readable != (err == nil) || (err != nil && !refused(err)) {
			t.Errorf("select from %s: %v, want readable %v", relation, err, readable)
		}
	}
	if open := list(t, conn, `
		select relname || ' ' || privilege from pg_class, unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
		where relnamespace = 'trivet'::regnamespace and relkind in ('r', 'p', 'v', 'm') and has_table_privilege('trivet_query', oid, privilege)`); len(open) > 0 {
		t.Errorf("the query role may write: %v", open)
	}
	if bare := list(t, conn, `
		select relname::text from pg_class
		where relnamespace = 'trivet'::regnamespace and relname = any($1) and not relrowsecurity`, visible); len(bare) > 0 {
		t.Errorf("readable without row level security: %v", bare)
	}
}

func TestEventBlockOpensOwnBlocksOnly(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	conn := connect(t, url)
	run(t, conn, twoOrganizations)
	for _, c := range []struct {
		name                         string
		organization, project, block int
		want                         []byte
	}{
		{"its own", 1, 1, 7, []byte("1")},
		{"a project of another organization", 1, 2, 7, nil},
		{"its project, asked for by another", 2, 1, 7, nil},
		{"a block that is not there", 1, 1, 8, nil},
		{"an organization that is not there", 3, 1, 7, nil},
	} {
		got := []byte("untouched")
		err := as(t, conn, "1", func(tx pgx.Tx) error {
			return tx.QueryRow(t.Context(), `select trivet.event_block($1, $2, current_date, $3)`, c.organization, c.project, c.block).Scan(&got)
		})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	if open := list(t, conn, `
		select p.proname::text from pg_proc p
		where p.pronamespace = 'trivet'::regnamespace and p.prosecdef and has_function_privilege('public', p.oid, 'EXECUTE')`); len(open) > 0 {
		t.Errorf("functions with the owner's rights that everybody may call: %v", open)
	}
	// The owner, which is the worker and the migrations, is above row level security: COPY needs it.
	if _, err := conn.CopyFrom(context.Background(), pgx.Identifier{"trivet", "issue_users"}, []string{"project_id", "fingerprint", "user_hash"},
		pgx.CopyFromRows([][]any{{int64(1), [16]byte{1}, int64(2)}})); err != nil {
		t.Errorf("copy by the owner: %v", err)
	}
}
