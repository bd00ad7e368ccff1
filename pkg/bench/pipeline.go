package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/schema"
)

// streamBytes is more than any phase publishes: a full stream would refuse.
const streamBytes = 6 << 30

// A pipeline is our system: NATS, ingest and, on request, one worker, each a process of its own.
type pipeline struct {
	b       *bench
	db      *database // nil when only ingest is measured
	nats    *child
	natsURL string
	q       *queue.Queue
	js      jetstream.JetStream
	source  *queue.Source // of the workers' consumer
	ingest  *child
	addr    string // of ingest
	undo    []func()
}

// quiet is the environment of our packages inside this process.
func quiet() service.Env {
	return service.Env{Log: zerolog.Nop(), Metrics: prometheus.NewRegistry(), Health: service.NewHealth()}
}

// startPipeline starts NATS and ingest and provisions the queue, and db where there is one.
func (b *bench) startPipeline(ctx context.Context, db *database) (_ *pipeline, err error) {
	p := &pipeline{b: b, db: db}
	defer func() {
		if err != nil {
			p.stop()
		}
	}()
	if p.nats, p.natsURL, err = b.startNATS(ctx); err != nil {
		return nil, err
	}
	p.undo = append(p.undo, p.nats.stop)
	if p.q, err = queue.Open(ctx, quiet(), queue.Config{URL: p.natsURL}); err != nil {
		return nil, err
	}
	p.undo = append(p.undo, p.q.Close)
	js, closeJS, err := connect(p.natsURL)
	if err != nil {
		return nil, err
	}
	p.js = js
	p.undo = append(p.undo, closeJS)
	if err := p.provision(ctx); err != nil {
		return nil, err
	}
	if p.source, err = p.q.Bind(ctx, queue.Events, queue.Workers); err != nil {
		return nil, err
	}
	return p, p.startIngest(ctx)
}

// provision makes streams, tables, projects 1 to 100 and the directory of their keys.
func (p *pipeline) provision(ctx context.Context) error {
	if err := p.q.Provision(ctx, queue.Limits{MaxBytes: streamBytes}); err != nil {
		return err
	}
	directory := map[string]project.Entry{}
	for id := 1; id <= projects; id++ {
		directory[project.KeyName(projectKey(id))] = project.Entry{ProjectID: int64(id)}
	}
	if _, err := p.q.SyncDirectory(ctx, directory); err != nil {
		return err
	}
	if p.db == nil {
		return nil
	}
	conn, err := pgx.Connect(ctx, p.db.url)
	if err != nil {
		return fmt.Errorf("connect to Postgres: %w", err)
	}
	_, err = schema.Migrate(ctx, conn)
	if err = errors.Join(err, conn.Close(ctx)); err != nil {
		return err
	}
	tables, err := store.Open(ctx, quiet(), store.Config{URL: p.db.url})
	if err != nil {
		return err
	}
	defer tables.Close()
	if _, err := tables.EnsurePartitions(ctx, event.DayOf(time.Now())); err != nil {
		return err
	}
	return makeProjects(ctx, tables)
}

func makeProjects(ctx context.Context, tables *store.Store) error {
	owner, err := tables.CreateOrganization(ctx, "bench", "")
	if err != nil {
		return err
	}
	for id := 1; id <= projects; id++ {
		made, err := tables.CreateProject(ctx, store.Project{OrganizationID: owner.ID, Slug: fmt.Sprintf("shop-%d", id)})
		if err != nil {
			return err
		}
		if made.ID != int64(id) {
			return fmt.Errorf("project %d got number %d, but the bodies name it by the first", id, made.ID)
		}
	}
	return nil
}

func (p *pipeline) startIngest(ctx context.Context) (err error) {
	if p.addr, err = freeAddr(ctx); err != nil {
		return err
	}
	p.ingest, err = p.startBinary(ctx, "ingest", p.b.ingest, []string{
		"INGEST_ADDR=" + p.addr, "INGEST_PROJECT_RATE=0", "INGEST_CLIENT_RATE=0",
	})
	return err
}

// startWorker starts a worker and returns when it is ready, which it is also while its consumer is paused.
func (p *pipeline) startWorker(ctx context.Context, binary string) (*child, error) {
	return p.startBinary(ctx, "worker", binary, []string{"DATABASE_URL=" + p.db.url})
}

// startBinary starts one of our roles with its settings and waits until it is ready.
func (p *pipeline) startBinary(ctx context.Context, name, path string, env []string) (*child, error) {
	ops, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	c, err := p.b.spawn(ctx, name, append(env, "NATS_URL="+p.natsURL, "OPS_ADDR="+ops, "LOG_LEVEL=warn"), path)
	if err != nil {
		return nil, err
	}
	p.undo = append(p.undo, c.stop)
	c.ops = ops
	return c, c.ready(ctx)
}

// stop ends everything the pipeline started, last first.
func (p *pipeline) stop() {
	for i := len(p.undo) - 1; i >= 0; i-- {
		p.undo[i]()
	}
	p.undo = nil
}

// written returns how many events the tables count.
func (p *pipeline) written(ctx context.Context) (events int64, err error) {
	err = p.db.pool.QueryRow(ctx, `select coalesce(sum(events), 0)::bigint from trivet.project_minutes`).Scan(&events)
	if err != nil {
		return 0, fmt.Errorf("count written events: %w", err)
	}
	return events, nil
}

// verify compares what was answered with 2xx with what is in the tables, and the counters with the rows.
// broken requests may or may not have been stored.
func (p *pipeline) verify(ctx context.Context, accepted, broken int64) error {
	var rows, byIssue, byHour, byMinute, other int64
	err := p.db.pool.QueryRow(ctx, `select (select count(*) from trivet.events), (select coalesce(sum(events), 0) from trivet.issues)::bigint,
		(select coalesce(sum(events), 0) from trivet.issue_hours)::bigint, (select coalesce(sum(events), 0) from trivet.project_minutes)::bigint,
		(select coalesce(sum(duplicates + filtered + expired + dead_lettered), 0) from trivet.project_minutes)::bigint`).Scan(&rows, &byIssue, &byHour, &byMinute, &other)
	if err != nil {
		return fmt.Errorf("count rows: %w", err)
	}
	if rows != byIssue || rows != byHour || rows != byMinute {
		return fmt.Errorf("counters differ: %d rows, %d by issue, %d by hour, %d by minute", rows, byIssue, byHour, byMinute)
	}
	if rows < accepted || rows > accepted+broken || other != 0 && broken == 0 {
		return fmt.Errorf("%d events were accepted and %d got no answer, but %d are stored and %d counted otherwise", accepted, broken, rows, other)
	}
	return nil
}
