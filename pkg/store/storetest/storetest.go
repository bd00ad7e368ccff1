// Package storetest gives each test a migrated database of its own on a real PostgreSQL server. The server
// is the one in TEST_DATABASE_URL ("make test" sets it, for all packages at once), else a throwaway one of this test
// process. There is no way around it: where no server can be had, tests fail.
package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/postgres"
)

// serverEnv names the connection string of a server on which the tests may create databases and roles.
const serverEnv = "TEST_DATABASE_URL"

// setupTimeout bounds the making of a test's database: a bound on hanging, not on slowness.
const setupTimeout = 2 * time.Minute

// Main runs the tests of a package that uses URL or Empty. Call it from TestMain:
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
func Main(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if os.Getenv(serverEnv) != "" {
		return m.Run()
	}
	ctx := context.Background()
	server, stop, err := postgres.Throwaway(ctx, zerolog.New(os.Stderr).Level(zerolog.WarnLevel))
	if err != nil {
		fmt.Fprintf(os.Stderr, "no database for tests: %v\n", err)
		return 1
	}
	defer stop()
	// By the environment, so that test processes which this one starts share the server.
	if err := os.Setenv(serverEnv, server.URL("postgres")); err != nil {
		fmt.Fprintf(os.Stderr, "no database for tests: %v\n", err)
		return 1
	}
	return m.Run()
}

// URL makes a migrated database with partitions from 11 days ago to 14 days ahead, and returns its
// connection string. The database is dropped when the test ends, whoever is still connected; with KEEPDB=1 that of a
// failed test stays and is named in the test's output.
func URL(t testing.TB) string {
	t.Helper()
	return fresh(t, ensureTemplate)
}

// Empty is URL without migrations.
func Empty(t testing.TB) string {
	t.Helper()
	return fresh(t, func(context.Context, *pgx.Conn, string) (string, error) { return "template0", nil })
}

// fresh makes a database from the template that the func names.
func fresh(t testing.TB, template func(ctx context.Context, admin *pgx.Conn, server string) (string, error)) string {
	t.Helper()
	server := os.Getenv(serverEnv)
	if server == "" {
		t.Fatalf("no database for tests: %s is not set and TestMain does not call storetest.Main", serverEnv)
	}
	name := "test_" + plain(t.Name()) + "_" + strings.ToLower(rand.Text()[:10])
	ctx, cancel := context.WithTimeout(t.Context(), setupTimeout)
	defer cancel()
	err := administer(ctx, server, func(admin *pgx.Conn) error {
		from, err := template(ctx, admin, server)
		if err != nil {
			return err
		}
		_, err = admin.Exec(ctx, fmt.Sprintf(`create database %s template %s`, name, from))
		return err
	})
	if err != nil {
		t.Fatalf("make a database for the test: %v", err)
	}
	address, err := withDatabase(server, name)
	if err != nil {
		t.Fatalf("make a database for the test: %v", err)
	}
	t.Cleanup(func() {
		if t.Failed() && os.Getenv("KEEPDB") != "" {
			t.Logf("database kept: %s", address)
			return
		}
		drop(t, server, name)
	})
	return address
}

func drop(t testing.TB, server, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), setupTimeout) // the test's own has ended
	defer cancel()
	err := administer(ctx, server, func(admin *pgx.Conn) error {
		_, err := admin.Exec(ctx, fmt.Sprintf(`drop database if exists %s with (force)`, name))
		return err
	})
	if err != nil {
		t.Errorf("drop the database of the test: %v", err)
	}
}

// administer gives a connection to the server itself.
func administer(ctx context.Context, server string, work func(*pgx.Conn) error) error {
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", serverEnv, err)
	}
	return errors.Join(work(admin), admin.Close(ctx))
}

// withDatabase is the connection string of another database on the same server.
func withDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme == "" {
		return "", fmt.Errorf("%s must be a URL, postgres://…", serverEnv)
	}
	u.Path = "/" + name
	return u.String(), nil
}

var notPlain = regexp.MustCompile(`[^a-z0-9]+`)

// plain makes a part of a database's name, which is cut at 63 bytes and needs no quotes, from a test's.
func plain(name string) string {
	name = strings.Trim(notPlain.ReplaceAllString(strings.ToLower(name), "_"), "_")
	return name[:min(len(name), 40)]
}
