package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lockDir makes sure that no two processes run a server on one folder. The lock ends with this process, in
// whatever way that ends; the server does not inherit it.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		unlock(f)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("another process runs a server on %s", dir)
		}
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return f, nil
}

func unlock(f *os.File) { _ = f.Close() }

// clusterMajor returns the major version that wrote the cluster in data, 0 when there is none.
func clusterMajor(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read version of %s: %w", data, err)
	}
	return major, nil
}

// ensureCluster makes the cluster unless it is there. It is made beside its place and renamed, so that one
// whose making was interrupted is never taken for whole.
func (s *Server) ensureCluster(ctx context.Context) error {
	wrote, err := clusterMajor(s.data())
	if err != nil {
		return err
	}
	have := s.cfg.Binaries
	if wrote == have.Major {
		return nil
	}
	if wrote > 0 {
		return fmt.Errorf("the data in %s was written by PostgreSQL %d and %s holds version %d: install version %d, set POSTGRES_BIN to it, or move the data away", s.data(), wrote, have.Dir, have.Major, wrote)
	}
	s.log.Info().Str("dir", s.data()).Int("major", have.Major).Msg("making a database cluster")
	made := s.data() + ".new"
	if err := os.RemoveAll(made); err != nil {
		return err
	}
	if err := os.Mkdir(made, 0o700); err != nil {
		return err
	}
	if err := s.account.own(made); err != nil {
		return err
	}
	if err := s.initdb(ctx, made); err != nil {
		return err
	}
	return os.Rename(made, s.data())
}

// initdb fills an empty folder. Text sorts by bytes, which is fastest and the same everywhere; upper and
// lower case go by Unicode where the system has C.UTF-8, else by ASCII.
func (s *Server) initdb(ctx context.Context, dir string) error {
	args := []string{"--username=" + superuser, "--auth=trust", "--encoding=UTF8", "--no-instructions"}
	if s.cfg.Fast {
		args = append(args, "--no-sync")
	}
	out, err := s.runInitdb(ctx, dir, append(args, "--locale=C", "--lc-ctype=C.UTF-8"))
	if err != nil && bytes.Contains(out, []byte("invalid locale name")) {
		out, err = s.runInitdb(ctx, dir, append(args, "--locale=C"))
	}
	if err != nil {
		return fmt.Errorf("run initdb: %w: %s", err, lastLine(out))
	}
	return nil
}

func (s *Server) runInitdb(ctx context.Context, dir string, args []string) ([]byte, error) {
	cmd := s.account.command(ctx, filepath.Join(s.cfg.Binaries.Dir, "initdb"), args...)
	name, started, err := s.account.reach(cmd, dir)
	if err != nil {
		return nil, err
	}
	defer started()
	cmd.Args = append(cmd.Args, "--pgdata="+name)
	return cmd.CombinedOutput()
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}
