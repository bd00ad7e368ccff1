package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"

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
	buckets, now := fallbacks(b.Rows), time.Now()
	var p *plan
	if !m.careful && len(buckets) == 0 {
		p = s.newPlan(b, nil, s.memory.Load(), now)
	}
	var issueOf map[groupKey]event.ID
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		states, tables, err := begin(ctx, tx, b.Packs, buckets, m.alone)
		if err != nil {
			return err
		}
		memory := s.remember(tables)
		if p != nil && p.memory != memory {
			p = s.newPlan(b, nil, memory, now)
		}
		if p == nil || slices.ContainsFunc(b.Packs, func(p Pack) bool { return states[p.ID] != packNew }) {
			there, err := existing(ctx, tx, b)
			if err != nil {
				return err
			}
			p = s.newPlan(b, there, memory, now)
		}
		if len(p.fresh) > 0 {
			if err := p.blocks.send(ctx, tx, copyBlocks); err != nil {
				return err
			}
			if err := p.events.send(ctx, tx, copyEvents); err != nil {
				return err
			}
			if err := p.fields.send(ctx, tx, copyFieldCounts); err != nil {
				return err
			}
		}
		if !m.alone && p.moves(b, states) {
			return errConflict // takes rows of counters in an order of its own
		}
		result, issueOf, err = count(ctx, tx, b, p, states)
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
		return result, nil
	}
	if err == nil {
		p.wrote(b, issueOf)
	}
	return result, err
}

// wrote remembers what was committed, and tells it by the rows.
func (p *plan) wrote(b *Batch, issueOf map[groupKey]event.ID) {
	p.memory.wroteWords(p.found)
	p.memory.releases.wrote(p.releases)
	for _, hash := range p.users {
		p.memory.seen.add(hash)
	}
	for i := range b.Rows {
		b.Rows[i].Issue = event.ID{}
	}
	for _, r := range p.fresh {
		r.Issue = issueOf[groupKey{r.Project, r.Fingerprint}]
	}
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
