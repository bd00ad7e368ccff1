// Package postgres runs a private PostgreSQL server from whatever binaries the machine has, for standalone
// and for tests. The server listens on a socket in a folder only its account may enter, never on TCP, and it
// ends when the process that started it ends, whatever ended that. It knows nothing of tables.
package postgres

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
)

// superuser owns everything in a private server; the socket's folder is the guard, not a password.
const superuser = "trivet"

// port is only the number in the socket's name: there is no TCP listener.
const port = "5432"

// Config says which server to start.
type Config struct {
	Dir      string            // holds the tables, the server's log and a lock; made when missing, survives restarts
	Binaries Binaries          // zero: those that wrote Dir, or else the first that Find would return
	Socket   string            // folder of the socket, this server's alone; empty: a new one under the temporary folder. A fixed one keeps the URL over a restart
	Fast     bool              // for tests: nothing is fsynced, so that a power cut destroys the tables
	Settings map[string]string // server parameters that override ours
	Log      zerolog.Logger
}

// A Server is a running PostgreSQL server, a child of this process. Its methods may be called from any
// goroutine.
type Server struct {
	cfg     Config
	account account
	log     zerolog.Logger
	lock    *os.File
	leash   io.Closer     // the watchdog stops the server when this end of its pipe is closed
	done    chan struct{} // closed when the watchdog has ended, which it does after the server
	logged  int64         // length of the log when this server started
}

// Start makes the database cluster in cfg.Dir unless it is there, stops a server that an earlier process left
// running on it, and returns when the new one accepts connections. As root the server runs as the owner of
// an existing cluster, else as "postgres" or "nobody", because PostgreSQL refuses root. An end of ctx ends only the start,
// not a started server: that takes Close.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	cfg.Dir = dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	s := &Server{cfg: cfg, lock: lock, log: cfg.Log}
	if err := s.start(ctx); err != nil {
		unlock(lock)
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) (err error) {
	if s.cfg.Binaries == (Binaries{}) {
		if s.cfg.Binaries, err = findFor(ctx, s.data()); err != nil {
			return err
		}
	}
	if s.account, err = accountFor(s.data()); err != nil {
		return err
	}
	if err := s.account.mayRun(ctx, s.cfg.Binaries); err != nil {
		return err
	}
	if err := s.ensureCluster(ctx); err != nil {
		return err
	}
	if err := stopOld(ctx, s.data(), s.log); err != nil {
		return err
	}
	return s.serve(ctx)
}

// URL returns the connection string of a database of this server.
func (s *Server) URL(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User(superuser),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {s.cfg.Socket}, "port": {port}, "sslmode": {"disable"}}.Encode(),
	}
	return u.String()
}

// CreateDatabase makes a database of that name unless there is one.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var there bool
	if err := conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, name).Scan(&there); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	if there {
		return nil
	}
	if _, err := conn.Exec(ctx, `create database `+pgx.Identifier{name}.Sanitize()); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// Done is closed when the server has ended, by Close or by itself.
func (s *Server) Done() <-chan struct{} { return s.done }

// data is the cluster's folder. It is apart from Dir so that making it can end with one rename.
func (s *Server) data() string { return filepath.Join(s.cfg.Dir, "data") }

// logPath is the server's own log.
func (s *Server) logPath() string { return filepath.Join(s.cfg.Dir, "postgres.log") }

// lastWords returns what this server wrote to its log last that tells why it ended, in one line.
func (s *Server) lastWords() string {
	f, err := os.Open(s.logPath())
	if err != nil {
		return err.Error()
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.NewSectionReader(f, s.logged, 64<<10))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range lines {
		if _, why, found := strings.Cut(line, "FATAL:"); found {
			return strings.TrimSpace(why)
		}
	}
	return lines[len(lines)-1]
}
