package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/standalone"
	"github.com/trivetlabs/trivet/pkg/store"
)

// place is where database and queue are.
type place struct {
	database, nats string
	public         string // URL of ingest
	query          string // URL of pages and API, without a slash at its end; "" where nobody said
}

// findPlace takes the environment first, then the standalone of this folder.
func findPlace() (place, error) {
	p := place{os.Getenv("DATABASE_URL"), os.Getenv("NATS_URL"), os.Getenv("INGEST_PUBLIC_URL"), os.Getenv("QUERY_PUBLIC_URL")}
	dir := os.Getenv("STANDALONE_DIR")
	if dir == "" {
		dir = "data"
	}
	info, err := standalone.ReadInfo(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return p, err
	}
	for _, v := range []struct {
		to   *string
		from string
	}{{&p.database, info.DatabaseURL}, {&p.nats, info.NATSURL}, {&p.public, info.PublicURL}, {&p.query, info.QueryURL}} {
		if *v.to == "" {
			*v.to = v.from
		}
	}
	p.query = strings.TrimRight(p.query, "/")
	return p, nil
}

// environment is an Env for commands: they answer on standard output, so that only problems are logged.
func environment() service.Env {
	return service.Env{
		Log:     zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr, TimeFormat: time.TimeOnly}).Level(zerolog.ErrorLevel).With().Timestamp().Logger(),
		Metrics: prometheus.NewRegistry(), Health: service.NewHealth(),
	}
}

// withStore runs work on the database.
func withStore(ctx context.Context, work func(*store.Store, place) error) error {
	p, err := findPlace()
	if err != nil {
		return err
	}
	if p.database == "" {
		return errors.New("where is the database? set DATABASE_URL, or run where a standalone has its data folder (STANDALONE_DIR)")
	}
	db, err := store.Open(ctx, environment(), store.Config{URL: p.database, MaxConns: 4})
	if err != nil {
		return err
	}
	defer db.Close()
	return work(db, p)
}

// queueTimeout bounds the wait for NATS.
const queueTimeout = 10 * time.Second

// withQueue runs work on the queue.
func withQueue(ctx context.Context, work func(*queue.Queue) error) error {
	p, err := findPlace()
	if err != nil {
		return err
	}
	if p.nats == "" {
		return errors.New("where is the queue? set NATS_URL, or run where a standalone has its data folder (STANDALONE_DIR)")
	}
	q, err := queue.Open(ctx, environment(), queue.Config{URL: p.nats, Creds: os.Getenv("NATS_CREDS")})
	if err != nil {
		return err
	}
	defer q.Close()
	waiting, cancel := context.WithTimeout(ctx, queueTimeout)
	defer cancel()
	if err := q.WaitConnected(waiting); err != nil {
		return err
	}
	return work(q)
}

// change runs work on the database and then tells the edges at once. Where the queue can't be reached the
// change stands, and query copies it within a minute of its return.
func change(ctx context.Context, work func(*store.Store, place) error) error {
	return withStore(ctx, func(db *store.Store, p place) error {
		if err := work(db, p); err != nil {
			return err
		}
		err := withQueue(ctx, func(q *queue.Queue) error {
			_, err := provision.SyncDirectory(ctx, db, q)
			return err
		})
		if err != nil {
			fmt.Fprintf(os.Stderr, "trivet: done, but the edges will only know within a minute: %v\n", err)
		}
		return nil
	})
}

// number reads an argument that is a positive whole number.
func number(what, s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%s: want a positive number, not %q", what, printable(s))
	}
	return n, nil
}
