package schema_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

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

// granted is what the query role may do with each table, and with which of its columns; with every other one nothing.
// What is not here is what nobody gets who finds a way to run statements as it: hashes of secrets, salts, sessions,
// tries to sign in, payloads, and any change to the audit or to what the worker counts.
var granted = []string{
	"activity: insert, select, delete",
	"attachments: select",
	"audit: insert, select",
	"drops: select",
	"events: select",
	"feedback: select",
	"field_counts: select",
	"filtered_samples: select",
	"issue_fingerprints: select, update",
	"issue_hours: select",
	"issue_texts: select",
	"issue_users: select",
	"issue_words: select",
	"issues: select, update",
	"keys: insert, select, update (label revoked_at)",
	"links: insert, select (created_at created_by email expires_at kind organization_id role used_at user_id), delete",
	"members: insert, select, update (role), delete",
	"organizations: select, update (name)",
	"project_minutes: select",
	"project_users: select",
	"projects: insert, select, update (name origins rate retention_days settings settings_at slug)",
	"release_hours: select",
	"releases: select",
	"tokens: insert, select (created_at created_by expires_at label organization_id project_id revoked_at scopes token_id used_at), update (label revoked_at)",
	"users: select (created_at disabled_at email name user_id)",
	"words: select",
}

// grants lists them as the catalog has them.
const grants = `
	select c.relname || ': ' || string_agg(what, ', ' order by place)
	from pg_class c,
		unnest(array['insert', 'select', 'update', 'delete', 'truncate', 'references', 'trigger']) with ordinality p (privilege, place),
		lateral (select case
			when has_table_privilege('trivet_query', c.oid, privilege) then privilege
			when place in (1, 2, 3, 6) then (
				select privilege || ' (' || string_agg(attname, ' ' order by attname) || ')'
				from pg_attribute where attrelid = c.oid and attnum > 0 and has_column_privilege('trivet_query', c.oid, attnum, privilege))
			end) w (what)
	where c.relnamespace = 'trivet'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') and what is not null
	group by c.relname order by c.relname`

func TestTheQueryRoleMayDoThisAndNothingElse(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.URL(t))
	if diff := cmp.Diff(granted, list(t, conn, grants)); diff != "" {
		t.Errorf("what the query role may do (-want +got):\n%s", diff)
	}
	// A view has the rights of its owner unless it says otherwise, and rows of everybody then.
	if bare := list(t, conn, `
		select relname::text from pg_class
		where relnamespace = 'trivet'::regnamespace and has_any_column_privilege('trivet_query', oid, 'SELECT, INSERT, UPDATE')
		  and not (relrowsecurity or relkind = 'v' and 'security_invoker=true' = any(reloptions))`); len(bare) > 0 {
		t.Errorf("reachable without row level security: %v", bare)
	}
	if open := list(t, conn, `
		select seqrelid::regclass::text from pg_sequence where has_sequence_privilege('trivet_query', seqrelid, 'UPDATE')`); len(open) > 0 {
		t.Errorf("sequences the query role may set: %v", open)
	}
}

func TestSecretsAreRefusedToTheQueryRole(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.URL(t))
	run(t, conn, twoOrganizations)
	for _, sql := range []string{
		"select hash from tokens", "select * from tokens", "select password_hash from users", "select count(password_hash) from users", "select hash from links", "select hash from sessions",
		"select user_id from sessions", "select subject from tries", "select salt from salts", "select data from blocks", "select pack_id from packs", "select session_id from session_marks",
		"update audit set action = 'x.y'", "delete from audit", "truncate audit", "update tokens set scopes = '{admin}'", "update tokens set hash = hash", "update users set name = 'x'",
		"update links set role = 'owner'", "update members set user_id = 2", "delete from projects", "delete from keys", "delete from tokens", "delete from issues",
		"update projects set organization_id = 2", "insert into users (email, name) values ('x', 'x')", "insert into organizations (slug, name) values ('x', 'x')",
	} {
		err := as(t, conn, "1", func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), "set local search_path = trivet; "+sql)
			return err
		})
		if !refused(err) {
			t.Errorf("%s: got %v, want permission denied", sql, err)
		}
	}
}

func TestNobodyChangesTheAudit(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.URL(t))
	run(t, conn, twoOrganizations)
	for _, sql := range []string{"update trivet.audit set action = 'x.y'", "delete from trivet.audit", "truncate trivet.audit"} {
		if _, err := conn.Exec(t.Context(), sql); !refused(err) {
			t.Errorf("%s by the owner: got %v, want a refusal", sql, err)
		}
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
