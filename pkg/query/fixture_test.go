package query

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/protocol"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

// A bench is an API over a database of its own.
type bench struct {
	t      *testing.T
	url    string // of the database
	db     *store.Store
	api    *API
	log    *strings.Builder
	metric *prometheus.Registry
}

func newBench(t *testing.T) *bench { return newBenchWith(t, storetest.URL(t), "http://127.0.0.1:1") }

func newBenchWith(t *testing.T, database, ingest string) *bench {
	t.Helper()
	return newBenchOf(t, database, ingest, nil)
}

// newBenchOf is newBenchWith a queue.
func newBenchOf(t *testing.T, database, ingest string, q *queue.Queue) *bench {
	t.Helper()
	b := &bench{t: t, url: database, log: &strings.Builder{}, metric: prometheus.NewRegistry()}
	env := service.Env{Log: zerolog.New(b.log), Metrics: b.metric, Health: service.NewHealth()}
	var err error
	if b.db, err = store.Open(t.Context(), env, store.Config{URL: database, MaxConns: 4}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.db.Close)
	if b.api, err = New(env, Config{IngestURL: ingest}, b.db, q); err != nil {
		t.Fatal(err)
	}
	return b
}

// A site is an organization with one project and a token that reads it, and one that reads all of the
// organization.
type site struct {
	b            *bench
	org, project int64
	token, wide  string
}

func (b *bench) site(slug string) *site {
	b.t.Helper()
	o, err := b.db.CreateOrganization(b.t.Context(), slug, "")
	if err != nil {
		b.t.Fatal(err)
	}
	p, err := b.db.CreateProject(b.t.Context(), store.Project{OrganizationID: o.ID, Slug: "web"})
	if err != nil {
		b.t.Fatal(err)
	}
	s := &site{b: b, org: o.ID, project: p.ID}
	s.token = s.makeToken(p.ID, store.ScopeRead)
	s.wide = s.makeToken(0, store.ScopeRead)
	return s
}

func (s *site) makeToken(project int64, scopes ...string) string {
	s.b.t.Helper()
	_, secret, err := s.b.db.CreateToken(s.b.t.Context(), store.Token{OrganizationID: s.org, ProjectID: project, Scopes: scopes})
	if err != nil {
		s.b.t.Fatal(err)
	}
	return secret
}

// record is what the edge makes of a body.
func (s *site) record(p event.Protocol, received time.Time, raw string) pack.Record {
	return pack.Record{
		ID: event.NewID(received), Project: s.project, Day: event.DayOf(received), Received: received.UTC().Truncate(time.Microsecond),
		Protocol: p.String(), UA: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Raw: []byte(raw),
	}
}

// store writes records as the worker does and returns their ids.
func (s *site) store(records ...pack.Record) (ids []string) {
	s.b.t.Helper()
	var rows []store.Row
	for i := range records {
		r := &records[i]
		e, err := protocol.Normalise(r)
		if err != nil {
			s.b.t.Fatal(err)
		}
		rows = append(rows, s.row(e, r.Append(nil)))
		ids = append(ids, r.ID.String())
	}
	s.write(rows...)
	return ids
}

func (s *site) row(e *event.Event, record []byte) store.Row {
	return store.Row{
		Project: s.project, Received: e.Received, Event: e, Fingerprint: event.NamedID(s.project, e.Type),
		Version: 1, Title: e.Type + ": " + e.Message, Record: record,
	}
}

func (s *site) write(rows ...store.Row) {
	s.b.t.Helper()
	id := event.NewID(time.Now())
	batch := &store.Batch{Packs: []store.Pack{{ID: id, Day: event.DayOf(rows[0].Received), Events: len(rows)}}, Rows: rows}
	if _, err := s.b.db.Write(s.b.t.Context(), batch); err != nil {
		s.b.t.Fatal(err)
	}
}

func (s *site) log(content string) string {
	s.b.t.Helper()
	return s.store(s.record(event.Logs, time.Now(), fmt.Sprintf(`{"content":%q,"meta":{"level":"warning"}}`, content)))[0]
}

// path fills in the project.
func (s *site) path(rest string) string { return fmt.Sprintf("/api/v1/projects/%d%s", s.project, rest) }

// get asks with a Bearer token.
func (b *bench) get(path, token string) *httptest.ResponseRecorder {
	return b.do(http.MethodGet, path, http.Header{"Authorization": {"Bearer " + token}}, nil)
}

func (b *bench) do(method, path string, h http.Header, body io.Reader) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, path, body)
	for name, values := range h {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	b.api.ServeHTTP(w, r)
	if w.Code != http.StatusNoContent && w.Header().Get("Content-Type") != "application/octet-stream" && !json.Valid(w.Body.Bytes()) {
		b.t.Errorf("%s %s: %d with a body that is not JSON: %q", method, path, w.Code, w.Body)
	}
	return w
}

// object reads a good answer.
func object(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d: %s (%v)", w.Code, w.Body, err)
	}
	return m
}

// refusal reads a bad answer and checks its form.
func refusal(t *testing.T, w *httptest.ResponseRecorder, status int) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != status || p.Error == "" || p.Message == "" || w.Header().Get("X-Sentry-Error") == "" {
		t.Errorf("want %d in our form, got %d: %s", status, w.Code, w.Body)
	}
	return p
}

const nativeError = `{"type":"TypeError","message":"x is undefined","level":"error","url":"https://shop.example/cart","release":"web@1",
	"environment":"production","user":{"id":"7"},"tags":{"plan":"pro"},"meta":{"cart":3},
	"breadcrumbs":[{"message":"clicked","category":"ui"}],
	"stack":"TypeError: x is undefined\n    at inner (https://shop.example/app.js:10:5)\n    at outer (https://shop.example/app.js:20:1)"}`

func (s *site) addProject(slug string) int64 {
	s.b.t.Helper()
	p, err := s.b.db.CreateProject(s.b.t.Context(), store.Project{OrganizationID: s.org, Slug: slug})
	if err != nil {
		s.b.t.Fatal(err)
	}
	return p.ID
}

// exec runs a statement as the owner of the tables, whose writer is the worker.
func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	conn, err := pgx.Connect(b.t.Context(), b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(b.t.Context())) }()
	if _, err := conn.Exec(b.t.Context(), "set search_path = trivet"); err != nil {
		b.t.Fatal(err)
	}
	if _, err := conn.Exec(b.t.Context(), sql, args...); err != nil {
		b.t.Fatalf("%s: %v", sql, err)
	}
}

// put sends a document with a Bearer token.
func (b *bench) put(path, token, body string) *httptest.ResponseRecorder {
	return b.do(http.MethodPut, path, http.Header{"Authorization": {"Bearer " + token}}, strings.NewReader(body))
}
