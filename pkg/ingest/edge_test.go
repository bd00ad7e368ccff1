package ingest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

// What the tests' directory knows.
const (
	goodKey    = "0123456789abcdef0123456789abcdef" // project 7
	revokedKey = "11111111111111111111111111111111"
	shopKey    = "22222222222222222222222222222222" // project 8, https://shop.example only
	unknownKey = "99999999999999999999999999999999"
)

var goodToken = "trv_" + strings.Repeat("ab", 32) // project 7

type directory map[string]project.Entry

func (d directory) Lookup(name string) (project.Entry, bool) {
	e, ok := d[name]
	return e, ok
}

func knownKeys() directory {
	return directory{
		project.KeyName(goodKey):     {ProjectID: 7},
		project.KeyName(revokedKey):  {ProjectID: 7, Revoked: true},
		project.KeyName(shopKey):     {ProjectID: 8, Origins: []string{"https://shop.example"}},
		project.TokenName(goodToken): {ProjectID: 7},
	}
}

// publish makes a Publisher that does what the real one doesn't do on demand.
type publish func(context.Context, queue.Pack) error

func (f publish) Publish(ctx context.Context, p queue.Pack) error { return f(ctx, p) }

func takeAll(context.Context, queue.Pack) error { return nil }

func config() Config {
	return Config{TunnelPath: "/tunnel", Lanes: 2, MaxWaiting: 16 << 20}
}

// open returns an edge with a publisher of the test's own.
func open(t testing.TB, cfg Config, deps Deps) *Edge {
	t.Helper()
	if deps.Directory == nil {
		deps.Directory = knownKeys()
	}
	e, err := New(queuetest.Env(t), cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// openReal returns an edge on a real queue and what reads the records in it.
func openReal(t testing.TB, cfg Config) (e *Edge, stored func() []pack.Record) {
	t.Helper()
	q := queuetest.Open(t)
	e = open(t, cfg, Deps{Publisher: q})
	return e, func() []pack.Record {
		t.Helper()
		source, err := q.Bind(t.Context(), queue.Events, queue.Workers)
		if err != nil {
			t.Fatal(err)
		}
		deliveries, err := source.Fetch(t.Context(), queue.Batch{Records: 1 << 20, Bytes: 1 << 30, Wait: 100 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		var all []pack.Record
		codec := pack.NewCodec()
		for _, d := range deliveries {
			body, err := codec.Inflate(nil, d.Body)
			if err != nil {
				t.Fatal(err)
			}
			records, err := pack.Records(body)
			if err != nil || len(records) != d.Records {
				t.Fatalf("%d records, %d announced: %v", len(records), d.Records, err)
			}
			all = append(all, records...)
			if err := d.Ack(); err != nil {
				t.Fatal(err)
			}
		}
		return all
	}
}

// call makes a request and checks what every answer must have.
func call(t testing.TB, e http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	checkOpen(t, r.Header.Get("Origin"), w.Code, w.Header())
	return w
}

func checkOpen(t testing.TB, origin string, status int, h http.Header) {
	t.Helper()
	want, credentials, vary := "*", "", ""
	if origin != "" {
		want, credentials, vary = origin, "true", "Origin"
	}
	if h.Get("Access-Control-Allow-Origin") != want || h.Get("Access-Control-Allow-Credentials") != credentials || h.Get("Vary") != vary {
		t.Errorf("%d: a page of %q can't read the answer: %v", status, origin, h)
	}
	if exposed := h.Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, "Retry-After, X-Sentry-Rate-Limits, X-Sentry-Error") {
		t.Errorf("%d: exposes %q", status, exposed)
	}
	if h.Get("X-Request-Id") == "" {
		t.Errorf("%d: no request id", status)
	}
	if status < 300 && h.Get("Retry-After") != "" {
		t.Errorf("%d with a Retry-After silences Sentry's SDKs", status)
	}
	if status >= 400 && (h.Get("X-Sentry-Error") == "" || h.Get("Content-Type") != "application/json") {
		t.Errorf("%d without the shape of errors: %v", status, h)
	}
}

func envelope(header, payload string) string {
	return header + "\n{\"type\":\"event\"}\n" + payload + "\n"
}
