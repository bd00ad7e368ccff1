package service

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// get asks a listener; client may be nil.
func get(t *testing.T, client *http.Client, url string) (status int, body string) {
	t.Helper()
	if client == nil {
		client = http.DefaultClient
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestTheOpsListenerTellsTheTruth(t *testing.T) {
	t.Parallel()
	registry, health := prometheus.NewRegistry(), NewHealth()
	registry.MustRegister(buildInfo())
	l, err := Serve(t.Context(), zerolog.Nop(), Server{Name: "ops", Addr: "127.0.0.1:0", Handler: opsHandler(registry, health)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	problem := errors.New("no snapshot yet")
	health.part("ingest").Check("directory", func() error { return problem })
	if status, body := get(t, nil, l.URL()+"/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"ingest.directory":"no snapshot yet"`) {
		t.Errorf("not ready: %d %s", status, body)
	}
	problem = nil
	for path, want := range map[string]string{
		"/readyz": `"ready":true`, "/livez": `"live":true`, "/version": `"version"`, "/metrics": "trivet_build_info", "/debug/pprof/": "goroutine",
	} {
		if status, body := get(t, nil, l.URL()+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s", path, status, body)
		}
	}
	health.Drain()
	if status, _ := get(t, nil, l.URL()+"/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("ready while stopping: %d", status)
	}
}

func TestServeSpeaksTLS(t *testing.T) {
	t.Parallel()
	certificate, key, pool := selfSigned(t)
	l, err := Serve(t.Context(), zerolog.Nop(), Server{Name: "x", Addr: "127.0.0.1:0", Certificate: certificate, Key: key, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}}
	if status, body := get(t, client, l.URL()); status != http.StatusOK || !strings.HasPrefix(body, "HTTP/") || !strings.HasPrefix(l.URL(), "https://") {
		t.Errorf("%s: %d %s", l.URL(), status, body)
	}
	if _, err := Serve(t.Context(), zerolog.Nop(), Server{Name: "x", Addr: "127.0.0.1:0", Certificate: "missing", Key: "missing"}); err == nil {
		t.Error("a missing certificate was taken")
	}
}

// selfSigned writes a certificate for 127.0.0.1.
func selfSigned(t *testing.T) (certificate, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	privateDER, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for name, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "EC PRIVATE KEY", Bytes: privateDER}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return certificate, key, pool
}

func TestCloseLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	l, err := Serve(t.Context(), zerolog.Nop(), Server{Name: "x", Addr: "127.0.0.1:0", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		_, _ = io.WriteString(w, "done")
	})})
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan string, 1)
	go func() {
		_, body := get(t, nil, l.URL())
		answered <- body
	}()
	<-entered
	closed := make(chan struct{})
	go func() { l.Close(); close(closed) }()
	close(release)
	if body := <-answered; body != "done" {
		t.Errorf("got %q", body)
	}
	<-closed
}

func TestRolesKeepTheirMetricsApart(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	env := Env{Log: zerolog.Nop(), Metrics: registry, Health: NewHealth()}
	for _, role := range []string{"ingest", "worker"} {
		env.Role(role).Metrics.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "x_total", Help: "x"}))
	}
	families, err := registry.Gather()
	if err != nil || len(families) != 1 || len(families[0].GetMetric()) != 2 {
		t.Errorf("%v, %v", families, err)
	}
}

func TestUsageNamesEveryVariable(t *testing.T) {
	t.Parallel()
	var cfg struct {
		Addr string `default:":1" desc:"listener"`
		URL  string `envconfig:"SHARED_URL" desc:"shared"`
	}
	var out strings.Builder
	if err := Usage(&out, "role", &cfg); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	for _, want := range []string{"ROLE_ADDR", "SHARED_URL or ROLE_SHARED_URL", "LOG_LEVEL", "OPS_ADDR"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("usage lacks %s:\n%s", want, &out)
		}
	}
}

func TestAnErrorOfTheRoleEndsTheProcess(t *testing.T) {
	t.Parallel()
	want := errors.New("role failed")
	p := process{LogLevel: "error", OpsAddr: "127.0.0.1:0"}
	if err := p.run(t.Context(), "test", func(context.Context, Env) error { return want }); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
	p.LogLevel = "loud"
	if err := p.run(t.Context(), "test", nil); err == nil {
		t.Error("an unknown log level was taken")
	}
}
