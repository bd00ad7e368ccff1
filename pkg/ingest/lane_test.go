package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
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

// A held publisher keeps its packs back until proceed.
type held struct {
	*Edge
	began   chan int // events of a pack that is under way
	packs   []queue.Pack
	proceed func()
}

// hold returns an edge with one lane, whose first pack holds one event and is under way.
func hold(t *testing.T, senders *sync.WaitGroup) *held {
	t.Helper()
	gate := make(chan struct{})
	h := &held{began: make(chan int, 1000), proceed: sync.OnceFunc(func() { close(gate) })}
	cfg := config()
	cfg.Lanes = 1
	h.Edge = open(t, cfg, Deps{Publisher: publish(func(_ context.Context, p queue.Pack) error {
		p.Frame = bytes.Clone(p.Frame)
		h.packs = append(h.packs, p)
		h.began <- p.Records
		<-gate
		return nil
	})})
	h.lanes.patience = 30 * time.Second
	t.Cleanup(h.proceed) // before the edge is closed, or a failed test would never end
	h.send(t, senders, `{"n":1}`)
	if n := <-h.began; n != 1 {
		t.Fatalf("the first pack has %d events: it must not wait for more", n)
	}
	return h
}

func (h *held) send(t *testing.T, senders *sync.WaitGroup, body string) {
	senders.Go(func() {
		if w := call(t, h, http.MethodPost, eventsURL, body); w.Code != 200 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func records(t *testing.T, p queue.Pack) (all []pack.Record, size int) {
	t.Helper()
	body, err := pack.NewCodec().Inflate(nil, p.Frame)
	if err != nil {
		t.Fatal(err)
	}
	if all, err = pack.Records(body); err != nil || len(all) != p.Records {
		t.Fatalf("%d records of %d: %v", len(all), p.Records, err)
	}
	return all, len(body)
}

func TestWhatGathersWhileAPublishIsUnderWayIsOnePack(t *testing.T) {
	t.Parallel()
	var senders sync.WaitGroup
	h := hold(t, &senders)
	for i := range 50 {
		h.send(t, &senders, fmt.Sprintf(`[{"n":%d},{"n":%d}]`, i, i))
	}
	until(t, "all wait", func() bool { return h.lanes.queuedNow() == 50 })
	h.proceed()
	senders.Wait()
	if len(h.packs) != 2 || h.packs[1].Records != 100 || h.packs[0].ID == h.packs[1].ID {
		t.Fatalf("%d packs, the second of %d", len(h.packs), h.packs[1].Records)
	}
	all, _ := records(t, h.packs[1])
	for i := 0; i < len(all); i += 2 {
		if all[i].Group != all[i+1].Group {
			t.Fatal("the records of a request don't stand together")
		}
	}
	if n := h.lanes.waiting.Load(); n != 0 {
		t.Errorf("%d bytes still count as waiting", n)
	}
}

func TestPacksAreBounded(t *testing.T) {
	t.Parallel()
	var senders sync.WaitGroup
	h := hold(t, &senders)
	for i := range 40 {
		h.send(t, &senders, `{"m":"`+strings.Repeat("x", 30_000*(1+i%20))+`"}`)
	}
	until(t, "all wait", func() bool { return h.lanes.queuedNow() == 40 })
	h.proceed()
	senders.Wait()
	events := 0
	for _, p := range h.packs {
		_, size := records(t, p)
		if p.Records > 1 && size > pack.MaxBody {
			t.Errorf("a pack of %d events has %d bytes", p.Records, size)
		}
		events += p.Records
	}
	if events != 41 || len(h.packs) > 41 {
		t.Errorf("%d events in %d packs", events, len(h.packs))
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
	var senders sync.WaitGroup
	h := hold(t, &senders)
	for range 20 {
		h.send(t, &senders, "{}") // each must be answered 200
	}
	until(t, "all wait", func() bool { return h.lanes.queuedNow() == 20 })
	closed := make(chan struct{})
	go func() {
		h.Close()
		close(closed)
	}()
	h.proceed()
	<-closed
	senders.Wait()
	if len(h.packs) != 2 || h.packs[1].Records != 20 {
		t.Errorf("%d packs", len(h.packs))
	}
}
