// Package schema holds the database's migrations: forward only, numbered, embedded, each in its own
// transaction. Everything lives in the Postgres schema "trivet". No extension is required.
package schema

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed *.sql
var files embed.FS

// A Migration is one numbered file.
type Migration struct {
	Number int
	Name   string
	SQL    string
}

// Migrations returns every migration in order.
func Migrations() ([]Migration, error) {
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	all := make([]Migration, 0, len(names))
	for i, name := range names {
		prefix, _, _ := strings.Cut(name, "_")
		n, err := strconv.Atoi(prefix)
		if err != nil || n != i+1 {
			return nil, fmt.Errorf("migration %s: numbers must run 001, 002, …", name)
		}
		sql, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", name, err)
		}
		all = append(all, Migration{n, strings.TrimSuffix(name, ".sql"), string(sql)})
	}
	return all, nil
}

// Migrate brings the database to the newest migration and returns the names of those it applied. One
// process migrates at a time; the others wait. conn must belong to the owner of the tables. A database
// that is newer than this build is left alone.
func Migrate(ctx context.Context, conn *pgx.Conn) (applied []string, err error) {
	all, err := Migrations()
	if err != nil {
		return nil, err
	}
	const prepare = `
		create schema if not exists trivet;
		create table if not exists trivet.migrations (number integer primary key, name text not null, applied_at timestamptz not null default now());
		comment on table trivet.migrations is 'Migrations that were applied.';
		comment on column trivet.migrations.number is 'Number of the file.';
		comment on column trivet.migrations.name is 'Name of the file.';
		comment on column trivet.migrations.applied_at is 'When it was applied.'`
	locked := func(work func(pgx.Tx) error) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('trivet.migrate'))`); err != nil {
				return err
			}
			return work(tx)
		})
	}
	if err := locked(func(tx pgx.Tx) error { _, err := tx.Exec(ctx, prepare); return err }); err != nil {
		return nil, fmt.Errorf("prepare migrations: %w", err)
	}
	for _, m := range all {
		err := locked(func(tx pgx.Tx) error {
			var there bool
			if err := tx.QueryRow(ctx, `select exists (select from trivet.migrations where number = $1)`, m.Number).Scan(&there); err != nil || there {
				return err
			}
			if _, err := tx.Exec(ctx, `set local search_path = trivet`); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, m.SQL); err != nil {
				return err
			}
			applied = append(applied, m.Name)
			_, err := tx.Exec(ctx, `insert into trivet.migrations (number, name) values ($1, $2)`, m.Number, m.Name)
			return err
		})
		if err != nil {
			return applied, fmt.Errorf("apply migration %s: %w", m.Name, err)
		}
	}
	return applied, nil
}
