package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// trivet runs a command line and returns what it printed.
func trivet(t *testing.T, line ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := Run(t.Context(), line, &stdout, &stderr); code != 0 {
		t.Fatalf("trivet %s: exit %d: %s", strings.Join(line, " "), code, &stderr)
	}
	return stdout.String()
}

// trivetJSON runs a command line with -json.
func trivetJSON(t *testing.T, into any, line ...string) {
	t.Helper()
	out := trivet(t, append(line, "-json")...)
	if err := json.Unmarshal([]byte(out), into); err != nil {
		t.Fatalf("trivet %s -json printed %s: %v", strings.Join(line, " "), out, err)
	}
}

// place sets the environment of commands to servers of this test's own.
func newPlace(t *testing.T) *queue.Queue {
	t.Helper()
	server := queuetest.Start(t)
	t.Setenv("DATABASE_URL", storetest.URL(t))
	t.Setenv("NATS_URL", server.URL())
	t.Setenv("INGEST_PUBLIC_URL", "https://errors.example")
	return queuetest.Connect(t, server.URL())
}

func TestEveryCommandHasHelpAndJSON(t *testing.T) {
	t.Parallel()
	help := trivet(t, "help")
	for _, c := range commands() {
		if !strings.Contains(help, "  "+c.name+" ") {
			t.Errorf("help does not list %s", c.name)
		}
		usage := trivet(t, append(strings.Fields(c.name), "-help")...)
		if !strings.Contains(usage, c.summary) || !strings.Contains(usage, "-json") {
			t.Errorf("usage of %s: %s", c.name, usage)
		}
	}
	for _, line := range [][]string{{"key"}, {"key", "-help"}, {"help", "key"}} {
		if out := trivet(t, line...); !strings.Contains(out, "key revoke") || strings.Contains(out, "token revoke") {
			t.Errorf("%v does not list the commands of key alone: %s", line, out)
		}
	}
	for _, line := range [][]string{{"nothing"}, {"project", "explode"}, {"key", "list", "-unknown"}, {"project", "create"}} {
		var stdout, stderr bytes.Buffer
		if code := Run(t.Context(), line, &stdout, &stderr); code != 2 || stderr.Len() == 0 {
			t.Errorf("%v: exit %d, %q", line, code, &stderr)
		}
	}
}

// TestAProjectsLife makes a project, rotates its key and makes tokens, and looks at what the edges know.
func TestAProjectsLife(t *testing.T) {
	q := newPlace(t)
	trivet(t, "provision")
	trivet(t, "organization", "create", "acme", "-name", "Acme")
	var first, second struct {
		PublicKey string `json:"public_key"`
		ProjectID int64  `json:"project_id"`
		DSN       string
	}
	trivetJSON(t, &first, "project", "create", "shop", "-origins", "https://shop.example, https://*.shop.example")
	if want := fmt.Sprintf("https://%s@errors.example/%d", first.PublicKey, first.ProjectID); first.DSN != want {
		t.Errorf("dsn %s, want %s", first.DSN, want)
	}
	trivetJSON(t, &second, "key", "rotate", first.PublicKey)
	trivet(t, "key", "revoke", first.PublicKey)
	var token struct{ ID, Token string }
	trivetJSON(t, &token, "token", "create", "-project", fmt.Sprint(first.ProjectID), "-scopes", "read,write")

	directory := q.WatchDirectory(t.Context(), queuetest.Env(t))
	queuetest.Eventually(t, "the directory", func() bool { return directory.Ready() == nil })
	for name, revoked := range map[string]bool{
		project.KeyName(first.PublicKey): true, project.KeyName(second.PublicKey): false, project.TokenName(token.Token): false,
	} {
		if e, ok := directory.Lookup(name); !ok || e.Revoked != revoked || e.ProjectID != first.ProjectID {
			t.Errorf("%s: %+v, %v, want revoked %v", name, e, ok, revoked)
		}
	}
	trivet(t, "token", "revoke", token.ID)
	for _, line := range [][]string{{"organization", "list"}, {"project", "list"}, {"key", "list", "1"}, {"token", "list"}, {"project", "origins", "1"}} {
		if out := trivet(t, line...); !strings.Contains(out, "\n") {
			t.Errorf("%v printed %q", line, out)
		}
		var value any
		trivetJSON(t, &value, line...)
	}

	err := withStore(t.Context(), func(db *store.Store, _ place) error {
		entries, _, err := db.Audit(t.Context(), 1, store.AuditFilter{})
		var done []string
		for _, e := range entries {
			if e.Actor.Kind != store.ActorOperator {
				t.Errorf("%s was done by %+v", e.Action, e.Actor)
			}
			done = append(done, e.Action)
		}
		slices.Reverse(done)
		want := []string{"project.create", "key.create", "key.revoke", "token.create", "token.revoke", "project.change", "project.change"}
		if !slices.Equal(done, want) {
			t.Errorf("audit: %v, want %v", done, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStreamsAndDeadLettersAreShown(t *testing.T) {
	q := newPlace(t)
	now := time.Now().UTC()
	good := pack.Record{ID: event.NewID(now), Project: 1, Day: event.DayOf(now), Received: now, Protocol: "native", Raw: []byte(`{"message":"\u001b[31mred"}`)}
	body := good.Append(nil)
	if err := q.Publish(t.Context(), queue.Pack{ID: event.NewID(now), Frame: pack.NewCodec().Compress(nil, body), Records: 1}); err != nil {
		t.Fatal(err)
	}
	if err := q.Bury(t.Context(), queue.DeadLetter{Project: 1, EventID: good.ID, Pack: event.NewID(now), Reason: "invalid", Error: "no \x1b[31m object", Record: body}); err != nil {
		t.Fatal(err)
	}
	for _, line := range [][]string{{"stream", "state"}, {"stream", "view", "1"}, {"dlq", "list"}, {"dlq", "show", "1"}} {
		if out := trivet(t, line...); strings.Contains(out, "\x1b") {
			t.Errorf("%v lets a client steer the terminal: %q", line, out)
		}
		var value any
		trivetJSON(t, &value, line...)
	}
	if out := trivet(t, "stream", "view", "1"); !strings.Contains(out, good.ID.String()) || !strings.Contains(out, "message") {
		t.Errorf("stream view printed %s", out)
	}
	if out := trivet(t, "dlq", "list", "-after", "1", "-json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("no dead letters are %s in JSON", out)
	}
	trivet(t, "dlq", "retry")
	trivet(t, "dlq", "pause")

	var done struct{ Packs, Stored int }
	trivetJSON(t, &done, "replay", "-from", "1h")
	if done.Packs != 1 || done.Stored != 1 {
		t.Errorf("replay: %+v, want the pack that no worker has written", done)
	}
	trivetJSON(t, &done, "replay", "-from", "1h", "-project", "2")
	if done.Packs != 1 || done.Stored != 0 {
		t.Errorf("replay of another project: %+v", done)
	}
}

func TestHealthTellsReadiness(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" {
			w.WriteHeader(status)
		}
	}))
	t.Cleanup(server.Close)
	trivet(t, "health", server.URL)
	status = http.StatusServiceUnavailable
	var stdout, stderr bytes.Buffer
	if code := Run(t.Context(), []string{"health", server.URL}, &stdout, &stderr); code != 1 {
		t.Errorf("an unready process: exit %d", code)
	}
}

func TestCommandsSayWhereToLook(t *testing.T) {
	t.Setenv("DATABASE_URL", "")
	t.Setenv("NATS_URL", "")
	t.Setenv("STANDALONE_DIR", t.TempDir())
	for _, line := range [][]string{{"project", "list"}, {"stream", "state"}} {
		var stdout, stderr bytes.Buffer
		if code := Run(t.Context(), line, &stdout, &stderr); code != 1 || !strings.Contains(stderr.String(), "STANDALONE_DIR") {
			t.Errorf("%v: exit %d, %s", line, code, &stderr)
		}
	}
}
