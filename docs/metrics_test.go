package docs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/ingest"
	"github.com/trivetlabs/trivet/pkg/query"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/worker"
)

const metricsIntro = "# Metrics\n\nServed at `/metrics` of each process's ops listener, beside those of the Go runtime and the process. Each has the label `role`.\n"

func TestMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	env := service.Env{Log: zerolog.Nop(), Metrics: registry, Health: service.NewHealth()}
	edge, api := parts(t, env)
	defer edge.Close()
	_ = api
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	body := metricsIntro + "\n| metric | type | labels | meaning |\n|---|---|---|---|\n"
	for _, f := range families {
		values := map[string][]string{}
		var names []string
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				name, value := l.GetName(), l.GetValue()
				if name == "role" {
					continue
				}
				if values[name] == nil {
					names = append(names, name)
				}
				if !slices.Contains(values[name], value) {
					values[name] = append(values[name], value)
				}
			}
		}
		var labels []string
		for _, name := range names {
			labels = append(labels, fmt.Sprintf("`%s`: %s", name, strings.Join(values[name], ", ")))
		}
		if f.GetHelp() == "" {
			t.Errorf("%s has no help", f.GetName())
		}
		body += fmt.Sprintf("| `%s` | %s | %s | %s |\n", f.GetName(), strings.ToLower(f.GetType().String()), cell(strings.Join(labels, "; ")), cell(f.GetHelp()))
	}
	check(t, "metrics.md", body)
}

// parts makes everything that has metrics. Neither queue nor database is needed: nothing is asked of them.
func parts(t *testing.T, env service.Env) (*ingest.Edge, *query.API) {
	t.Helper()
	role := env.Role("any")
	q, err := queue.Open(t.Context(), role, queue.Config{URL: "nats://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	q.WatchDirectory(ended, role).Wait()
	db, err := store.Open(t.Context(), role, store.Config{URL: "postgres://127.0.0.1:1/none"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	edge, err := ingest.New(role, ingest.Config{Lanes: 1, TunnelPath: "/tunnel"}, ingest.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	worker.New(role, worker.Config{}, db, q)
	api, err := query.New(role, query.Config{IngestURL: "http://127.0.0.1:1"}, db, q)
	if err != nil {
		t.Fatal(err)
	}
	return edge, api
}
