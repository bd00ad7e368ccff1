package query

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
	"github.com/trivetlabs/trivet/pkg/web"
)

// A follower reads a stream line by line.
type follower struct {
	t      *testing.T
	answer *http.Response
	lines  chan string // closed at the end of the stream
}

// newTail returns a site whose API has a queue, and a server for it that is as impatient with connections as it can be.
func newTail(t *testing.T, p pulse) (*site, *queue.Queue, *httptest.Server) {
	t.Helper()
	b := newBenchWith(t, storetest.URL(t), "http://127.0.0.1:1")
	q := queuetest.Open(t)
	env := service.Env{Log: zerolog.Nop(), Metrics: prometheus.NewRegistry(), Health: service.NewHealth()}
	var err error
	if b.api, err = New(env, Config{IngestURL: "http://127.0.0.1:1"}, b.db, q); err != nil {
		t.Fatal(err)
	}
	b.api.streams.pulse = p
	server := httptest.NewUnstartedServer(b.api)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(b.api.Close) // first: the server waits for streams
	return b.site("acme"), q, server
}

func follow(t *testing.T, server *httptest.Server, path, token string) *follower {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	f := &follower{t, answer, make(chan string, 10_000)}
	go func() {
		defer close(f.lines)
		for scanner := bufio.NewScanner(answer.Body); scanner.Scan(); {
			f.lines <- scanner.Text()
		}
	}()
	return f
}

// until reads lines until one begins as wanted, and returns what is behind it; "" and false at the end of the stream.
func (f *follower) until(begin string) (string, bool) {
	f.t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		select {
		case line, ok := <-f.lines:
			if !ok {
				return "", false
			}
			if rest, found := strings.CutPrefix(line, begin); found {
				return rest, true
			}
		case <-deadline:
			f.t.Fatalf("waited in vain for a line that begins with %q", begin)
		}
	}
}

func tell(t *testing.T, q *queue.Queue, project int64, message, level string) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"id": "0123", "project_id": project, "message": message, "level": level, "release": "web@1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Tell(queue.Told{Project: project, Event: text}); err != nil {
		t.Fatal(err)
	}
}

func TestAStreamTellsWhatItsFilterAsksFor(t *testing.T) {
	t.Parallel()
	s, q, server := newTail(t, usualPulse)
	other := s.addProject("other")
	f := follow(t, server, s.path("/tail?level=error&text=CART"), s.token)
	if got := f.answer.Header.Get("Content-Type"); f.answer.StatusCode != http.StatusOK || got != "text/event-stream" {
		t.Fatalf("%d %s", f.answer.StatusCode, got)
	}
	tell(t, q, s.project, "the cart is\nempty\u2028", "warning")
	tell(t, q, other, "the cart of another", "error")
	tell(t, q, s.project, "the till is empty", "error")
	tell(t, q, s.project, "the cart\nis full", "fatal")
	data, _ := f.until("data: ")
	var got struct{ Message string }
	if err := json.Unmarshal([]byte(data), &got); err != nil || got.Message != "the cart\nis full" {
		t.Errorf("told %q, %v", data, err)
	}
}

func TestAStreamOutlivesTheListenersDeadlines(t *testing.T) {
	t.Parallel()
	s, q, server := newTail(t, pulse{beat: 100 * time.Millisecond, recheck: time.Hour, write: 10 * time.Second})
	f := follow(t, server, s.path("/tail"), s.token)
	for range 10 { // a second: five times what the listener gives an answer
		if _, ok := f.until(": still here"); !ok {
			t.Fatal("the stream was cut off")
		}
	}
	tell(t, q, s.project, "late", "error")
	if _, ok := f.until("data: "); !ok {
		t.Error("nothing is told any more")
	}
}

func TestAStreamEndsWithThePermission(t *testing.T) {
	t.Parallel()
	s, _, server := newTail(t, pulse{beat: time.Hour, recheck: 100 * time.Millisecond, write: 10 * time.Second})
	f := follow(t, server, s.path("/tail"), s.token)
	if _, ok := f.until("retry: "); !ok {
		t.Fatal("the stream did not begin")
	}
	s.b.exec("update tokens set revoked_at = now()")
	if _, ok := f.until("event: end"); !ok {
		t.Error("the stream did not say that it ends")
	}
	if _, ok := f.until("never"); ok {
		t.Error("the stream goes on")
	}
}

func TestAFloodIsToldInPart(t *testing.T) {
	t.Parallel()
	s := &stream{leftOut: prometheus.NewCounter(prometheus.CounterOpts{})}
	w := httptest.NewRecorder()
	s.w, s.control, s.pulse = w, http.NewResponseController(w), usualPulse
	now := time.Now()
	for i := range 150 {
		if err := s.tell(queue.Told{Event: fmt.Appendf(nil, `{"message":"%d"}`, i)}, web.TailFilter{}, now); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.sayLeft(); err != nil {
		t.Fatal(err)
	}
	if err := s.tell(queue.Told{Event: []byte(`{}`)}, web.TailFilter{}, now.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(w.Body.String(), "data: {"); got != streamRate+1 || !strings.Contains(w.Body.String(), "event: left_out\ndata: 50\n") {
		t.Errorf("%d told: %s", got, w.Body)
	}
	if err := s.tell(queue.Told{Event: []byte(`no JSON`)}, web.TailFilter{}, now.Add(2*time.Second)); err != nil {
		t.Error(err)
	}
}

func TestStreamsAreBoundedAndEndWithTheProcess(t *testing.T) {
	t.Parallel()
	s, _, server := newTail(t, usualPulse)
	var all []*follower
	for range maxViewerStreams {
		all = append(all, follow(t, server, s.path("/tail"), s.token))
	}
	if f := follow(t, server, s.path("/tail"), s.token); f.answer.StatusCode != http.StatusTooManyRequests || f.answer.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: %d", f.answer.StatusCode)
	}
	if f := follow(t, server, s.path("/tail"), s.wide); f.answer.StatusCode != http.StatusOK {
		t.Errorf("another viewer: %d", f.answer.StatusCode)
	}
	s.b.api.Close()
	for _, f := range all {
		if _, ok := f.until("never"); ok {
			t.Error("a stream goes on")
		}
	}
	if f := follow(t, server, s.path("/tail"), s.token); f.answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after the end: %d", f.answer.StatusCode)
	}
}

func TestNobodyFollowsAnothersProject(t *testing.T) {
	t.Parallel()
	s, _, server := newTail(t, usualPulse)
	other := s.b.site("other")
	for _, token := range []string{other.token, other.wide} {
		if f := follow(t, server, s.path("/tail"), token); f.answer.StatusCode != http.StatusNotFound {
			t.Errorf("%d", f.answer.StatusCode)
		}
	}
	if f := follow(t, server, s.path("/tail?lebel=error"), s.token); f.answer.StatusCode != http.StatusBadRequest {
		t.Errorf("an unknown filter: %d", f.answer.StatusCode)
	}
}
