package faults

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/trivetlabs/trivet/pkg/queue/embedded"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

// allAtOnce lets every test run beside the others: what they do most is wait, for killed workers' packs to
// come back and for the janitor.
const allAtOnce = "16"

// roleEnv makes this test program another process of a test.
const roleEnv = "FAULTS_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleEnv) {
	case "nats":
		exit(serveNATS())
	case "leash":
		exit(leash(os.Stdin))
	}
	flag.Parse()
	if err := flag.Set("test.parallel", allAtOnce); err != nil {
		exit(err)
	}
	storetest.Main(m)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serveNATS runs a NATS server that fsyncs before it confirms, until standard input ends.
func serveNATS() error {
	server, err := embedded.Start(embedded.Config{Dir: os.Getenv("FAULTS_DIR"), Addr: os.Getenv("FAULTS_ADDR"), MaxStore: 1 << 30})
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	server.Close()
	return err
}

// leash ends the processes and removes the folders it was told of when its input ends, which the kernel
// sees to however the tests end.
func leash(commands io.Reader) error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM) // of the terminal: they are meant for the tests
	pids, dirs := map[int]bool{}, []string{}
	for lines := bufio.NewScanner(commands); lines.Scan(); {
		verb, what, _ := strings.Cut(lines.Text(), " ")
		pid, _ := strconv.Atoi(what)
		switch verb {
		case "started":
			pids[pid] = true
		case "ended":
			delete(pids, pid)
		case "made":
			dirs = append(dirs, what)
		}
	}
	for pid := range maps.Keys(pids) {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended just now
	}
	var err error
	for _, dir := range dirs {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// A toolbox is what all tests share: the programs, built once, and the leash.
type toolbox struct {
	self  string // this test program
	bin   string // folder of ingest, worker, query and trivet
	mu    sync.Mutex
	leash io.Writer
}

// tools is made by the first test that starts a process.
var tools = sync.OnceValues(func() (*toolbox, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), roleEnv+"=leash")
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the leash: %w", err)
	}
	b := &toolbox{self: self, leash: pipe}
	if b.bin, err = os.MkdirTemp("", "trivet-faults"); err != nil {
		return nil, err
	}
	b.tell("made", b.bin)
	build := exec.Command("go", "build", "-o", b.bin, "./cmd/...")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the programs: %w: %s", err, out)
	}
	return b, nil
})

func (b *toolbox) tell(verb string, what any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, _ = fmt.Fprintln(b.leash, verb, what) // without its leash a process may outlive a killed test: no reason to fail
}

// environment is ours without what would configure the programs, and with what every one of them needs.
func environment(more ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		for _, prefix := range []string{"INGEST_", "WORKER_", "QUERY_", "STANDALONE_", "PROVISION_", "NATS_", "DATABASE_", "TEST_DATABASE_", "OPS_", "LOG_"} {
			if strings.HasPrefix(v, prefix) {
				return true
			}
		}
		return false
	})
	return append(append(env, "OPS_ADDR=127.0.0.1:0", "INGEST_ADDR=127.0.0.1:0", "QUERY_ADDR=127.0.0.1:0", "INGEST_PROJECT_RATE=0", "INGEST_CLIENT_RATE=0"), more...)
}

func TestTheLeashEndsWhatIsLeft(t *testing.T) {
	t.Parallel()
	left, ended := exec.Command("sleep", "60"), exec.Command("sleep", "60")
	for _, cmd := range []*exec.Cmd{left, ended} {
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	commands := fmt.Sprintf("started %d\nstarted %d\nmade %s\nended %[2]d\n", left.Process.Pid, ended.Process.Pid, dir)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env, cmd.Stdin = append(os.Environ(), roleEnv+"=leash"), bytes.NewReader([]byte(commands))
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := left.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Errorf("the process that was left ended by %v, want a kill", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder is still there")
	}
	if err := ended.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the process that had ended by itself was touched: %v", err)
	}
	_ = ended.Process.Kill()
	_ = ended.Wait()
}
