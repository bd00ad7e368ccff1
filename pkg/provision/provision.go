// Package provision makes what the roles need and none of them makes: tables and partitions, streams and
// consumers, and the directory of keys in the queue. Everything in it may be run again at any time.
package provision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/schema"
)

// Config of provisioning.
type Config struct {
	Store      store.Config
	Queue      queue.Config
	Stream     queue.Limits
	MonitorURL string `split_words:"true" desc:"monitoring address of a NATS server (http://host:8222); with it provision refuses servers that confirm before they fsync"`
}

// connectTimeout bounds the wait for a database or queue that is not up yet.
const connectTimeout = time.Minute

// Run brings database and queue to what this build needs.
func Run(ctx context.Context, log zerolog.Logger, cfg Config, db *store.Store, q *queue.Queue) error {
	conn, err := connect(ctx, cfg.Store.URL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	applied, err := schema.Migrate(ctx, conn)
	if err != nil {
		return err
	}
	log.Info().Strs("applied", applied).Msg("migrations are up to date")
	made, err := db.EnsurePartitions(ctx, event.DayOf(time.Now()))
	if err != nil {
		return err
	}
	log.Info().Int("made", made).Msg("partitions are there")
	if cfg.MonitorURL == "" {
		log.Warn().Msg("PROVISION_MONITOR_URL is not set: can't check that NATS runs with sync_interval: always, without which a power cut loses accepted events")
	} else if err := checkSync(ctx, cfg.MonitorURL); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := q.Provision(waiting, cfg.Stream); err != nil {
		return err
	}
	log.Info().Msg("streams and consumers are there")
	changed, err := SyncDirectory(ctx, db, q)
	if err != nil {
		return err
	}
	log.Info().Int("changed", changed).Msg("directory of keys is up to date")
	return nil
}

// connect waits for a database that is starting.
func connect(ctx context.Context, url string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			return conn, nil
		}
		if config := new(*pgconn.ParseConfigError); errors.As(err, config) {
			return nil, fmt.Errorf("connect to database: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("connect to database: %w", err)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// checkSync asks a NATS server whether it fsyncs before it confirms.
func checkSync(ctx context.Context, monitorURL string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(monitorURL, "/")+"/jsz", http.NoBody)
	if err != nil {
		return fmt.Errorf("ask NATS for its settings: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask NATS for its settings: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	var jsz struct {
		Config struct {
			SyncAlways bool `json:"sync_always"`
		} `json:"config"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&jsz); err != nil {
		return fmt.Errorf("read settings of NATS: %w", err)
	}
	if !jsz.Config.SyncAlways {
		return errors.New("NATS confirms before it fsyncs: set `jetstream { sync_interval: always }`, or a power cut loses accepted events")
	}
	return nil
}

// SyncDirectory copies every key and write token of the database into the queue's directory, from where the
// edges have them at once, and returns how many entries changed.
func SyncDirectory(ctx context.Context, db *store.Store, q *queue.Queue) (changed int, err error) {
	return q.SyncDirectoryFrom(ctx, db.Directory)
}

// syncEvery is how long a change that was not copied when it was made can go unnoticed.
const syncEvery = time.Minute

// KeepDirectory repairs the directory every minute until ctx ends.
func KeepDirectory(ctx context.Context, log zerolog.Logger, db *store.Store, q *queue.Queue) error {
	for ctx.Err() == nil {
		changed, err := SyncDirectory(ctx, db, q)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Warn().Err(err).Msg("directory of keys not checked; edges serve their last copy, next try in a minute")
		case changed > 0:
			log.Info().Int("changed", changed).Msg("directory of keys repaired")
		}
		timer := time.NewTimer(syncEvery)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}
