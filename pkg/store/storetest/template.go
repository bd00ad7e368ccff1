package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/schema"
)

// templateName names the template database by what is in it: the migrations, and the partitions around a
// day. Whoever meets a database of that name may copy it, from any process and any state of the tree.
func templateName(day time.Time) (string, error) {
	all, err := schema.Migrations()
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	for _, m := range all {
		hash.Write([]byte(m.Name + "\n" + m.SQL + "\n"))
	}
	return fmt.Sprintf("trivet_template_%s_%x", day.UTC().Format("20060102"), hash.Sum(nil)[:8]), nil
}

// ensureTemplate makes the template once a server: migrating takes ten times as long as copying. Test
// processes that start at once wait for the first of them.
func ensureTemplate(ctx context.Context, admin *pgx.Conn, server string) (name string, err error) {
	if name, err = templateName(time.Now()); err != nil {
		return "", err
	}
	const ready = `select exists (select from pg_database where datname = $1 and datistemplate)`
	var there bool
	if err := admin.QueryRow(ctx, ready, name).Scan(&there); err != nil || there {
		return name, err
	}
	if _, err := admin.Exec(ctx, `select pg_advisory_lock(hashtext($1))`, name); err != nil {
		return "", fmt.Errorf("lock the template: %w", err)
	}
	// The lock ends with the connection at the latest.
	defer func() {
		_, unlockErr := admin.Exec(ctx, `select pg_advisory_unlock(hashtext($1))`, name)
		err = errors.Join(err, unlockErr)
	}()
	if err := admin.QueryRow(ctx, ready, name).Scan(&there); err != nil || there {
		return name, err
	}
	return name, makeTemplate(ctx, admin, server, name)
}

// makeTemplate marks the database as a template last: one without the mark was left half made.
func makeTemplate(ctx context.Context, admin *pgx.Conn, server, name string) error {
	for _, sql := range []string{
		fmt.Sprintf(`drop database if exists %s with (force)`, name),
		fmt.Sprintf(`create database %s template template0`, name),
	} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			return fmt.Errorf("make the template: %w", err)
		}
	}
	address, err := withDatabase(server, name)
	if err != nil {
		return err
	}
	if err := migrate(ctx, address); err != nil {
		return fmt.Errorf("make the template: %w", err)
	}
	if _, err := admin.Exec(ctx, fmt.Sprintf(`alter database %s is_template true`, name)); err != nil {
		return fmt.Errorf("make the template: %w", err)
	}
	return nil
}

func migrate(ctx context.Context, address string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	_, err = schema.Migrate(ctx, conn)
	if err == nil {
		_, err = conn.Exec(ctx, `select trivet.ensure_partitions(current_date - 11, current_date + 14)`)
	}
	return errors.Join(err, conn.Close(ctx)) // nobody may be connected to a database that is copied
}
