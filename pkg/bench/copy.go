package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/trivetlabs/trivet/pkg/event"
)

// plainColumns are those of plainTable, in order.
var plainColumns = []string{"event_id", "project_id", "day", "fingerprint", "received_at", "occurred_at", "level", "type", "message", "culprit", "release", "environment", "url", "payload"}

// plainTable makes a table as one would without blocks: partitioned by day, columns for what lists show,
// the whole body in each row, our primary key and one index for the events of an issue.
func plainTable(ctx context.Context, db *pgxpool.Pool, name, payload string) error {
	today := time.Now().UTC()
	statement := fmt.Sprintf(`
		create table %[1]s (
			event_id uuid not null, project_id bigint not null, day date not null, fingerprint uuid not null,
			received_at timestamptz not null, occurred_at timestamptz not null, level smallint not null,
			type text not null, message text not null, culprit text not null, release text not null, environment text not null, url text not null,
			payload %[2]s not null,
			primary key (event_id, project_id, day)
		) partition by range (day);
		create index on %[1]s (project_id, fingerprint, received_at desc)`, name, payload)
	if _, err := db.Exec(ctx, statement); err != nil {
		return fmt.Errorf("make table %s: %w", name, err)
	}
	for i := -1; i <= 1; i++ {
		day, next := today.AddDate(0, 0, i).Format(time.DateOnly), today.AddDate(0, 0, i+1).Format(time.DateOnly)
		if _, err := db.Exec(ctx, fmt.Sprintf(`create table %s_%d partition of %s for values from ('%s') to ('%s')`, name, i+1, name, day, next)); err != nil {
			return fmt.Errorf("make table %s: %w", name, err)
		}
	}
	return nil
}

// hasLZ4 tells whether the server was built with it.
func hasLZ4(ctx context.Context, db *pgxpool.Pool) (has bool, err error) {
	err = db.QueryRow(ctx, `select 'lz4' = any(enumvals) from pg_settings where name = 'default_toast_compression'`).Scan(&has)
	return has, err
}

// measureCopy is the floor of the worker: one connection copies ready rows, nothing is decoded, counted or
// looked up. Only the COPYs are timed, not the making of rows.
func (b *bench) measureCopy(ctx context.Context) error {
	db, err := b.newDatabase(ctx)
	if err != nil {
		return err
	}
	defer db.drop()
	payload := "text"
	if has, err := hasLZ4(ctx, db.pool); err != nil {
		return err
	} else if has {
		payload = "text compression lz4"
	}
	if err := plainTable(ctx, db.pool, "plain", payload); err != nil {
		return err
	}
	server, err := b.postgresProcess()
	if err != nil {
		return err
	}
	before, err := b.mark(ctx, db, "public")
	if err != nil {
		return err
	}
	m := newMeter(server)
	took, client, err := copyRows(ctx, db.pool, b.plan.CopyRows)
	if err != nil {
		return err
	}
	s := sample{"rate": float64(b.plan.CopyRows) / took.Seconds()}
	m.into(s, int64(b.plan.CopyRows))
	s["cpu_client"] = client * per / float64(b.plan.CopyRows)
	if err := b.storage(ctx, db, s, before, int64(b.plan.CopyRows)); err != nil {
		return err
	}
	s["lz4"] = float64(strings.Count(payload, "lz4"))
	b.add("raw COPY", s)
	return nil
}

// copyRows copies n rows and returns the time and the client's CPU-seconds spent in COPY.
func copyRows(ctx context.Context, pool *pgxpool.Pool, n int) (took time.Duration, client float64, err error) {
	db, err := pool.Acquire(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("connect to Postgres: %w", err)
	}
	defer db.Release()
	all := buildRequests("127.0.0.1:1")
	rng := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) // ids of test events
	picks := order(all, n, rng)
	for from := 0; from < n; from += copyBatch {
		rows := make([][]any, 0, copyBatch)
		for _, i := range picks[from:min(from+copyBatch, n)] {
			rows = append(rows, plainRow(&all[i], rng))
		}
		start, cpu := time.Now(), ownCPU()
		if _, err := db.CopyFrom(ctx, pgx.Identifier{"plain"}, plainColumns, pgx.CopyFromRows(rows)); err != nil {
			return 0, 0, fmt.Errorf("copy rows: %w", err)
		}
		took, client = took+time.Since(start), client+ownCPU()-cpu
	}
	return took, client, nil
}

// plainRow is an event of its own as a row of plainTable.
func plainRow(r *request, rng *rand.Rand) []any {
	now := time.Now()
	filled := bytes.Clone(r.bytes)
	id := r.fill(filled, now, rng)
	a := &r.about
	return []any{
		id, int64(a.project), now.UTC(), issueFingerprint(a.issue), now, now, event.Error,
		a.kind, a.message, a.culprit, a.release, a.environment, a.url, string(filled[r.body:]),
	}
}

// issueFingerprint spreads issues over the key space as hashes do.
func issueFingerprint(issue int) (id [16]byte) {
	rng := rand.New(rand.NewPCG(uint64(issue), 7)) // must be the same each time
	binary.BigEndian.PutUint64(id[:8], rng.Uint64())
	binary.BigEndian.PutUint64(id[8:], rng.Uint64())
	return id
}
