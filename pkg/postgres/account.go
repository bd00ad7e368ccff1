package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

// An account is who the server runs as. The zero account is the one of this process.
type account struct {
	name     string
	uid, gid uint32
}

// accountFor chooses the account for the cluster in data. PostgreSQL refuses uid 0 and a uid that has no
// name, and wants to own its files.
func accountFor(data string) (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	var owner syscall.Stat_t
	if err := syscall.Stat(data, &owner); err == nil && owner.Uid != 0 {
		u, err := user.LookupId(strconv.FormatUint(uint64(owner.Uid), 10))
		if err != nil {
			return account{}, fmt.Errorf("run as the owner of %s: %w", data, err)
		}
		return account{u.Username, owner.Uid, owner.Gid}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return account{}, fmt.Errorf("run as %s: %w", name, err)
		}
		return account{name, uint32(uid), uint32(gid)}, nil
	}
	return account{}, errors.New("running as root needs an account named postgres or nobody on this machine: PostgreSQL itself refuses root")
}

// other tells whether the server runs as somebody else than this process.
func (a account) other() bool { return a.name != "" }

// own gives a file or folder to the account.
func (a account) own(path string) error {
	if !a.other() {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}

// mayRun fails with a line for people when the account cannot execute the binaries, as when they lie below
// root's home.
func (a account) mayRun(ctx context.Context, b Binaries) error {
	cmd := a.command(ctx, filepath.Join(b.Dir, "postgres"), "--version")
	if err := cmd.Run(); err != nil {
		if a.other() {
			return fmt.Errorf("the account %q, which the server of a root process runs as, can't use the binaries in %s: put PostgreSQL where everybody may read it and set POSTGRES_BIN, or start as a plain user: %w", a.name, b.Dir, err)
		}
		return fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	return nil
}

// command prepares a program of the server: as the account, in a session of its own so that a Ctrl-C at the
// terminal reaches only this process, which stops the server when its own work is done, and without our environment,
// which may hold secrets and PG* variables.
func (a account) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = "/" // the account may be unable to enter the working folder, and initdb complains then
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.other() {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return cmd
}

// reach returns the name by which a command of the account names a folder, and a func to call once the
// command is started. Where root runs the server as somebody else, the folder may lie below one that this
// account can't enter, such as root's home; so the child inherits it as an open file and names it by that.
func (a account) reach(cmd *exec.Cmd, dir string) (name string, started func(), err error) {
	if !a.other() || runtime.GOOS != "linux" {
		return dir, func() {}, nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	return fmt.Sprintf("/proc/self/fd/%d", 2+len(cmd.ExtraFiles)), func() { _ = f.Close() }, nil
}
