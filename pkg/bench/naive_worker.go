package main

import (
	"bytes"
	"context"
	"crypto/md5" // groups, guards nothing
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"
)

type naiveWorkerSpec struct{ NATS, Database string }

const naiveFetch = 500

// runNaiveWorker is the worker's process.
func runNaiveWorker(ctx context.Context, argument string) error {
	var spec naiveWorkerSpec
	if err := json.Unmarshal([]byte(argument), &spec); err != nil {
		return fmt.Errorf("read what to drain: %w", err)
	}
	js, closeNATS, err := connect(spec.NATS)
	if err != nil {
		return err
	}
	defer closeNATS()
	consumer, err := js.Consumer(ctx, naiveStream, naiveConsumer)
	if err != nil {
		return err
	}
	db, err := pgxpool.New(ctx, spec.Database)
	if err != nil {
		return err
	}
	defer db.Close()
	if ctx, err = announce(ctx, ""); err != nil {
		return err
	}
	for ctx.Err() == nil {
		batch, err := consumer.Fetch(naiveFetch, jetstream.FetchMaxWait(100*time.Millisecond))
		if err != nil {
			return err
		}
		if err := writeNaive(context.WithoutCancel(ctx), db, batch); err != nil {
			return err
		}
	}
	return nil
}

// naiveEvent is what the naive worker reads of an event.
type naiveEvent struct {
	EventID     string  `json:"event_id"`
	Timestamp   float64 `json:"timestamp"`
	Release     string  `json:"release"`
	Environment string  `json:"environment"`
	Request     struct {
		URL string `json:"url"`
	} `json:"request"`
	Exception struct {
		Values []struct {
			Type       string `json:"type"`
			Value      string `json:"value"`
			Stacktrace struct {
				Frames []struct {
					Filename string `json:"filename"`
					Function string `json:"function"`
					Lineno   int    `json:"lineno"`
					Colno    int    `json:"colno"`
				} `json:"frames"`
			} `json:"stacktrace"`
		} `json:"values"`
	} `json:"exception"`
}

// writeNaive inserts what was fetched and acknowledges each message.
func writeNaive(ctx context.Context, db *pgxpool.Pool, batch jetstream.MessageBatch) error {
	columns := make([][]any, len(plainColumns))
	var messages []jetstream.Msg
	for msg := range batch.Messages() {
		row, err := naiveRow(msg)
		if err != nil {
			return err
		}
		for i, v := range row {
			columns[i] = append(columns[i], v)
		}
		messages = append(messages, msg)
	}
	if len(messages) == 0 {
		return nil
	}
	arguments := make([]any, len(columns))
	for i := range columns {
		arguments[i] = columns[i]
	}
	statement := `insert into naive (` + strings.Join(plainColumns, ", ") + `) select * from unnest($1::uuid[], $2::bigint[], $3::date[], $4::uuid[],
		$5::timestamptz[], $6::timestamptz[], $7::smallint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::jsonb[])
		on conflict do nothing`
	if _, err := db.Exec(ctx, statement, arguments...); err != nil {
		return fmt.Errorf("insert %d events: %w", len(messages), err)
	}
	for _, msg := range messages {
		if err := msg.Ack(); err != nil {
			return err
		}
	}
	return nil
}

// naiveRow decodes an envelope of one event into a row of plainTable.
func naiveRow(msg jetstream.Msg) ([]any, error) {
	lines := bytes.SplitN(msg.Data(), []byte("\n"), 4)
	if len(lines) < 3 {
		return nil, errors.New("no envelope of one event")
	}
	var e naiveEvent
	if err := json.Unmarshal(lines[2], &e); err != nil {
		return nil, fmt.Errorf("decode event: %w", err)
	}
	id, err := uuid.Parse(e.EventID)
	if err != nil {
		return nil, err
	}
	projectID, err := strconv.ParseInt(strings.TrimPrefix(msg.Subject(), naiveSubject), 10, 64)
	if err != nil {
		return nil, err
	}
	exception := e.Exception.Values[0]
	last := exception.Stacktrace.Frames[len(exception.Stacktrace.Frames)-1]
	culprit := last.Function + " (" + last.Filename + ")"
	now := time.Now()
	return []any{
		[16]byte(id), projectID, now.UTC(), md5.Sum([]byte(exception.Type + culprit)), now, time.UnixMilli(int64(e.Timestamp * 1000)), int16(40), // as above
		exception.Type, exception.Value, culprit, e.Release, e.Environment, e.Request.URL, lines[2],
	}, nil
}
