package query

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

func TestRunServesUntilItIsToldToStop(t *testing.T) {
	t.Parallel()
	env := service.Env{Log: zerolog.Nop(), Metrics: prometheus.NewRegistry(), Health: service.NewHealth()}
	bound, ended := make(chan string, 1), make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	cfg := Config{
		Addr: "127.0.0.1:0", IngestURL: "http://127.0.0.1:1", Store: store.Config{URL: storetest.URL(t)},
		Bound: func(url string) { bound <- url },
	}
	go func() { ended <- Run(ctx, env, cfg) }()
	var url string
	select {
	case url = <-bound:
	case err := <-ended:
		t.Fatalf("run ended before it served: %v", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v1/health", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("health: %s", answer.Status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
	if ready, _ := env.Health.Report(); ready {
		t.Error("ready after the end")
	}
}

func TestPathsAreTakenInAnyPlainForm(t *testing.T) {
	t.Parallel()
	b := newBenchWith(t, "postgres://127.0.0.1:1/none", "http://127.0.0.1:1")
	for _, path := range []string{"/api/v1/health", "/api/v1/health/", "//api//v1///health//"} {
		if w := b.do(http.MethodGet, path, nil, nil); w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestConfigurationsThatCanNotWorkAreRefused(t *testing.T) {
	t.Parallel()
	env := service.Env{Log: zerolog.Nop(), Metrics: prometheus.NewRegistry(), Health: service.NewHealth()}
	for _, cfg := range []Config{
		{IngestURL: ""}, {IngestURL: "ingest:8080"}, {IngestURL: "ftp://ingest"}, {IngestURL: "http://i", PublicURL: "example.com"},
	} {
		if _, err := New(env, cfg, nil, nil); err == nil || !strings.HasPrefix(err.Error(), "QUERY_") {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}

func TestReadinessTellsWhetherTheDatabaseAnswers(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{storetest.URL(t): true, "postgres://127.0.0.1:1/none": false} {
		env := service.Env{Log: zerolog.Nop(), Health: service.NewHealth()}
		db, err := store.Open(t.Context(), env, store.Config{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		w := newWatch(env, db)
		if ready, _ := env.Health.Report(); ready {
			t.Error("ready before it was asked")
		}
		w.ask(t.Context())
		if ready, checks := env.Health.Report(); ready != want {
			t.Errorf("ready %v, want %v: %v", ready, want, checks)
		}
	}
}
