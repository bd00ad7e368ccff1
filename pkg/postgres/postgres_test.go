package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
)

// helperEnv names the folder on which this test binary, started again, runs a server until it is killed.
const helperEnv = "TRIVET_TEST_POSTGRES_DIR"

func TestMain(m *testing.M) {
	dir := os.Getenv(helperEnv)
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := Start(context.Background(), Config{Dir: dir, Fast: true, Log: zerolog.New(os.Stderr)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.URL("postgres"))
	select {}
}

func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	cfg.Fast, cfg.Log = true, zerolog.New(zerolog.NewTestWriter(t))
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var got string
	if err := conn.QueryRow(t.Context(), sql).Scan(&got); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	return got
}

// eventually waits for a condition that must come true by itself; 30 s prove that it does not.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for limit := time.After(30 * time.Second); !cond(); {
		select {
		case <-limit:
			t.Fatalf("never came true: %s", what)
		case <-tick.C:
		}
	}
}

func TestServerIsPrivateAndUTF8(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Dir: t.TempDir(), Settings: map[string]string{"work_mem": "5MB"}})
	for _, c := range []struct{ name, sql, want string }{
		{"there is no TCP listener", `show listen_addresses`, ""},
		{"text is UTF-8", `show server_encoding`, "UTF8"},
		{"text sorts by bytes", `select string_agg(x, '' order by x) from unnest(array['b', 'a', 'B']) x`, "Bab"},
		{"times are UTC", `show timezone`, "UTC"},
		{"settings of the caller win", `show work_mem`, "5MB"},
		{"we own the server", `select current_user::text`, superuser},
	} {
		if got := query(t, s.URL("postgres"), c.sql); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	info, err := os.Stat(s.cfg.Socket)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("socket folder: %v %v, want mode 0700", info.Mode(), err)
	}
	socket := filepath.Join(s.cfg.Socket, ".s.PGSQL."+port)
	if !answers(socket) {
		t.Error("the socket does not answer")
	}
	s.Close()
	if answers(socket) {
		t.Error("the socket still answers")
	}
	if _, err := os.Stat(s.cfg.Socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("socket folder is left behind: %v", err)
	}
	s.Close() // does nothing
}

func TestRestartAndCrashKeepData(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: t.TempDir(), Socket: filepath.Join(os.TempDir(), fmt.Sprintf("trivet-test%d", os.Getpid()))}
	s := start(t, cfg)
	url := s.URL("site one")
	for range 2 { // the second finds it
		if err := s.CreateDatabase(t.Context(), "site one"); err != nil {
			t.Fatal(err)
		}
	}
	query(t, url, `create table kept as select 1`)
	s.Close()

	s = start(t, cfg)
	if s.URL("site one") != url {
		t.Errorf("URL with a fixed socket: %s, want %s", s.URL("site one"), url)
	}
	query(t, url, `insert into kept values (2)`)
	query(t, url, `checkpoint`) // Fast: only what a checkpoint wrote is sure to survive
	s.Kill()

	start(t, cfg)
	if got := query(t, url, `select count(*)::text from kept`); got != "2" {
		t.Errorf("%s rows survived, want 2", got)
	}
}

func TestASecondServerOnTheSameFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, Config{Dir: dir})
	_, err := Start(t.Context(), Config{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "another process runs a server on") {
		t.Errorf("second start: %v", err)
	}
	query(t, first.URL("postgres"), `select 'still there'`)
}

func TestServerEndsWithAKilledProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	helper := exec.CommandContext(t.Context(), exe)
	helper.Env = append(os.Environ(), helperEnv+"="+dir)
	helper.Stderr = os.Stderr
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("helper said nothing: %v", err)
	}
	query(t, strings.TrimSpace(url), `select 'up'`)
	data := filepath.Join(dir, "data")
	if livePostmaster(data) == 0 {
		t.Fatal("the running server is not found")
	}
	if err := helper.Process.Kill(); err != nil { // kill -9: nothing of it can clean up
		t.Fatal(err)
	}
	_ = helper.Wait()
	eventually(t, "the server ends when its process is killed", func() bool { return livePostmaster(data) == 0 })
	start(t, Config{Dir: dir})
}

func TestAnOldServerIsStopped(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: t.TempDir()}
	s := start(t, cfg)
	s.Close()

	if err := s.makeSocketDir(); err != nil {
		t.Fatal(err)
	}
	old := s.account.command(t.Context(), filepath.Join(s.cfg.Binaries.Dir, "postgres"), s.arguments(t.Context())...)
	name, started, err := s.account.reach(old, s.data())
	if err != nil {
		t.Fatal(err)
	}
	old.Args = append(old.Args, "-D", name)
	if err := old.Start(); err != nil {
		t.Fatal(err)
	}
	started()
	ended := make(chan error, 1)
	go func() { ended <- old.Wait() }()
	eventually(t, "the old server accepts", func() bool { return s.ping(t.Context()) == nil })

	start(t, cfg)
	if err := <-ended; err != nil {
		t.Errorf("the old server was not shut down cleanly: %v", err)
	}
	_ = os.RemoveAll(s.cfg.Socket)
}

func TestAStalePidFileNamesNobody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in string }{
		{"a living process that is no server", strconv.Itoa(os.Getpid()) + "\n/data\n"},
		{"init, which is never a server", "1\n"},
		{"a negative number, which would signal a group", "-1\n"},
		{"nonsense", "x"},
		{"nothing", ""},
	} {
		data := t.TempDir()
		if err := os.WriteFile(filepath.Join(data, "postmaster.pid"), []byte(c.in), 0o600); err != nil {
			t.Fatal(err)
		}
		if pid := livePostmaster(data); pid != 0 {
			t.Errorf("%s: taken for server %d", c.name, pid)
		}
	}
}

func TestAnotherMajorVersionIsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Config{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "was written by PostgreSQL 9") || strings.Contains(err.Error(), "\n") {
		t.Errorf("start on data of version 9: %v", err)
	}
}

func TestAFailedStartSaysWhyInOneLine(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Config{Dir: t.TempDir(), Fast: true, Settings: map[string]string{"shared_buffers": "many"}})
	if err == nil || !strings.Contains(err.Error(), `invalid value for parameter "shared_buffers"`) || strings.Contains(err.Error(), "\n") {
		t.Errorf("start with a bad setting: %v", err)
	}
}
