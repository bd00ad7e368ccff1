package main

import (
	"context"
	_ "embed" // the statements
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
)

//go:embed seed.sql
var seedSQL string

// seedDays is how far the seeded events go back.
const seedDays = 30

// seed fills a provisioned database with what a busy month leaves: events, issues and releases as the plan says.
func (b *bench) seed(ctx context.Context, db *database) (err error) {
	conn, err := pgx.Connect(ctx, db.url)
	if err != nil {
		return fmt.Errorf("connect to Postgres: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	settings := fmt.Sprintf(`set bench.events = %d; set bench.issues = %d; set bench.releases = %d; set synchronous_commit = off; set work_mem = '256MB';
		set maintenance_work_mem = '512MB'; select trivet.ensure_partitions((now() at time zone 'UTC')::date - %d, (now() at time zone 'UTC')::date + 14)`,
		b.plan.Seed.Events, b.plan.Seed.Issues, b.plan.Seed.Releases, seedDays+2)
	if _, err := conn.Exec(ctx, settings); err != nil {
		return fmt.Errorf("prepare seed: %w", err)
	}
	if err := b.seedRecords(ctx, conn); err != nil {
		return err
	}
	for _, step := range strings.Split(seedSQL, "-- step: ")[1:] {
		name, statements, _ := strings.Cut(step, "\n")
		start := time.Now()
		if _, err := conn.Exec(ctx, statements); err != nil {
			return fmt.Errorf("seed %s: %w", name, err)
		}
		b.say("seeded %s in %.0f s", name, time.Since(start).Seconds())
	}
	start := time.Now()
	if _, err := conn.Exec(ctx, `vacuum (analyze)`); err != nil {
		return fmt.Errorf("analyze seed: %w", err)
	}
	b.say("vacuumed and analyzed in %.0f s", time.Since(start).Seconds())
	return nil
}

// seedRecords writes a block of a hundred records for each project and day, which its events share: pages that show one
// event read a real block.
func (b *bench) seedRecords(ctx context.Context, conn *pgx.Conn) error {
	const perBlock = 100
	codec, all, rng := pack.NewCodec(), buildRequests("127.0.0.1:1"), rand.New(rand.NewPCG(bodySeed, 0)) // the same each time
	if _, err := conn.Exec(ctx, `create table seed_records (project_id bigint, day date, n integer, block_id bigint, block_start integer, block_length integer)`); err != nil {
		return fmt.Errorf("seed records: %w", err)
	}
	today := event.DayOf(time.Now())
	var blocks, records [][]any
	for id := 1; id <= projects; id++ {
		for day := today - seedDays - 1; day <= today; day++ {
			var body []byte
			for n := range perBlock {
				r := &all[(id*perBlock+n)%len(all)]
				record := pack.Record{
					ID: r.fill(r.bytes, day.Time(), rng), Project: int64(id), Received: day.Time(), Day: day, Protocol: event.Sentry.String(),
					UA: r.about.agent, Raw: r.eventText(),
				}
				start := len(body)
				body = record.Append(body)
				records = append(records, []any{int64(id), day.Time(), n, int64(day), start, len(body) - start})
			}
			blocks = append(blocks, []any{int64(id), int64(day), day.Time(), codec.Compress(nil, body)})
		}
	}
	for _, table := range []struct {
		name    pgx.Identifier
		columns []string
		rows    [][]any
	}{
		{pgx.Identifier{"trivet", "blocks"}, []string{"project_id", "block_id", "day", "data"}, blocks},
		{pgx.Identifier{"seed_records"}, []string{"project_id", "day", "n", "block_id", "block_start", "block_length"}, records},
	} {
		if _, err := conn.CopyFrom(ctx, table.name, table.columns, pgx.CopyFromRows(table.rows)); err != nil {
			return fmt.Errorf("seed records: %w", err)
		}
	}
	_, err := conn.Exec(ctx, `create index on seed_records (project_id, day, n); analyze seed_records`)
	return err
}
