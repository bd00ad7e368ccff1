package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A child is a process of a measurement. It ends with stop, at the latest with the run.
type child struct {
	name  string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
	log   string
	ops   string // address of its ops listener, if it is one of our binaries
	ended chan struct{}
}

const (
	stopTimeout  = 30 * time.Second // between the request to stop and the end by force
	readyTimeout = 30 * time.Second
	pollInterval = 10 * time.Millisecond
)

// spawn starts a program with our environment and env. Its errors go to a log in the output folder.
func (b *bench) spawn(ctx context.Context, name string, env []string, program string, args ...string) (*child, error) {
	c := &child{name: name, log: filepath.Join(b.out, name+".log"), ended: make(chan struct{})}
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	defer func() { _ = log.Close() }() // the child has its own
	c.cmd = exec.CommandContext(ctx, program, args...)
	c.cmd.Cancel = func() error { return c.cmd.Process.Signal(syscall.SIGTERM) }
	c.cmd.WaitDelay = stopTimeout
	c.cmd.Env, c.cmd.Stderr = append(os.Environ(), env...), log
	dieWithParent(c.cmd)
	stdout, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	c.cmd.Stdout, c.lines = write, bufio.NewScanner(stdout)
	if c.stdin, err = c.cmd.StdinPipe(); err == nil {
		err = c.cmd.Start()
	}
	_ = write.Close()
	if err != nil {
		_ = stdout.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		_ = c.cmd.Wait() // how it ended matters to nobody; what it said is in its log
		close(c.ended)
	}()
	return c, nil
}

// role starts this program again as one of its roles.
func (b *bench) role(ctx context.Context, name, role string, argument any) (*child, error) {
	encoded, err := json.Marshal(argument)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return b.spawn(ctx, name, nil, b.self, role, string(encoded))
}

// line reads one line of a role's output into v.
func (c *child) line(v any) error {
	if !c.lines.Scan() {
		return c.failed(errors.Join(errors.New("no more output"), c.lines.Err()))
	}
	if err := json.Unmarshal(c.lines.Bytes(), v); err != nil {
		return c.failed(err)
	}
	return nil
}

// failed adds the last line of the child's log to an error.
func (c *child) failed(err error) error {
	text, _ := os.ReadFile(c.log) // only to explain another error
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return fmt.Errorf("%s: %w; its last words: %s", c.name, err, lines[len(lines)-1])
}

// stop asks the process to end and waits for it; force comes after half a minute. A second stop does nothing.
func (c *child) stop() {
	_ = c.stdin.Close()
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // an error means that it has ended
	select {
	case <-c.ended:
	case <-time.After(stopTimeout):
		_ = c.cmd.Process.Kill()
		<-c.ended
	}
}

func (c *child) process() process { return process{name: c.name, pid: c.cmd.Process.Pid} }

// ready waits until the ops listener of one of our binaries says that it is.
func (c *child) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for {
		err := get(ctx, "http://"+c.ops+"/readyz", io.Discard)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return c.failed(fmt.Errorf("not ready: %w", err))
		case <-c.ended:
			return c.failed(errors.New("it ended"))
		case <-time.After(pollInterval):
		}
	}
}

// get copies the body of a 200 to w; another answer is an error with its body.
func get(ctx context.Context, url string, w io.Writer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
		return errors.Join(fmt.Errorf("%s: %s", resp.Status, text), err)
	}
	_, err = io.Copy(w, resp.Body)
	return err
}

// freeAddr returns a loopback address that nothing listens on now.
func freeAddr(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return ln.Addr().String(), ln.Close()
}

// announce tells the parent where a role listens, and returns a context that ends when the parent wants the
// role to, or is gone.
func announce(ctx context.Context, url string) (context.Context, error) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return ctx, json.NewEncoder(os.Stdout).Encode(announcement{url})
}

type announcement struct{ URL string }
