package trivet

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/ingest"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/query"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
	"github.com/trivetlabs/trivet/pkg/worker"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// A system is all of Trivet in this process: a real queue, a real database, the edge and the API behind
// test listeners, and a worker.
type system struct {
	ingest, query  *httptest.Server
	db             *store.Store
	queue          *queue.Queue
	database       string // its URL
	organizationID int64
	projectID      int64
	key, token     string
}

// startSystem starts one for the test, with a project whose key is given, or a new one for "".
func startSystem(t *testing.T, key string) *system {
	t.Helper()
	s := &system{key: key}
	nats, url := queuetest.Start(t), storetest.URL(t)
	q := queuetest.Connect(t, nats.URL())
	db, err := store.Open(t.Context(), queuetest.Env(t), store.Config{URL: url, MaxConns: 6})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s.db, s.queue, s.database = db, q, url
	s.makeProject(t, url)
	if _, err := provision.SyncDirectory(t.Context(), db, q); err != nil {
		t.Fatal(err)
	}

	watching, stop := context.WithCancel(t.Context())
	env := queuetest.Env(t)
	directory := q.WatchDirectory(watching, env)
	t.Cleanup(directory.Wait)
	t.Cleanup(stop)
	edge, err := ingest.New(env, ingest.Config{Lanes: 2, MaxWaiting: 16 << 20}, ingest.Deps{Directory: directory, Publisher: q})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(edge.Close)
	s.ingest = httptest.NewServer(edge)
	t.Cleanup(s.ingest.Close)
	queuetest.Eventually(t, "the edge to know the keys", func() bool { return directory.Ready() == nil })

	done := make(chan error, 1)
	working, finish := context.WithCancel(t.Context())
	go func() {
		done <- worker.Run(working, queuetest.Env(t), worker.Config{
			Store: store.Config{URL: url, MaxConns: 4}, Queue: queue.Config{URL: nats.URL()},
			Consumer: queue.Workers, Pipelines: 2, BatchEvents: 500, RetentionDays: worker.DefaultRetentionDays,
		})
	}()
	t.Cleanup(func() {
		finish()
		if err := <-done; err != nil {
			t.Errorf("worker: %v", err)
		}
	})

	api, err := query.New(queuetest.Env(t), query.Config{IngestURL: s.ingest.URL}, db, q)
	if err != nil {
		t.Fatal(err)
	}
	s.query = httptest.NewServer(api)
	t.Cleanup(s.query.Close)
	return s
}

func (s *system) makeProject(t *testing.T, url string) {
	t.Helper()
	o, err := s.db.CreateOrganization(t.Context(), "acme", "Acme")
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.db.CreateProject(t.Context(), store.Project{OrganizationID: o.ID, Slug: "shop", Name: "Shop"})
	if err != nil {
		t.Fatal(err)
	}
	s.organizationID, s.projectID = o.ID, p.ID
	if s.key == "" {
		s.key = project.NewKey()
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), `insert into trivet.keys (public_key, project_id) values ($1, $2)`, s.key, p.ID); err != nil {
		t.Fatal(err)
	}
	_, s.token, err = s.db.CreateToken(t.Context(), store.Token{OrganizationID: o.ID, ProjectID: p.ID, Scopes: []string{store.ScopeRead, store.ScopeWrite}})
	if err != nil {
		t.Fatal(err)
	}
}

// get reads a path of the API into a value and returns the status.
func (s *system) get(t *testing.T, path string, into any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.query.URL+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	status, body := do(t, req)
	if into != nil && status == http.StatusOK {
		if err := json.Unmarshal(body, into); err != nil {
			t.Fatalf("%s: %v in %s", path, err, body)
		}
	}
	return status
}

func do(t *testing.T, req *http.Request) (status int, body []byte) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body
}
