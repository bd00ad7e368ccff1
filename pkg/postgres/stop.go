package postgres

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
)

const (
	stopTimeout = 60 * time.Second // for the checkpoint at the end; after it, the next start replays the log
	killTimeout = 10 * time.Second // between one signal and a harder one
)

// Close disconnects every client, stops the server and waits for its end. A second Close does nothing. What
// was committed survives even when it has to use force.
func (s *Server) Close() {
	s.end()
	unlock(s.lock)
}

// Kill ends the server as a crash would, for tests, and waits for its end.
func (s *Server) Kill() {
	s.signal(syscall.SIGKILL)
	<-s.done
	unlock(s.lock)
}

// end closes the leash, upon which the watchdog asks the server for a fast shutdown, and then insists.
func (s *Server) end() {
	_ = s.leash.Close()
	if s.gone(stopTimeout) {
		return
	}
	s.log.Warn().Str("dir", s.cfg.Dir).Msg("postgres does not stop; the next start replays its log")
	s.signal(syscall.SIGQUIT)
	if s.gone(killTimeout) {
		return
	}
	s.signal(syscall.SIGKILL)
	<-s.done
}

func (s *Server) gone(within time.Duration) bool {
	select {
	case <-s.done:
		return true
	case <-time.After(within):
		return false
	}
}

// signal reaches the server itself, past the watchdog.
func (s *Server) signal(sig syscall.Signal) {
	if pid := livePostmaster(s.data()); pid > 0 {
		_ = syscall.Kill(pid, sig) // it may have ended just now
	}
}

// stopOld stops the server that a process which is gone left running on the cluster, or which its watchdog
// is stopping right now. The lock on the folder says that no living process wants it.
func stopOld(ctx context.Context, data string, log zerolog.Logger) error {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} { // fast, immediate, at once
		pid := livePostmaster(data)
		if pid == 0 {
			return nil
		}
		log.Info().Int("pid", pid).Stringer("signal", sig).Msg("stopping the server an earlier process left")
		if err := syscall.Kill(pid, sig); err != nil {
			continue // it may have ended just now; the next round knows
		}
		if err := waitGone(ctx, data, pid); err != nil {
			return err
		}
	}
	if pid := livePostmaster(data); pid != 0 {
		return fmt.Errorf("the old server of %s (pid %d) does not stop", data, pid)
	}
	return nil
}

// waitGone waits for the end of the server, killTimeout at most. Its error is that of ctx.
func waitGone(ctx context.Context, data string, pid int) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	limit := time.After(killTimeout)
	for livePostmaster(data) == pid {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limit:
			return nil
		case <-tick.C:
		}
	}
	return nil
}

// livePostmaster returns the process id of the server that runs on the cluster, 0 when none does. A pid
// file alone proves nothing: after a crash or a reboot its number may be anybody's.
func livePostmaster(data string) int {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	lines := strings.Split(string(text), "\n") // pid, folder, start, port, folder of the socket, …
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return 0
	}
	if runtime.GOOS == "linux" {
		if !worksIn(pid, data) {
			return 0
		}
	} else if len(lines) < 5 || !answers(filepath.Join(lines[4], ".s.PGSQL."+lines[3])) {
		return 0
	}
	return pid
}

// worksIn tells whether the folder is the process's working folder, as a cluster is its server's. False too for a
// process of another account, which can't run a cluster that is ours.
func worksIn(pid int, dir string) bool {
	theirs, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false
	}
	ours, err := os.Stat(dir)
	return err == nil && os.SameFile(theirs, ours)
}

// answers tells whether something listens on the socket, where no /proc tells more.
func answers(socket string) bool {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return false
	}
	defer func() { _ = syscall.Close(fd) }()
	return syscall.Connect(fd, &syscall.SockaddrUnix{Name: socket}) == nil
}
