package faults

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
)

// tables is what the database holds, of one moment.
type tables struct {
	rows        []row
	blocks      map[blockKey]int // length of the inflated block
	issues      map[groupKey]issue
	issueOf     map[groupKey]event.ID // by fingerprint
	hours       map[timeKey]int64
	users       map[groupKey]int64 // rows of issue_users by fingerprint
	minutes     map[minuteKey]int64
	packed      int64 // Σ packs.events
	duplicates  int64 // Σ of the columns of project_minutes
	filtered    int64
	expired     int64
	deadLetters int64

	files    []file
	samples  []sample
	marks    map[mark]bool
	dropped  int64 // Σ drops of filters
	sessions int64 // Σ of the columns of release_hours
	errored  int64
	crashed  int64

	answers
}

// A file is one of attachments.
type file struct {
	event   event.ID
	project int64
	data    string
}

// A sample is one of filtered_samples.
type sample struct {
	id      event.ID
	project int64
	record  pack.Record
	problem error
}

// A mark says that a session met an error, or crashed.
type mark struct {
	id      event.ID
	project int64
	crashed bool
}

// A row is one of events, with the record that its place in its block holds.
type row struct {
	id          event.ID
	project     int64
	fingerprint event.ID
	received    time.Time
	user        *int64
	fields      [6]string // level, release, environment, browser, os, protocol
	day         event.Day
	block       blockKey
	start       int
	length      int
	record      pack.Record
	problem     error // why there is no record
}

type blockKey struct {
	project, block int64
	day            event.Day
}

// A groupKey names a fingerprint or an issue of a project.
type groupKey struct {
	project int64
	id      event.ID
}

type timeKey struct {
	groupKey
	at time.Time
}

type minuteKey struct {
	project int64
	at      time.Time
}

type issue struct {
	events, users int64
	first, last   time.Time
}

// readTables reads all of it in one snapshot, blocks inflated and records parsed.
func readTables(ctx context.Context, url string) (*tables, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("read tables: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	found := &tables{
		blocks: map[blockKey]int{}, issues: map[groupKey]issue{}, issueOf: map[groupKey]event.ID{},
		hours: map[timeKey]int64{}, users: map[groupKey]int64{}, minutes: map[minuteKey]int64{},
		marks: map[mark]bool{}, answers: newAnswers(),
	}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, conn, snapshot, func(tx pgx.Tx) error {
		if err := found.readEvents(ctx, tx); err != nil {
			return err
		}
		if err := found.readSidecars(ctx, tx); err != nil {
			return err
		}
		if err := found.readAnswers(ctx, tx); err != nil {
			return err
		}
		return found.readCounters(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("read tables: %w", err)
	}
	return found, nil
}

func (f *tables) readEvents(ctx context.Context, tx pgx.Tx) error {
	inflated := map[blockKey][]byte{}
	codec := pack.NewCodec()
	var key blockKey
	var day int32
	var data []byte
	blocks, err := tx.Query(ctx, `select project_id, block_id, day - date '1970-01-01', data from trivet.blocks`)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(blocks, []any{&key.project, &key.block, &day, &data}, func() error {
		key.day = event.Day(day)
		body, err := codec.Inflate(nil, data)
		inflated[key], f.blocks[key] = body, len(body)
		return err
	})
	if err != nil {
		return err
	}
	var r row
	var level event.Level
	var protocol event.Protocol
	events, err := tx.Query(ctx, `select event_id, project_id, fingerprint, received_at, user_hash, day - date '1970-01-01',
		block_id, block_start, block_length, level, release, environment, browser, os, protocol from trivet.events`)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(events, []any{
		(*[16]byte)(&r.id), &r.project, (*[16]byte)(&r.fingerprint), &r.received, &r.user, &day,
		&r.block.block, &r.start, &r.length, &level, &r.fields[1], &r.fields[2], &r.fields[3], &r.fields[4], &protocol,
	}, func() error {
		one := r
		one.fields[0], one.fields[5] = level.String(), protocol.String()
		one.day = event.Day(day)
		one.block.project, one.block.day = r.project, one.day
		one.record, one.problem = cut(inflated[one.block], r.start, r.length)
		f.rows = append(f.rows, one)
		r.user = nil
		return nil
	})
	return err
}

// cut parses the record at a place of a block.
func cut(block []byte, start, length int) (pack.Record, error) {
	if start < 0 || length <= 0 || start+length > len(block) {
		return pack.Record{}, fmt.Errorf("bytes %d to %d of a block of %d", start, start+length, len(block))
	}
	record, rest, err := pack.Parse(block[start : start+length])
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d bytes behind the record", len(rest))
	}
	return record, err
}
