package query

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

func TestTheSystemTellsHowItIs(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	b := newBenchOf(t, storetest.URL(t), "http://127.0.0.1:1", q)
	s := b.site("acme")
	admin := s.makeToken(0, store.ScopeAdmin)
	if err := q.Publish(t.Context(), queue.Pack{ID: event.NewID(time.Now()), Frame: []byte("x"), Records: 1}); err != nil {
		t.Fatal(err)
	}
	env := service.Env{Health: service.NewHealth(), Metrics: queuetest.Env(t).Metrics}.Role("worker")
	env.Health.Check("database", func() error { return nil })
	if err := q.AnswerHealth(env.Health.Condition); err != nil {
		t.Fatal(err)
	}
	var state map[string]any
	queuetest.Eventually(t, "the pack to wait and the worker to answer", func() bool {
		state = object(t, b.get("/api/v1/system", admin))
		return state["queue"].(map[string]any)["unwritten"] != nil && len(state["processes"].([]any)) == 1
	})
	worker := state["processes"].([]any)[0].(map[string]any)
	if worker["role"] != "worker" || worker["ready"] != true || worker["instance"] == "" || worker["checks"].(map[string]any)["database"] != "ok" {
		t.Errorf("the worker: %v", worker)
	}
	waiting, database := state["queue"].(map[string]any), state["database"].(map[string]any)
	if waiting["messages"] != 1.0 || waiting["max_bytes"].(float64) == 0 || waiting["waiting"] != 1.0 {
		t.Errorf("the queue: %v", waiting)
	}
	if database["bytes"].(float64) == 0 || len(database["tables"].([]any)) != 10 || database["partitions"].(map[string]any)["missing"].(float64) != 0 {
		t.Errorf("the database: %v", database)
	}
	if problems := state["problems"].([]any); len(problems) != 2 { // no ingest, no query
		t.Errorf("problems: %v", problems)
	}

	// With a neighbour, nobody's machines are shown to anybody.
	b.site("other")
	worker = object(t, b.get("/api/v1/system", admin))["processes"].([]any)[0].(map[string]any)
	if worker["instance"] != "" || len(worker["checks"].(map[string]any)) != 0 || worker["ready"] != true {
		t.Errorf("the worker, to one of two organizations: %v", worker)
	}
	refusal(t, b.get("/api/v1/system", s.wide), http.StatusForbidden)
	refusal(t, b.get("/api/v1/system", s.makeToken(s.project, store.ScopeAdmin)), http.StatusForbidden)
}

func TestTheSystemIsToldWhileTheQueueIsAway(t *testing.T) {
	t.Parallel()
	server := queuetest.Start(t)
	q := queuetest.Connect(t, server.URL())
	b := newBenchOf(t, storetest.URL(t), "http://127.0.0.1:1", q)
	admin := b.site("acme").makeToken(0, store.ScopeAdmin)
	server.Close()
	queuetest.Eventually(t, "the connection to be lost", func() bool { return q.Connected() != nil })
	w := b.get("/api/v1/system", admin)
	if state := object(t, w); state["queue"] != nil || state["database"] == nil || !strings.Contains(w.Body.String(), "The queue does not answer.") {
		t.Errorf("told: %s", w.Body)
	}
}
