package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/postgres"
)

// A bench is one run: the folders, the Postgres server that serves all rounds, and what was measured.
type bench struct {
	plan     plan
	self     string // this program
	out      string
	data     string
	ingest   string // our binaries, built from the tree
	worker   string
	query    string
	other    string // a worker of another revision, "" when none is compared
	postgres *postgres.Server
	pgDir    string
	started  time.Time
	round    int
	serial   int                // numbers databases and stream folders
	lastRate map[string]float64 // of a system that was searched, of the round before
	profiles bool
	report   report
}

// newBench makes the folders, builds the binaries, starts Postgres and looks at the machine. The func it
// returns undoes all but the results.
func newBench(ctx context.Context, o options) (b *bench, closeAll func(), err error) {
	b = &bench{plan: o.plan, out: o.out, data: o.data, started: time.Now(), lastRate: map[string]float64{}, other: o.other, profiles: o.profiles}
	var undo []func()
	closeAll = func() {
		for i := len(undo) - 1; i >= 0; i-- {
			undo[i]()
		}
	}
	defer func() {
		if err != nil {
			closeAll()
		}
	}()
	if b.self, err = os.Executable(); err != nil {
		return nil, nil, fmt.Errorf("find this program: %w", err)
	}
	if err = b.makeFolders(); err != nil {
		return nil, nil, err
	}
	undo = append(undo, func() {
		if err := os.RemoveAll(b.data); err != nil {
			b.say("streams and tables not removed: %v", err)
		}
	})
	b.ingest, b.worker, b.query = filepath.Join(b.data, "ingest"), filepath.Join(b.data, "worker"), filepath.Join(b.data, "query")
	if err = b.build(ctx, o); err != nil {
		return nil, nil, err
	}
	if err = b.startPostgres(ctx); err != nil {
		return nil, nil, err
	}
	undo = append(undo, b.postgres.Close)
	b.report.Machine, err = b.machine(ctx)
	b.report.Plan, b.report.Started = o.plan, b.started.UTC()
	return b, closeAll, err
}

func (b *bench) makeFolders() (err error) {
	if b.out == "" {
		b.out, err = os.MkdirTemp("", "trivet-bench-results")
	} else {
		err = os.MkdirAll(b.out, 0o700)
	}
	if err != nil {
		return fmt.Errorf("make output folder: %w", err)
	}
	if b.data != "" { // never empty a folder that may hold something: work in a new one below it
		if err := os.MkdirAll(b.data, 0o700); err != nil {
			return fmt.Errorf("make data folder: %w", err)
		}
	}
	if b.data, err = os.MkdirTemp(b.data, "trivet-bench"); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	return nil
}

// build compiles the roles that are measured, where a phase needs them.
func (b *bench) build(ctx context.Context, o options) error {
	if !slices.ContainsFunc(o.phases, func(p string) bool { return p != "copy" && p != "naive" && p != "read" }) {
		return nil
	}
	for binary, source := range map[string]string{b.ingest: "./cmd/ingest", b.worker: "./cmd/worker", b.query: "./cmd/query"} {
		b.say("building %s", source)
		cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, source)
		cmd.Dir = o.root
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w: %s", source, err, out)
		}
	}
	return nil
}

// startPostgres starts the server with which the floors of the design were measured: fsync on, and a log
// large enough that no checkpoint falls into a window.
func (b *bench) startPostgres(ctx context.Context) (err error) {
	b.say("starting Postgres")
	b.pgDir = filepath.Join(b.data, "postgres")
	b.postgres, err = postgres.Start(ctx, postgres.Config{
		Dir: b.pgDir, Log: zerolog.Nop(),
		Settings: map[string]string{"shared_buffers": "1GB", "max_wal_size": "8GB", "checkpoint_timeout": "30min"},
	})
	return err
}

// postgresProcess is the server with its backends.
func (b *bench) postgresProcess() (process, error) {
	text, err := os.ReadFile(filepath.Join(b.pgDir, "data", "postmaster.pid"))
	if err != nil {
		return process{}, fmt.Errorf("find Postgres: %w", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return process{}, fmt.Errorf("find Postgres: %w", err)
	}
	return process{name: "postgres", pid: pid, tree: true}, nil
}

// A database is one that a measurement has for itself.
type database struct {
	url  string
	pool *pgxpool.Pool
	drop func()
}

// newDatabase makes an empty database on a server that has just done a checkpoint, so that every
// measurement pays alike for the first change of each page after it.
func (b *bench) newDatabase(ctx context.Context) (*database, error) {
	b.serial++
	name := fmt.Sprintf("bench_%d", b.serial)
	if err := b.postgres.CreateDatabase(ctx, name); err != nil {
		return nil, err
	}
	d := &database{url: b.postgres.URL(name)}
	pool, err := pgxpool.New(ctx, d.url)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	d.pool = pool
	d.drop = func() {
		pool.Close()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if err := b.administer(ctx, `drop database if exists `+name+` with (force)`); err != nil {
			b.say("database not dropped: %v", err)
		}
	}
	if err := b.administer(ctx, `checkpoint`); err != nil {
		d.drop()
		return nil, err
	}
	return d, nil
}

func (b *bench) administer(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, b.postgres.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to Postgres: %w", err)
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// startNATS starts a NATS server with empty streams.
func (b *bench) startNATS(ctx context.Context) (c *child, url string, err error) {
	b.serial++
	return b.serve(ctx, "nats", "role-nats", filepath.Join(b.data, fmt.Sprintf("nats-%d", b.serial)))
}

// serve starts a role and returns the URL it announces.
func (b *bench) serve(ctx context.Context, name, role string, argument any) (c *child, address string, err error) {
	if c, err = b.role(ctx, name, role, argument); err != nil {
		return nil, "", err
	}
	var a announcement
	if err := c.line(&a); err != nil {
		c.stop()
		return nil, "", err
	}
	return c, a.URL, nil
}

// hostOf returns host:port of a URL.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// say tells on stderr how far the run is.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "[%4.0f s] %s\n", time.Since(b.started).Seconds(), fmt.Sprintf(format, args...))
}

// measure runs one phase of a round.
func (b *bench) measure(ctx context.Context, phase string) error {
	switch phase {
	case "http":
		return b.measureHTTP(ctx)
	case "protocols":
		return b.measureProtocols(ctx)
	case "read":
		return b.measureRead(ctx)
	case "copy":
		return b.measureCopy(ctx)
	case "worker":
		return b.measureWorkers(ctx)
	case "naive":
		return b.measureNaive(ctx)
	case "answers":
		return b.measureAnswers(ctx)
	default:
		return b.measureEndToEnd(ctx)
	}
}
