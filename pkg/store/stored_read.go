package store

import (
	"context"
	_ "embed" // the statements
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

//go:embed sql/stored_events.sql
var storedEventsSQL string

// StoredEvents tells which of some events of a project are in the tables, looking from the first day to the last. The
// error is ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) StoredEvents(ctx context.Context, organization, project int64, ids []event.ID, first, last event.Day) (map[event.ID]bool, error) {
	stored := map[event.ID]bool{}
	if len(ids) == 0 {
		return stored, nil
	}
	wanted := make([][16]byte, len(ids))
	for i, id := range ids {
		wanted[i] = id
	}
	err := s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, storedEventsSQL, project, wanted, first.Time(), last.Time())
		if err != nil {
			return err
		}
		var id [16]byte
		_, err = pgx.ForEachRow(rows, []any{&id}, func() error { stored[id] = true; return nil })
		return err
	})
	return stored, wrap("look for stored events", err)
}

//go:embed sql/database.sql
var databaseSQL string

//go:embed sql/table_sizes.sql
var tableSizesSQL string

// A Database is what Postgres tells of itself: of the whole installation, whoever asks.
type Database struct {
	Version       string      `json:"version"`
	Bytes         int64       `json:"bytes"`
	Connections   int         `json:"connections"`
	MaxConns      int         `json:"max_connections"`
	Organizations int64       `json:"-"`
	Partitions    Partitions  `json:"partitions"`
	Tables        []TableSize `json:"tables"` // the biggest, partitions summed up
}

// Partitions are the days that events can be written to.
type Partitions struct {
	Oldest  *event.Day `json:"oldest"` // null before provision
	Newest  *event.Day `json:"newest"`
	Ahead   int        `json:"days_ahead"` // after today
	Missing int        `json:"missing"`    // days that must be there and are not
}

// A TableSize is what a table takes with its indexes.
type TableSize struct {
	Table      string `json:"table"`
	Partitions int    `json:"partitions"`
	Bytes      int64  `json:"bytes"`
	Rows       int64  `json:"rows"` // as the server estimates
}

// Database asks for sizes and partitions. Reading sizes of files takes some milliseconds. The error is ErrTimeout or
// ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Database(ctx context.Context, today event.Day) (d Database, err error) {
	var oldest, newest *time.Time
	first, last := (today - PartitionsBack).Time(), (today + PartitionsAhead).Time()
	err = s.db.QueryRow(ctx, databaseSQL, today.Time(), first, last).
		Scan(&d.Version, &d.Bytes, &d.Connections, &d.MaxConns, &d.Organizations, &oldest, &newest, &d.Partitions.Ahead, &d.Partitions.Missing)
	if err != nil {
		return Database{}, wrap("measure database", explain(err))
	}
	d.Partitions.Oldest, d.Partitions.Newest = dayOf(oldest), dayOf(newest)
	d.Tables, err = many(ctx, s, pgx.RowToStructByPos[TableSize], tableSizesSQL)
	return d, wrap("measure tables", err)
}

func dayOf(t *time.Time) *event.Day {
	if t == nil {
		return nil
	}
	day := event.DayOf(*t)
	return &day
}
