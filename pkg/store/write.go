package store

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// maxConflicts bounds how often one write starts again because another worker committed the same event
// first. From the second time on it has the tables to itself, so that one more is enough; the bound is
// against what we have not thought of.
const maxConflicts = 3

// Write commits a batch in one transaction, each event once: whatever of it is in the tables already, by
// an earlier delivery, a replay or another pack, changes nothing. nil means it is on disk. On ErrRejected
// use Bad to find the rows; on any other error write the same batch again, also when it may have been
// committed. Safe for concurrent use.
func (s *Store) Write(ctx context.Context, b *Batch) (Result, error) {
	return s.retryConflicts(ctx, b, true)
}

func (s *Store) retryConflicts(ctx context.Context, b *Batch, commit bool) (Result, error) {
	m := mode{careful: b.Careful, commit: commit}
	for range maxConflicts {
		result, err := s.write(ctx, b, m)
		if err == nil {
			return result, nil
		}
		if err = classify(err); !errors.Is(err, errConflict) {
			return Result{}, fmt.Errorf("write %d events: %w", len(b.Rows), err)
		}
		m.careful, m.alone = true, true
	}
	return Result{}, fmt.Errorf("write %d events: another worker is always first", len(b.Rows))
}

// A mode is how a batch is written.
type mode struct {
	careful bool // look first what is there
	alone   bool // while no other batch is written
	commit  bool
}

// errTried ends a transaction that was only a trial.
var errTried = errors.New("trial")

// write is the transaction. The hope is that nothing of the batch is in the tables: then it is two COPYs,
// prepared before the transaction starts. When careful, or when a pack turns out to be known, it looks
// first and leaves out what is there.
func (s *Store) write(ctx context.Context, b *Batch, m mode) (result Result, err error) {
	buckets := fallbacks(b.Rows)
	var p *plan
	if !m.careful && len(buckets) == 0 {
		p = newPlan(s.codec, b, nil)
	}
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		states, err := begin(ctx, tx, b.Packs, buckets, m.alone)
		if err != nil {
			return err
		}
		if p == nil || slices.ContainsFunc(b.Packs, func(p Pack) bool { return states[p.ID] != packNew }) {
			there, err := existing(ctx, tx, b)
			if err != nil {
				return err
			}
			p = newPlan(s.codec, b, there)
		}
		if len(p.fresh) > 0 {
			if err := p.blocks.send(ctx, tx, copyBlocks); err != nil {
				return err
			}
			if err := p.events.send(ctx, tx, copyEvents); err != nil {
				return err
			}
		}
		result, err = count(ctx, tx, b, p, states)
		if err != nil {
			return err
		}
		if !m.commit {
			return errTried
		}
		if b.BeforeCommit != nil {
			b.BeforeCommit()
		}
		return nil
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return result, err
}

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
// records of new ones move counters that no event row stands behind.
func begin(ctx context.Context, tx pgx.Tx, packs []Pack, buckets []int32, alone bool) (states map[event.ID]packState, err error) {
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
		return nil, fmt.Errorf("insert packs: %w", err)
	}
	return states, nil
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

//go:embed sql/existing_events.sql
var existingEventsSQL string

// existing returns which keys of the batch are in events.
func existing(ctx context.Context, tx pgx.Tx, b *Batch) (map[key]bool, error) {
	var ids [][16]byte
	var projects []int64
	var days []int32
	for i := range b.Rows {
		if b.Rows[i].Outcome != Insert {
			continue
		}
		for _, k := range b.Rows[i].keys() {
			ids, projects, days = append(ids, k.id), append(projects, k.project), append(days, int32(k.day))
		}
	}
	there := make(map[key]bool)
	if len(ids) == 0 {
		return there, nil
	}
	rows, err := tx.Query(ctx, existingEventsSQL, ids, projects, days)
	if err != nil {
		return nil, fmt.Errorf("look for known events: %w", err)
	}
	var k key
	var id [16]byte
	var day int32
	_, err = pgx.ForEachRow(rows, []any{&id, &k.project, &day}, func() error {
		there[key{id, k.project, event.Day(day)}] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for known events: %w", err)
	}
	return there, nil
}

// Bad returns the indexes of the rows that Postgres refuses, found by halving the batch in trial
// transactions. It is for batches that Write answered with ErrRejected.
func (s *Store) Bad(ctx context.Context, b *Batch) ([]int, error) {
	var bad []int
	var search func(from, to int) error
	search = func(from, to int) error {
		part := &Batch{Rows: slices.Clone(b.Rows[from:to]), Careful: true}
		for i := range part.Rows {
			part.Rows[i].Pack = NoPack
		}
		_, err := s.retryConflicts(ctx, part, false)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, ErrRejected):
			return err
		case to-from == 1:
			bad = append(bad, from)
			return nil
		}
		mid := from + (to-from)/2
		return errors.Join(search(from, mid), search(mid, to))
	}
	if len(b.Rows) == 0 {
		return nil, nil
	}
	if err := search(0, len(b.Rows)); err != nil {
		return nil, fmt.Errorf("find bad rows: %w", err)
	}
	return bad, nil
}
