package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// maxLogBytes bounds the records of one page of logs: a hundred of the largest would be 100 MiB.
const maxLogBytes = 4 << 20

// A blockKey names a block of a project.
type blockKey struct {
	day event.Day
	id  int64
}

// logRow is a row of the list before its record is read.
type logRow struct {
	Stored
	block blockKey
	at    span
}

//go:embed sql/logs.sql
var logsSQL string

//go:embed sql/blocks.sql
var blocksSQL string

// Logs lists the events of a project that came as logs, latest received first, with their records and the
// cursor of the next page, "" after the last. A page ends early where its records grow over 4 MiB. The
// error is ErrInvalid, ErrNotFound (of the project), ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Logs(ctx context.Context, organization, project int64, limit int, cursor string) (logs []Stored, next string, err error) {
	limit, err = checkLimit(limit)
	if err != nil {
		return nil, "", fmt.Errorf("list logs: %w", err)
	}
	name := newList("logs", project)
	end, err := name.position(cursor, lastTime)
	if err != nil {
		return nil, "", fmt.Errorf("list logs: %w", err)
	}
	var page []logRow
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		_, last := days(firstTime, end.time())
		rows, err := tx.Query(ctx, logsSQL, project, end.time(), [16]byte(end.id), last, limit+1)
		if err != nil {
			return err
		}
		if page, err = pgx.CollectRows(rows, scanLog); err != nil {
			return err
		}
		if len(page) == 0 {
			return visible(ctx, tx, project)
		}
		if n := fitting(page, limit); n < len(page) {
			page = page[:n]
			next = name.cursor(position{key: page[n-1].Received.UnixMicro(), id: page[n-1].ID})
		}
		return s.readRecords(ctx, tx, project, page)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list logs: %w", err)
	}
	logs = make([]Stored, len(page))
	for i := range page {
		logs[i] = page[i].Stored
	}
	return logs, next, nil
}

func scanLog(row pgx.CollectableRow) (l logRow, err error) {
	var day time.Time
	err = row.Scan(append(l.fields(&day), &l.block.id, &l.at.start, &l.at.length)...)
	l.Day = event.DayOf(day)
	l.block.day = l.Day
	return l, err
}

// fitting returns how many rows of a page are shown: at most limit, and at least one.
func fitting(page []logRow, limit int) int {
	bytes := 0
	for i := range page {
		bytes += page[i].at.length
		if i == limit || i > 0 && bytes > maxLogBytes {
			return i
		}
	}
	return len(page)
}

// readRecords fills in the records of a page. Blocks come one after the other, each inflated once into
// the same memory.
func (s *Store) readRecords(ctx context.Context, tx pgx.Tx, project int64, page []logRow) error {
	wanted := map[blockKey][]*logRow{}
	var dayList []time.Time
	var idList []int64
	for i := range page {
		l := &page[i]
		if wanted[l.block] == nil {
			dayList, idList = append(dayList, l.Day.Time()), append(idList, l.block.id)
		}
		wanted[l.block] = append(wanted[l.block], l)
	}
	rows, err := tx.Query(ctx, blocksSQL, project, dayList, idList)
	if err != nil {
		return err
	}
	var day time.Time
	var id int64
	var data, block []byte
	_, err = pgx.ForEachRow(rows, []any{&day, &id, &data}, func() error {
		if data == nil {
			return nil
		}
		inflated, problem := s.codec.Inflate(block[:0], data)
		for _, l := range wanted[blockKey{event.DayOf(day), id}] {
			if l.Problem = problem; problem == nil {
				l.Record, l.Problem = cut(inflated, l.at)
			}
		}
		block = inflated
		return nil
	})
	return err
}
