package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// wal returns how many bytes of log the server has written since it was made.
func (b *bench) wal(ctx context.Context, db *database) (bytes float64, err error) {
	err = db.pool.QueryRow(ctx, `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8`).Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("ask for the log's position: %w", err)
	}
	return bytes, nil
}

// relationBytes returns what the tables of a schema take with their indexes and TOAST, partitions of one
// table together.
func relationBytes(ctx context.Context, db *database, schema string) (map[string]float64, error) {
	rows, err := db.pool.Query(ctx, `select regexp_replace(c.relname, '_\d+$', ''), sum(pg_total_relation_size(c.oid))::float8
		from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r' group by 1`, schema)
	if err != nil {
		return nil, fmt.Errorf("ask for the size of tables: %w", err)
	}
	sizes := map[string]float64{}
	var table string
	var bytes float64
	_, err = pgx.ForEachRow(rows, []any{&table, &bytes}, func() error {
		sizes[table] = bytes
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ask for the size of tables: %w", err)
	}
	return sizes, nil
}

// A mark is a point from which storage is counted: what empty tables take and what was logged before
// don't count.
type mark struct {
	schema string
	wal    float64
	tables map[string]float64
}

func (b *bench) mark(ctx context.Context, db *database, schema string) (m mark, err error) {
	m.schema = schema
	if m.wal, err = b.wal(ctx, db); err != nil {
		return m, err
	}
	m.tables, err = relationBytes(ctx, db, schema)
	return m, err
}

// storage adds bytes of tables, in all and by table, and of log per event since a mark to a sample.
func (b *bench) storage(ctx context.Context, db *database, s sample, since mark, events int64) error {
	now, err := b.mark(ctx, db, since.schema)
	if err != nil {
		return err
	}
	n := float64(max(events, 1))
	s["wal_bytes"], s["table_bytes"] = (now.wal-since.wal)/n, 0
	for table, bytes := range now.tables {
		grown := (bytes - since.tables[table]) / n
		s["table_bytes"] += grown
		s["bytes_"+table] = grown
	}
	return nil
}
