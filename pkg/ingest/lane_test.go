package ingest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
)

const eventsURL = "/api/7/events?key=" + goodKey

// until waits for a condition that other goroutines bring about, for at most 30 s.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for !is() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

func (l *lanes) queuedNow() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queued)
}

func TestWhatGathersWhileAPublishIsUnderWayIsOnePack(t *testing.T) {
	t.Parallel()
	var packs []queue.Pack
	began, proceed := make(chan int, 10), make(chan struct{})
	cfg := config()
	cfg.Lanes = 1
	e := open(t, cfg, Deps{Publisher: publish(func(_ context.Context, p queue.Pack) error {
		p.Frame = append([]byte(nil), p.Frame...)
		packs = append(packs, p)
		began <- p.Records
		<-proceed
		return nil
	})})
	var senders sync.WaitGroup
	send := func(body string) {
		senders.Go(func() {
			if w := call(t, e, http.MethodPost, eventsURL, body); w.Code != 200 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	send(`{"n":1}`)
	if n := <-began; n != 1 {
		t.Fatalf("the first pack has %d events: it must not wait for more", n)
	}
	for i := range 50 {
		send(fmt.Sprintf(`[{"n":%d},{"n":%d}]`, i, i))
	}
	until(t, "all wait", func() bool { return e.lanes.queuedNow() == 50 })
	close(proceed)
	senders.Wait()
	if len(packs) != 2 || packs[1].Records != 100 || packs[0].ID == packs[1].ID {
		t.Fatalf("%d packs, the second of %d", len(packs), packs[1].Records)
	}
	body, err := pack.NewCodec().Inflate(nil, packs[1].Frame)
	if err != nil {
		t.Fatal(err)
	}
	records, err := pack.Records(body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(records); i += 2 {
		if records[i].Group != records[i+1].Group {
			t.Fatal("the records of a request don't stand together")
		}
	}
	if n := e.lanes.waiting.Load(); n != 0 {
		t.Errorf("%d bytes still count as waiting", n)
	}
}

func TestPacksAreBounded(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	largest, events := 0, 0
	proceed := make(chan struct{})
	e := open(t, config(), Deps{Publisher: publish(func(_ context.Context, p queue.Pack) error {
		<-proceed
		body, err := pack.NewCodec().Inflate(nil, p.Frame)
		mu.Lock()
		defer mu.Unlock()
		if p.Records > 1 {
			largest = max(largest, len(body))
		}
		events += p.Records
		return err
	})})
	var senders sync.WaitGroup
	for i := range 40 {
		senders.Go(func() {
			if w := call(t, e, http.MethodPost, eventsURL, `{"m":"`+strings.Repeat("x", 30_000*(1+i%20))+`"}`); w.Code != 200 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	until(t, "all wait", func() bool { return e.lanes.queuedNow() >= 36 })
	close(proceed)
	senders.Wait()
	if largest > pack.MaxBody || largest < pack.MaxBody/2 || events != 40 {
		t.Errorf("largest pack of several: %d bytes; %d events", largest, events)
	}
}

func TestALostPublishIsSentAgainAsTheSamePack(t *testing.T) {
	t.Parallel()
	var ids []event.ID
	e := open(t, config(), Deps{Publisher: publish(func(_ context.Context, p queue.Pack) error {
		if ids = append(ids, p.ID); len(ids) < 3 {
			return errors.New("lost")
		}
		return nil
	})})
	if w := call(t, e, http.MethodPost, eventsURL, `{}`); w.Code != 200 || len(ids) != 3 || ids[0] != ids[2] {
		t.Errorf("%d after %v", w.Code, ids)
	}
}

func TestTroubleWithTheQueue(t *testing.T) {
	t.Parallel()
	hang := func(ctx context.Context, _ queue.Pack) error {
		<-ctx.Done()
		return queue.ErrUnavailable
	}
	dead := func(context.Context, queue.Pack) error { select {} }
	fail := func(err error) publish { return func(context.Context, queue.Pack) error { return err } }
	for _, tc := range []struct {
		name      string
		publisher Publisher
		code      string
		status    int
	}{
		{"the queue is full", fail(fmt.Errorf("publish: %w", queue.ErrFull)), "full", 503},
		{"too large for the queue", fail(queue.ErrTooLarge), "too_large", 413},
		{"no answer in time", publish(hang), "unavailable", 503},
		{"never an answer at all", publish(dead), "unavailable", 503},
		{"away", fail(queue.ErrUnavailable), "unavailable", 503},
		{"an error of no known kind", fail(errors.New("odd")), "unavailable", 503},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e, err := New(testEnv(t), config(), Deps{Directory: knownKeys(), Publisher: tc.publisher})
			if err != nil {
				t.Fatal(err)
			}
			for target, body := range map[string]string{eventsURL: "{}", "/api/7/envelope?key=" + goodKey: envelope("{}", "{}")} {
				w := call(t, e, http.MethodPost, target, body, "Origin", "https://a.example")
				if w.Code != tc.status || !strings.Contains(w.Body.String(), `"error":"`+tc.code+`"`) {
					t.Errorf("%s: %d %s", target, w.Code, w.Body)
				}
				sdk, retry := strings.Contains(target, "envelope"), w.Header().Get("Retry-After") != ""
				if want := tc.status == 503 && !sdk; retry != want {
					t.Errorf("%s: Retry-After %q", target, w.Header().Get("Retry-After"))
				}
			}
			if n := e.lanes.waiting.Load(); n != 0 || e.lanes.queuedNow() != 0 {
				t.Errorf("%d bytes still wait", n)
			}
		})
	}
}

func TestWhatWaitsIsBounded(t *testing.T) {
	t.Parallel()
	proceed := make(chan struct{})
	cfg := config()
	cfg.MaxWaiting = 10_000
	e := open(t, cfg, Deps{Publisher: publish(func(context.Context, queue.Pack) error {
		<-proceed
		return nil
	})})
	var senders sync.WaitGroup
	var taken, busy atomic.Int64
	for range 20 {
		senders.Go(func() {
			switch w := call(t, e, http.MethodPost, eventsURL, `{"m":"`+strings.Repeat("x", 1500)+`"}`); w.Code {
			case 200:
				taken.Add(1)
			case 503:
				busy.Add(1)
			default:
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	until(t, "the rest is refused", func() bool { return busy.Load() >= 14 })
	close(proceed)
	senders.Wait()
	if taken.Load() < 1 || taken.Load() > 6 {
		t.Errorf("%d taken, %d refused", taken.Load(), busy.Load())
	}
	if w := call(t, e, http.MethodPost, eventsURL, "{}"); w.Code != 200 {
		t.Errorf("afterwards: %d %s", w.Code, w.Body)
	}
}

func TestCloseLetsWhatWaitsBePublished(t *testing.T) {
	t.Parallel()
	proceed := make(chan struct{})
	var events atomic.Int64
	e := open(t, config(), Deps{Publisher: publish(func(_ context.Context, p queue.Pack) error {
		<-proceed
		events.Add(int64(p.Records))
		return nil
	})})
	answers := make(chan *httptest.ResponseRecorder, 20)
	for range cap(answers) {
		go func() { answers <- call(t, e, http.MethodPost, eventsURL, "{}") }()
	}
	until(t, "most wait", func() bool { return e.lanes.queuedNow() >= 10 })
	closed := make(chan struct{})
	go func() {
		e.Close()
		close(closed)
	}()
	close(proceed)
	<-closed
	ok := 0
	for range cap(answers) {
		if w := <-answers; w.Code == 200 {
			ok++
		}
	}
	if int64(ok) != events.Load() || ok < 10 {
		t.Errorf("%d answered 200, %d events published", ok, events.Load())
	}
}
