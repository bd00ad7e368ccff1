package ingest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

// TestRun is the edge as a process runs it: a real queue, a real listener, keys from the directory.
func TestRun(t *testing.T) {
	t.Parallel()
	server := queuetest.Start(t)
	q := queuetest.Connect(t, server.URL())
	if _, err := q.SyncDirectory(t.Context(), map[string]project.Entry{project.KeyName(goodKey): {ProjectID: 7}}); err != nil {
		t.Fatal(err)
	}
	cfg := config()
	cfg.Addr, cfg.Queue = "127.0.0.1:0", queue.Config{URL: server.URL()}
	bound, ended := make(chan string, 1), make(chan error, 1)
	env := testEnv(t)
	cfg.Bound = func(url string) {
		if ready, checks := env.Health.Report(); ready || checks["ingest.listener"] != "starting" {
			t.Errorf("ready before the listener is: %v", checks)
		}
		bound <- url
	}
	ctx, stop := context.WithCancel(t.Context())
	go func() { ended <- Run(ctx, env, cfg) }()
	url := ""
	select {
	case url = <-bound:
	case err := <-ended:
		t.Fatal(err)
	}
	until(t, "ready", func() bool { ready, _ := env.Health.Report(); return ready })
	post := func() int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+eventsURL, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		checkOpen(t, "", response.StatusCode, response.Header)
		return response.StatusCode
	}
	if status := post(); status != 200 {
		t.Errorf("got %d, want 200", status)
	}
	state, err := q.State(t.Context(), queue.Events)
	if err != nil || state.Messages != 1 {
		t.Errorf("%+v in the stream, %v", state, err)
	}
	server.Close()
	if status := post(); status != 503 {
		t.Errorf("without NATS: got %d, want 503", status)
	}
	if ready, checks := env.Health.Report(); !ready {
		t.Errorf("unready without NATS: it could answer from what it knows: %v", checks)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("doesn't stop")
	}
}

func TestConfigurationThatCanNotWorkIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"a certificate without a key":      func(c *Config) { c.TLSCert = "cert.pem" },
		"no room for the largest":          func(c *Config) { c.MaxWaiting = 1 << 20 },
		"a public URL without a host":      func(c *Config) { c.PublicURL = "shop.example" },
		"a queue that isn't an address":    func(c *Config) { c.Queue.URL = "nats://\x00" },
		"a listener that isn't an address": func(c *Config) { c.Addr = "nowhere:99999" },
	} {
		cfg := config()
		cfg.Queue.URL = "nats://127.0.0.1:1"
		change(&cfg)
		if err := Run(t.Context(), testEnv(t), cfg); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	for name, change := range map[string]func(*Config){
		"a tunnel that is a pattern":   func(c *Config) { c.TunnelPath = "/:x" },
		"a tunnel that isn't a path":   func(c *Config) { c.TunnelPath = "tunnel" },
		"a proxy that isn't a network": func(c *Config) { c.TrustedProxies = []string{"x"} },
	} {
		cfg := config()
		change(&cfg)
		if _, err := New(testEnv(t), cfg, Deps{}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestMetricsStandAtZeroFromTheStart(t *testing.T) {
	t.Parallel()
	env := testEnv(t)
	registry := env.Metrics.(*prometheus.Registry)
	e, err := New(env, config(), Deps{Directory: knownKeys(), Publisher: publish(takeAll)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	count := func() map[string]float64 {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		sums := map[string]float64{}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				name := f.GetName()
				for _, l := range m.GetLabel() {
					name += " " + l.GetValue()
				}
				sums[name] = m.GetCounter().GetValue()
			}
		}
		return sums
	}
	before := count()
	call(t, e, http.MethodPost, "/api/7/envelope?key="+goodKey, "{}\n{\"type\":\"log\",\"item_count\":3}\n{}\n{\"type\":\"event\"}\n{}\n{\"type\":\"new\"}\n{}\n")
	call(t, e, http.MethodPost, "/api/7/envelope?key="+unknownKey, "{}\n")
	call(t, e, http.MethodGet, "/nowhere", "")
	call(t, e, http.MethodOptions, "/nowhere", "")
	call(t, e, http.MethodPost, "/api/7/envelope?key="+goodKey, "{}\n{\"type\":\"session\"}\nno\n")
	call(t, e, http.MethodPost, "/collect/"+goodKey, faroBody)
	call(t, e, http.MethodPost, reportsURL, "["+networkError(1, "ok")+"]")
	call(t, e, http.MethodPost, reportsURL, "no")
	load(t, e, http.MethodGet, "/trivet.js")
	load(t, e, http.MethodHead, "/trivet.js")
	after := count()
	for name, want := range map[string]float64{
		"ingest_requests_total accepted envelope": 2, "ingest_requests_total unknown_key envelope": 1, "ingest_requests_total not_found other": 1,
		"ingest_requests_total preflight other": 1, "ingest_events_total sentry": 1, "ingest_items_total log": 3, "ingest_items_total event": 1,
		"ingest_items_total other": 1, "ingest_packs_total published": 2,
		"ingest_events_total faro": 3, "ingest_events_total report": 0, "ingest_items_total faro_event": 1, "ingest_items_total faro_measurement": 1,
		"ingest_items_total faro_log": 1, "ingest_items_total nel_success": 1, "ingest_items_dropped_total invalid session": 1,
		"ingest_requests_total accepted faro": 1, "ingest_requests_total accepted reports": 1, "ingest_requests_total invalid reports": 1,
		"ingest_requests_total accepted script": 2,
	} {
		if zero, ok := before[name]; !ok || zero != 0 || after[name] != want {
			t.Errorf("%s: %v (there: %v), then %v, want %v", name, zero, ok, after[name], want)
		}
	}
}
