package store

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

//go:embed sql/insert_packs.sql
var insertPacksSQL string

// Writers share this lock; one that met a conflict takes it alone, so that it meets no second one.
const (
	shareWriting = `select pg_advisory_xact_lock_shared(hashtext('trivet.write'))`
	writeAlone   = `select pg_advisory_xact_lock(hashtext('trivet.write'))`
)

// lockFallbacks makes writers of the same events without a usable time wait for each other: their keys
// differ by day, so that no unique index does. Always in the same order.
const lockFallbacks = `select pg_advisory_xact_lock(hashtext('trivet.fallback'), bucket)
	from unnest($1::integer[]) as u (bucket) order by bucket`

// fallbackBuckets bounds how many of these locks a transaction takes.
const fallbackBuckets = 64

// fallbacks returns the buckets of the rows that may lie on another day, none for most batches.
func fallbacks(rows []Row) (buckets []int32) {
	for i := range rows {
		if r := &rows[i]; r.Fallback && r.Outcome == Insert {
			buckets = append(buckets, int32(r.Event.ID[15]%fallbackBuckets))
		}
	}
	slices.Sort(buckets)
	return slices.Compact(buckets)
}

// A packState is what the table of packs says of one.
type packState int8

const (
	packKnown packState = iota // written before
	packNew                    // written by this transaction
	packAhead                  // not written, and only looked at: its turn is still to come
)

//go:embed sql/known_packs.sql
var knownPacksSQL string

// begin takes the writers' locks, writes the rows of the packs and tells of each whether it was there: only
// records of new ones move counters that no event row stands behind. tables are those that are written.
func begin(ctx context.Context, tx pgx.Tx, packs []Pack, buckets []int32, alone bool) (states map[event.ID]packState, tables string, err error) {
	states = make(map[event.ID]packState, len(packs))
	queue := &pgx.Batch{}
	if alone {
		queue.Queue(writeAlone)
	} else {
		queue.Queue(shareWriting)
	}
	if len(buckets) > 0 {
		queue.Queue(lockFallbacks, buckets)
	}
	queue.Queue(rememberedTables).QueryRow(func(row pgx.Row) error { return row.Scan(&tables) })
	var write, look []Pack
	for _, p := range packs {
		if p.Look {
			look = append(look, p)
			states[p.ID] = packAhead
		} else {
			write = append(write, p)
		}
	}
	queuePacks(queue, insertPacksSQL, write, func(id event.ID) { states[id] = packNew })
	queuePacks(queue, knownPacksSQL, look, func(id event.ID) { states[id] = packKnown })
	if err := tx.SendBatch(ctx, queue).Close(); err != nil {
		return nil, "", fmt.Errorf("insert packs: %w", err)
	}
	return states, tables, nil
}

// queuePacks queues a statement over packs and calls found with each that it returns.
func queuePacks(queue *pgx.Batch, statement string, packs []Pack, found func(event.ID)) {
	if len(packs) == 0 {
		return
	}
	sorted := slices.Clone(packs)
	slices.SortFunc(sorted, func(a, b Pack) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	sorted = slices.CompactFunc(sorted, func(a, b Pack) bool { return a.ID == b.ID })
	ids, days, events := make([][16]byte, len(sorted)), make([]int32, len(sorted)), make([]int32, len(sorted))
	for i, p := range sorted {
		ids[i], days[i], events[i] = p.ID, int32(p.Day), int32(p.Events) // a pack holds thousands at most
	}
	queue.Queue(statement, ids, days, events).Query(func(rows pgx.Rows) error {
		var id [16]byte
		_, err := pgx.ForEachRow(rows, []any{&id}, func() error {
			found(id)
			return nil
		})
		return err
	})
}
