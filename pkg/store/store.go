// Package store keeps everything in Postgres: organizations, projects, keys and tokens; events, issues
// and their counters. What it writes it writes in one transaction or not at all; what it reads for
// somebody it reads as the role trivet_query, which sees one organization. It knows no queue and no HTTP.
package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/words"
)

// Config says where the database is.
type Config struct {
	URL      string `envconfig:"DATABASE_URL" desc:"Postgres, as postgres://user:password@host:port/database"`
	MaxConns int32  `split_words:"true" default:"4" desc:"connections to Postgres this role may hold; one of query inflates at most one block at a time"`
}

// Bounds of every statement and transaction. A statement over 15 s is a mistake of ours or a question too
// wide; a lock not had within 5 s is retried later; a transaction idle for 30 s belongs to a dead process
// and would hold back vacuum.
const (
	statementTimeout = 15 * time.Second
	lockTimeout      = 5 * time.Second
	idleTimeout      = 30 * time.Second
)

// A Store is a pool of connections to the database. Safe for concurrent use.
type Store struct {
	db     *pgxpool.Pool
	codec  *pack.Codec
	budget time.Duration // of searches, see searchBudget

	finder *words.Finder
	memory atomic.Pointer[memory] // what need not be written again
}

// Open returns a Store. It connects when first used: Postgres being away is no error here but one of the
// calls, so that a process can start before its database. The error is one of the URL.
func Open(ctx context.Context, env service.Env, cfg Config) (*Store, error) {
	if cfg.URL == "" { // pgx would take it for the defaults of libpq
		return nil, errors.New("DATABASE_URL is not set")
	}
	pool, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("read DATABASE_URL: %w", err) // pgx leaves the password out
	}
	pool.MaxConns = max(1, cfg.MaxConns)
	pool.MaxConnIdleTime = 5 * time.Minute
	pool.ConnConfig.ConnectTimeout = 5 * time.Second
	params := pool.ConnConfig.RuntimeParams
	params["search_path"] = "trivet"
	params["timezone"] = "UTC"
	params["statement_timeout"] = milliseconds(statementTimeout)
	params["lock_timeout"] = milliseconds(lockTimeout)
	params["idle_in_transaction_session_timeout"] = milliseconds(idleTimeout)
	if params["application_name"] == "" {
		params["application_name"] = "trivet"
	}
	pool.ConnConfig.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		env.Log.Debug().Str("code", n.Code).Str("notice", n.Message).Msg("notice of the database")
	}
	pool.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		// Times are read in UTC, wherever this machine stands.
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	db, err := pgxpool.NewWithConfig(ctx, pool)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s := &Store{db: db, codec: pack.NewCodec(), budget: searchBudget, finder: words.NewFinder()}
	s.memory.Store(newMemory(""))
	return s, nil
}

func milliseconds(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// Ping tells whether the database answers. Any error means that it does not, now.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.db.Ping(ctx); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Close waits for connections in use and closes all.
func (s *Store) Close() { s.db.Close() }
