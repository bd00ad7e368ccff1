package postgres

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	startTimeout  = 60 * time.Second       // without a sign of life; replaying the log after a crash is one
	pollInterval  = 20 * time.Millisecond  // of what can only be asked again
	retryInterval = 200 * time.Millisecond // between starts, while the processes of a killed server still end
	maxLogBytes   = 10 << 20               // an older log is put aside at a start
)

// watchdog is the shell program that stands between this process and the server. A parent death signal
// would not do: it follows the thread that forked, not the process, it is lost when the account changes, and it is
// Linux's only.
//
//go:embed watchdog.sh
var watchdog string

// serve starts the server and waits until it accepts connections.
func (s *Server) serve(ctx context.Context) error {
	for deadline := time.Now().Add(startTimeout); ; {
		if err := s.launch(ctx); err != nil {
			return err
		}
		err := s.ready(ctx)
		if err == nil {
			s.log.Info().Str("dir", s.cfg.Dir).Str("socket", s.cfg.Socket).Int("major", s.cfg.Binaries.Major).Msg("postgres is ready")
			return nil
		}
		s.end()
		// A killed server's processes take a moment to notice; until then its memory counts as in use.
		if !strings.Contains(s.lastWords(), "still in use") || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(retryInterval):
		}
	}
}

// launch starts the watchdog, which starts the server.
func (s *Server) launch(ctx context.Context) error {
	if err := s.makeSocketDir(); err != nil {
		return err
	}
	log, err := s.openLog()
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the child has its own
	args := s.arguments(ctx)           // before the command, whose life must not hang on ctx
	cmd := s.account.command(context.WithoutCancel(ctx), "/bin/sh", "-c", watchdog, "trivet-postgres", s.cfg.Socket, filepath.Join(s.cfg.Binaries.Dir, "postgres"))
	name, started, err := s.account.reach(cmd, s.data())
	if err != nil {
		return err
	}
	defer started()
	cmd.Args = append(append(cmd.Args, "-D", name), args...)
	cmd.Stdout, cmd.Stderr = log, log
	leash, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	done := make(chan struct{})
	s.leash, s.done = leash, done
	go func() {
		_ = cmd.Wait() // why it ended stands in its log
		close(done)
	}()
	return nil
}

// makeSocketDir makes the one folder that guards the server. A socket's path is limited to 103 bytes on
// macOS and 107 on Linux, so data folders won't do.
func (s *Server) makeSocketDir() error {
	if s.cfg.Socket == "" {
		temp := os.TempDir()
		if s.account.other() || len(temp) > 60 {
			temp = "/tmp" // any account can pass through it
		}
		dir, err := os.MkdirTemp(temp, "trivet-pg")
		if err != nil {
			return err
		}
		s.cfg.Socket = dir
	}
	if err := os.MkdirAll(s.cfg.Socket, 0o700); err != nil {
		return err
	}
	return s.account.own(s.cfg.Socket)
}

func (s *Server) openLog() (*os.File, error) {
	if old, err := os.Stat(s.logPath()); err == nil && old.Size() > maxLogBytes {
		if err := os.Rename(s.logPath(), s.logPath()+".old"); err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(s.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if info, err := log.Stat(); err == nil {
		s.logged = info.Size()
	}
	return log, nil
}

// ready waits until the server accepts a connection, ends, or shows no sign of life.
func (s *Server) ready(ctx context.Context) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for deadline := time.Now().Add(startTimeout); ; {
		err := s.ping(ctx)
		if err == nil {
			return nil
		}
		var answer *pgconn.PgError
		if errors.As(err, &answer) && answer.Code == "57P03" { // starting up: it replays its log
			deadline = time.Now().Add(startTimeout)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("no connection within %v: %w", startTimeout, err)
		}
		select {
		case <-s.done:
			return fmt.Errorf("the server ended: %s (see %s)", s.lastWords(), s.logPath())
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (s *Server) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}
