package storetest_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func count(t *testing.T, url, sql string) int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	// Left open on purpose: a test that forgets its connections must not keep its database from being dropped.
	var n int
	if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	t.Parallel()
	for range 3 {
		t.Run("with a name that / needs \"quoting\" and is far longer than the name of a database may be", func(t *testing.T) {
			t.Parallel()
			url := storetest.URL(t)
			if n := count(t, url, `with made as (insert into trivet.organizations (slug, name) values ('a', 'A') returning 1) select count(*) from made`); n != 1 {
				t.Errorf("%d rows, want 1", n)
			}
			if n := count(t, url, `select count(*) from trivet.partitions where day between current_date - 11 and current_date + 14`); n != 6*26 {
				t.Errorf("%d partitions, want %d", n, 6*26)
			}
		})
	}
}

func TestAnEmptyDatabaseHasNoTables(t *testing.T) {
	t.Parallel()
	if n := count(t, storetest.Empty(t), `select count(*) from pg_namespace where nspname = 'trivet'`); n != 0 {
		t.Error("schema trivet is there")
	}
}

func TestDatabasesAreDropped(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("inner", func(t *testing.T) { url = storetest.URL(t) })
	name := url[strings.LastIndex(url, "/")+1:]
	name, _, _ = strings.Cut(name, "?")
	if n := count(t, storetest.Empty(t), `select count(*) from pg_database where datname = '`+name+`'`); n != 0 {
		t.Errorf("database %s is still there", name)
	}
}

func BenchmarkURL(b *testing.B) {
	for b.Loop() {
		storetest.URL(b)
	}
}
