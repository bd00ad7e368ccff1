package faults

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// liveness is how long anything that must happen may take: a bound on hanging, not on slowness.
const liveness = 60 * time.Second

// eventually waits for done and fails the test when that takes longer than within.
func eventually(t testing.TB, within time.Duration, what string, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline.C:
			t.Fatalf("waited %v in vain for %s", within, what)
		case <-tick.C:
		}
	}
}

// hold lets a fault last: nothing is waited for but time.
func hold(t testing.TB, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}

// A process is one that a test started; it ends with the test.
type process struct {
	t     testing.TB
	name  string
	log   string // file of its standard error
	cmd   *exec.Cmd
	stdin io.Closer
	done  chan struct{} // closed when it has ended
}

// start runs a program of ours, or with an empty program this test program.
func start(t testing.TB, name, program string, env []string, args ...string) *process {
	t.Helper()
	box, err := tools()
	if err != nil {
		t.Fatal(err)
	}
	path := box.self
	if program != "" {
		path = filepath.Join(box.bin, program)
	}
	p := &process{t: t, name: name, cmd: exec.Command(path, args...), done: make(chan struct{})}
	log, err := os.CreateTemp(t.TempDir(), name+"-*.log")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }() // the process has its own
	p.log, p.cmd.Stderr, p.cmd.Env = log.Name(), log, environment(env...)
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	pid := p.cmd.Process.Pid
	box.tell("started", pid)
	go func() {
		_ = p.cmd.Wait() // how it ended stands in ProcessState
		box.tell("ended", pid)
		close(p.done)
	}()
	t.Cleanup(func() {
		alive := !p.ended()
		p.kill()
		if t.Failed() {
			t.Logf("%s (pid %d, alive at the end %v, %v) said last:\n%s", name, pid, alive, p.cmd.ProcessState, p.tail(15))
		}
	})
	return p
}

// kill ends it as a power cut would; one that has ended stays so.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// terminate asks it to stop and fails the test unless it then exits with 0.
func (p *process) terminate() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Errorf("%s had ended before it was asked to: %v", p.name, err)
	}
	eventually(p.t, liveness, p.name+" to stop", p.ended)
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("%s stopped with %v, want exit code 0", p.name, p.cmd.ProcessState)
	}
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// killed tells whether a kill ended it.
func (p *process) killed() bool {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

func (p *process) tail(lines int) string {
	b, _ := os.ReadFile(p.log)
	all := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// said returns a field of the first log line that has a message, "" while there is none. With a listener
// the line must be about it.
func (p *process) said(message, listener, field string) string {
	b, _ := os.ReadFile(p.log)
	for line := range strings.SplitSeq(string(b), "\n") {
		var fields map[string]any
		if json.Unmarshal([]byte(line), &fields) != nil || fields["message"] != message {
			continue
		}
		if value, ok := fields[field].(string); ok && (listener == "" || fields["listener"] == listener) {
			return value
		}
	}
	return ""
}

// get asks the ops listener; nil means no answer.
func (p *process) get(path string) []byte {
	addr := p.said("started", "", "ops_addr")
	if addr == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(p.t.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, http.NoBody)
	if err != nil {
		return nil
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil
	}
	return body
}

// readiness is what /readyz says; nothing when it doesn't answer.
func (p *process) readiness() (ready bool, checks map[string]string) {
	var answer struct {
		Ready  bool
		Checks map[string]string
	}
	_ = json.Unmarshal(p.get("/readyz"), &answer) // of no answer: not ready
	return answer.Ready, answer.Checks
}

// ready waits until it says so, and says what for.
func (p *process) ready() *process {
	p.t.Helper()
	eventually(p.t, liveness, p.name+" to be ready", func() bool {
		if p.ended() {
			p.t.Fatalf("%s ended before it was ready", p.name)
		}
		ready, checks := p.readiness()
		return ready && len(checks) > 0
	})
	return p
}

// metric adds up the samples of a metric.
func (p *process) metric(name string) (sum float64) {
	for lines := bufio.NewScanner(strings.NewReader(string(p.get("/metrics")))); lines.Scan(); {
		rest, ok := strings.CutPrefix(lines.Text(), name)
		if !ok || !strings.HasPrefix(rest, "{") && !strings.HasPrefix(rest, " ") {
			continue
		}
		value, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64)
		if err == nil {
			sum += value
		}
	}
	return sum
}
