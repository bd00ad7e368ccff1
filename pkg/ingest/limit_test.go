package ingest

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/service"
)

func TestRates(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.ProjectRate, cfg.ClientRate = 10, 2
	now := time.Now()
	e := open(t, cfg, Deps{Publisher: publish(takeAll), Now: func() time.Time { return now }})
	send := func(from, target, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		checkOpen(t, "", w.Code, w.Header())
		return w
	}
	batch := "[" + strings.Repeat("{},", 249) + "{}]"
	if w := send("127.0.0.1:1", eventsURL, batch); w.Code != 200 { // one token is left, then 250 are charged
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	w := send("127.0.0.1:1", eventsURL, "{}")
	if w.Code != 429 || w.Header().Get("Retry-After") != "16" || w.Header().Get("X-Sentry-Rate-Limits") != "16:error:project:project_rate" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := send("127.0.0.1:1", "/api/8/store?key="+shopKey, "{}"); w.Code != 200 {
		t.Errorf("another project suffers: %d %s", w.Code, w.Body)
	}
	now = now.Add(16 * time.Second)
	if w := send("127.0.0.1:1", eventsURL, "{}"); w.Code != 200 {
		t.Errorf("after Retry-After: %d %s", w.Code, w.Body)
	}
	for i := range 21 { // a burst of ten seconds
		w = send("[2001:db8::1]:1", "/api/8/store?key="+shopKey, "{}")
		if (w.Code == 429) != (i == 20) {
			t.Fatalf("request %d: %d %s", i, w.Code, w.Body)
		}
	}
	if w.Header().Get("Retry-After") != "1" || !strings.HasSuffix(w.Header().Get("X-Sentry-Rate-Limits"), ":client_rate") {
		t.Errorf("%v", w.Header())
	}
	for from, want := range map[string]int{"[2001:db8::ffff]:9": 429, "[2001:db8:0:1::1]:1": 200, "192.0.2.1:1": 200, "192.0.2.2:1": 200} {
		if w := send(from, "/api/8/store?key="+shopKey, "{}"); w.Code != want {
			t.Errorf("from %s: %d, want %d", from, w.Code, want)
		}
	}
	for range 30 {
		w = send("192.0.2.9:1", "/tunnel", envelope("{}", "{}"))
	}
	if w.Code != 429 {
		t.Errorf("bodies of strangers are read without a limit: %d", w.Code)
	}
}

func TestWhatComesBesideEventsIsPaidFor(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.ProjectRate = 10
	now := time.Now()
	e := open(t, cfg, Deps{Publisher: publish(takeAll), Now: func() time.Time { return now }})
	session := "\n{\"type\":\"session\"}\n{\"sid\":\"1\",\"init\":true}"
	for i, want := range []int{200, 200, 429} { // of 100 tokens one is left for the second
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/7/envelope/?sentry_key="+goodKey, strings.NewReader("{}"+strings.Repeat(session, 99)))
		r.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != want {
			t.Fatalf("request %d: %d %s, want %d", i, w.Code, w.Body, want)
		}
	}
}

func TestAProjectsOwnRateBeatsThatOfAll(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, tc := range []struct {
		name     string
		all, own float64
		want     int // of 200 at once, and of as many a second later
	}{
		{"none of its own", 10, 0, 100 + 10},
		{"less", 10, 1, 10 + 1},
		{"more", 1, 10, 100 + 10},
		{"one where all are free", 0, 5, 50 + 5},
		{"all are free", 0, 0, 400},
	} {
		l, key, got := newLimiter(tc.all), projectBucket(7), 0
		for i := range 400 {
			if l.take(key, tc.own, now.Add(time.Duration(i/200)*time.Second)) == 0 {
				got++
			}
		}
		if got != tc.want {
			t.Errorf("%s: %d taken, want %d", tc.name, got, tc.want)
		}
	}
	l, key := newLimiter(10), projectBucket(7)
	l.take(key, 0, now)
	for l.take(key, 1, now) == 0 {
		if l.buckets[key].tokens > 10 {
			t.Fatalf("a rate that was lowered leaves %v tokens", l.buckets[key].tokens)
		}
	}
}

func TestBucketsAreBounded(t *testing.T) {
	t.Parallel()
	l := newLimiter(1)
	now := time.Now()
	var key bucketKey
	for i := range 3 * maxBuckets {
		binary.BigEndian.PutUint64(key[:], uint64(i)) // a small number
		l.take(key, 0, now.Add(time.Duration(i)*time.Millisecond))
	}
	if len(l.buckets) > maxBuckets {
		t.Errorf("%d buckets", len(l.buckets))
	}
}

func TestAClientIsWhoTrustedProxiesSay(t *testing.T) {
	t.Parallel()
	trusted, err := service.ParseProxies("X", []string{"10.0.0.0/8", " 2001:db8::/32", "", "192.0.2.7"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, peer string
		forwarded  []string
		want       string
		limited    bool
	}{
		{"nobody in between", "203.0.113.1:5", nil, "203.0.113.1", true},
		{"a header from a stranger is ignored", "203.0.113.1:5", []string{"198.51.100.1"}, "203.0.113.1", true},
		{"one proxy", "10.1.2.3:5", []string{"198.51.100.1"}, "198.51.100.1", true},
		{"what the client made up is left of it", "10.1.2.3:5", []string{"127.0.0.1, 198.51.100.1"}, "198.51.100.1", true},
		{"two proxies", "10.1.2.3:5", []string{"6.6.6.6, 198.51.100.1 , 192.0.2.7"}, "198.51.100.1", true},
		{"two headers", "10.1.2.3:5", []string{"6.6.6.6", "198.51.100.1", "[2001:db8::1]:443"}, "198.51.100.1", true},
		{"all trusted", "10.1.2.3:5", []string{"10.9.9.9"}, "10.9.9.9", true},
		{"rubbish", "10.1.2.3:5", []string{"198.51.100.1, unknown"}, "10.1.2.3", true},
		{"mapped addresses", "[::ffff:10.1.2.3]:5", []string{"::ffff:198.51.100.1"}, "198.51.100.1", true},
		{"this machine", "127.0.0.1:5", []string{"198.51.100.1"}, "127.0.0.1", false},
		{"this machine, by IPv6", "[::1]:5", nil, "::1", false},
		{"a zone", "[fe80::1%eth0]:5", nil, "fe80::1", true},
		{"no address", "@", nil, "invalid IP", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, limited := trusted.Client(&http.Request{RemoteAddr: tc.peer, Header: http.Header{"X-Forwarded-For": tc.forwarded}})
			if got.String() != tc.want || limited != tc.limited {
				t.Errorf("got %v, %v, want %s, %v", got, limited, tc.want, tc.limited)
			}
		})
	}
	for _, bad := range []string{"10.0.0.0/99", "proxy.example"} {
		cfg := config()
		cfg.TrustedProxies = []string{bad}
		if _, err := New(testEnv(t), cfg, Deps{}); err == nil {
			t.Errorf("%s is taken for a CIDR", bad)
		}
	}
}

// Not parallel: it looks at the heap of the whole process.
func TestUnknownKeysCostNoMemory(t *testing.T) {
	cfg := config()
	cfg.ProjectRate, cfg.ClientRate = 1000, 1e9
	e := open(t, cfg, Deps{Publisher: publish(takeAll)})
	send := func(n int) {
		for i := range n {
			w := call(t, e, http.MethodPost, fmt.Sprintf("/api/7/envelope/?sentry_key=%032x", i), "{}\n")
			if w.Code != 403 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
	}
	send(1000)
	before := heap()
	send(unknownKeys)
	if grown := heap() - before; grown > 1<<20 {
		t.Errorf("grew by %d KiB", grown>>10)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) // far from 2^63
}
