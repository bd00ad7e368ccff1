package ingest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
)

// testEnv is an Env that logs nothing: fuzzing and failing queues log much.
func testEnv(t testing.TB) service.Env {
	t.Helper()
	return service.Env{Log: zerolog.Nop(), Metrics: prometheus.NewRegistry(), Health: service.NewHealth()}
}

func TestHostileBodies(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	tags := `{"tags":{` + strings.Repeat(`"k":"v",`, 9_999) + `"k":"v"}}`
	env, native, store := "/api/7/envelope?key="+goodKey, eventsURL, "/api/store?key="+goodKey
	for _, tc := range []struct {
		name, target, body string
		want, kept         int
	}{
		{"arrays 100,000 deep", native, strings.Repeat("[", 100_000), 400, 0},
		{"objects 100,000 deep", native, strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000), 400, 0},
		{"the same in an envelope's header", env, strings.Repeat(`{"a":`, 3_000), 400, 0},
		{"the same in an event", env, envelope("{}", strings.Repeat(`{"a":`, 100_000)), 400, 0},
		{"the same in a store event", store, strings.Repeat(`{"a":`, 100_000), 400, 0},
		{"10,000 tags", native, tags, 200, 1},
		{"10,000 tags in an envelope", env, envelope("{}", tags), 200, 1},
		{"a length beyond the end", env, "{}\n{\"type\":\"event\",\"length\":99}\n{}", 400, 0},
		{"a length too short", env, "{}\n{\"type\":\"event\",\"length\":1}\n{}\n", 400, 0},
		{"a negative length", env, "{}\n{\"type\":\"event\",\"length\":-1}\n{}\n", 400, 0},
		{"a length of 10^30", env, "{}\n{\"type\":\"event\",\"length\":1e30}\n{}\n", 400, 0},
		{"1,001 events", native, "[" + strings.Repeat("{},", 1000) + "{}]", 413, 0},
		{"1,000 events", native, "[" + strings.Repeat("{},", 999) + "{}]", 200, 1000},
		{"a million items", env, "{}\n" + strings.Repeat("{\"type\":\"x\"}\n\n", 100_000), 413, 0},
		{"a million numbers", native, "[" + strings.Repeat("1,", 500_000) + "1]", 400, 0},
		{"an item count of 10^18", env, "{}\n{\"type\":\"log\",\"item_count\":1000000000000000000}\n{}", 200, 0},
		{"NUL and lone surrogates", native, `{"message":"\u0000\ud800` + "\xff" + `"}`, 200, 1},
		{"bare NULs", native, "\x00\x00", 400, 0},
		{"no UTF-8", store, "\xff\xfe{}", 400, 0},
		{"JSON that is no object", native, `"text"`, 400, 0},
	} {
		w := call(t, e, http.MethodPost, tc.target, tc.body)
		if w.Code != tc.want {
			t.Errorf("%s: %d %s, want %d", tc.name, w.Code, w.Body, tc.want)
		}
		if got := len(stored()); got != tc.kept {
			t.Errorf("%s: %d kept, want %d", tc.name, got, tc.kept)
		}
	}
}

func TestABodyShorterThanItsLengthIsRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(open(t, config(), Deps{Publisher: publish(takeAll)}))
	defer server.Close()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{}", eventsURL)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 400 {
		t.Error(response.Status)
	}
	checkOpen(t, "", response.StatusCode, response.Header)
}

// fuzz posts any bytes to a route: never a 5xx, and what is kept can be read back.
func fuzz(f *testing.F, target string) {
	var kept []queue.Pack
	e, err := New(testEnv(f), config(), Deps{Directory: knownKeys(), Publisher: publish(func(_ context.Context, p queue.Pack) error {
		p.Frame = bytes.Clone(p.Frame)
		kept = append(kept, p)
		return nil
	})})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(e.Close)
	codec := pack.NewCodec()
	for _, encoding := range []string{"", "gzip", "deflate", "br", "zstd"} {
		for _, body := range []string{envelope(`{"event_id":"0123456789abcdef0123456789abcdef"}`, `{"message":"x"}`), `{"id":"x","timestamp":1,"message":"x"}`, `[{},{}]`, "{}\n{}"} {
			f.Add(inAllEncodings(f, []byte(body))[encoding], encoding)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, encoding string) {
		kept = kept[:0]
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, bytes.NewReader(body))
		r.Header.Set("Content-Encoding", encoding)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		for _, p := range kept {
			inflated, err := codec.Inflate(nil, p.Frame)
			if err != nil {
				t.Fatal(err)
			}
			if records, err := pack.Records(inflated); err != nil || len(records) != p.Records {
				t.Fatalf("%d records of %d: %v", len(records), p.Records, err)
			}
		}
	})
}

func FuzzEnvelopeRequest(f *testing.F) { fuzz(f, "/api/7/envelope?key="+goodKey) }
func FuzzStoreRequest(f *testing.F)    { fuzz(f, "/api/7/store?key="+goodKey) }
func FuzzNativeRequest(f *testing.F)   { fuzz(f, eventsURL) }

// BenchmarkAccept is the edge without a queue and a network: what each request costs by itself.
func BenchmarkAccept(b *testing.B) {
	e, err := New(testEnv(b), config(), Deps{Directory: knownKeys(), Publisher: publish(takeAll)})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	body := []byte(envelope(`{"event_id":"0123456789abcdef0123456789abcdef","sent_at":"2026-11-21T12:00:00Z","sdk":{"name":"s","version":"1"}}`,
		`{"event_id":"0123456789abcdef0123456789abcdef","timestamp":1795262400.5,"exception":{"values":[{"type":"E","value":"v","stacktrace":{"frames":[`+
			strings.Repeat(`{"filename":"https://shop.example/assets/app.js","function":"render","lineno":12,"colno":345,"in_app":true},`, 18)+`{}]}}]}}`))
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest(http.MethodPost, "/api/7/envelope/?sentry_version=7&sentry_key="+goodKey, bytes.NewReader(body))
			r.Header.Set("Origin", "https://shop.example")
			w := httptest.NewRecorder()
			e.ServeHTTP(w, r)
			if w.Code != 200 {
				b.Errorf("%d %s", w.Code, w.Body)
			}
		}
	})
}
