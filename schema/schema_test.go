package schema_test

import (
	"context"
	"fmt"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/trivetlabs/trivet/pkg/postgres"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
	"github.com/trivetlabs/trivet/schema"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func run(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%v in %s", err, sql)
	}
}

func list(t *testing.T, conn *pgx.Conn, sql string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestMigrateAppliesEachMigrationOnce(t *testing.T) {
	t.Parallel()
	all, err := schema.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, m := range all {
		want = append(want, m.Name)
	}
	conn := connect(t, storetest.Empty(t))
	got, err := schema.Migrate(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("first run (-want +got):\n%s", diff)
	}
	if got, err := schema.Migrate(t.Context(), conn); err != nil || len(got) > 0 {
		t.Errorf("second run: %v %v, want nothing", got, err)
	}
	if diff := cmp.Diff(want, list(t, conn, `select name from trivet.migrations order by number`)); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
}

func TestMigrateTakesTurns(t *testing.T) {
	t.Parallel()
	// The databases share the server's roles, so that one's migration meets the other's.
	first, second := storetest.Empty(t), storetest.Empty(t)
	g, ctx := errgroup.WithContext(t.Context())
	counts := make([]int, 8)
	for i := range counts {
		url := first
		if i%2 == 1 {
			url = second
		}
		g.Go(func() error {
			conn, err := pgx.Connect(ctx, url)
			if err != nil {
				return err
			}
			defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
			applied, err := schema.Migrate(ctx, conn)
			counts[i] = len(applied)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	all, err := schema.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, n := range counts {
		sum += n
	}
	if sum != 2*len(all) {
		t.Errorf("%d migrations applied to two databases, want %d", sum, 2*len(all))
	}
}

// A managed server gives no superuser, only a role that may make roles. It needs a server of its own: on
// the shared one trivet_query belongs to whoever migrated first.
func TestMigrateNeedsNoSuperuser(t *testing.T) {
	t.Parallel()
	server, stop, err := postgres.Throwaway(t.Context(), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	admin := connect(t, server.URL("postgres"))
	run(t, admin, `create role renter login createrole`)
	run(t, admin, `create database rented owner renter`)
	address, err := url.Parse(server.URL("rented"))
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.User("renter")
	conn := connect(t, address.String())
	if _, err := schema.Migrate(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	run(t, conn, `begin; set local role trivet_query; select from trivet.events; commit`)
}

func TestEverythingHasAComment(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.URL(t))
	for _, c := range []struct{ name, sql string }{
		{"tables and views", `
			select c.relname::text from pg_class c
			where c.relnamespace in ('trivet'::regnamespace, 'trivet_views'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
			  and obj_description(c.oid, 'pg_class') is null`},
		{"columns", `
			select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
			where c.relnamespace in ('trivet'::regnamespace, 'trivet_views'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
			  and a.attnum > 0 and not a.attisdropped and col_description(c.oid, a.attnum) is null`},
		{"functions", `
			select p.proname::text from pg_proc p
			where p.pronamespace = 'trivet'::regnamespace and obj_description(p.oid, 'pg_proc') is null
			  and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`},
	} {
		if bare := list(t, conn, c.sql); len(bare) > 0 {
			t.Errorf("%s without a comment: %v", c.name, bare)
		}
	}
}

func TestEveryUniqueKeyOfADistributedTableHoldsTheProject(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.URL(t))
	// packs belong to no project: a pack holds records of many.
	if bad := list(t, conn, `
		select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid
		where c.relnamespace = 'trivet'::regnamespace and not c.relispartition and i.indisunique
		  and c.relname in (select relname from pg_class c2 join pg_attribute a on a.attrelid = c2.oid
		                    where c2.relnamespace = 'trivet'::regnamespace and a.attname = 'project_id')
		  and c.relname not in ('projects', 'keys', 'tokens')
		  and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'project_id' and a.attnum = any(i.indkey))`); len(bad) > 0 {
		t.Errorf("unique keys without project_id can't be distributed: %v", bad)
	}
}

func TestPartitions(t *testing.T) {
	t.Parallel()
	url := storetest.Empty(t)
	conn := connect(t, url)
	if _, err := schema.Migrate(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	const make3 = `select trivet.ensure_partitions('2026-02-28', '2026-03-02')::text`
	// Two makers at once must not fail, and together make each partition once.
	g, ctx := errgroup.WithContext(t.Context())
	made := make([]string, 4)
	for i := range made {
		g.Go(func() error {
			other, err := pgx.Connect(ctx, url)
			if err != nil {
				return err
			}
			defer func() { _ = other.Close(context.WithoutCancel(ctx)) }()
			return other.QueryRow(ctx, make3).Scan(&made[i])
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	parents := []string{"attachments", "blocks", "events", "feedback", "packs", "session_marks"}
	makers := 0
	for _, n := range made {
		if n == fmt.Sprint(3*len(parents)) {
			makers++
		} else if n != "0" {
			t.Errorf("one maker made %s partitions, want all or none", n)
		}
	}
	if makers != 1 {
		t.Errorf("%d makers made the partitions, want 1", makers)
	}
	want := []string{}
	for _, parent := range parents {
		for _, day := range []string{"2026-02-28", "2026-03-01", "2026-03-02"} {
			want = append(want, fmt.Sprintf("%s %s false", parent, day))
		}
	}
	if diff := cmp.Diff(want, list(t, conn, `select parent || ' ' || day || ' ' || detaching from trivet.partitions order by parent, day`)); diff != "" {
		t.Errorf("partitions (-want +got):\n%s", diff)
	}
	run(t, conn, `insert into trivet.packs (pack_id, day, events) values (gen_random_uuid(), '2026-03-02', 1)`)
	if _, err := conn.Exec(t.Context(), `insert into trivet.packs (pack_id, day, events) values (gen_random_uuid(), '2026-03-03', 1)`); err == nil {
		t.Error("a row of a day without partition was taken: there must be no default partition")
	}
}
