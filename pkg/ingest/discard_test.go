package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

// told reads what edge reports say: "project reason/category=quantity", sorted.
func told(t *testing.T, records []pack.Record) (all []string) {
	t.Helper()
	for _, r := range records {
		var report struct {
			Timestamp int64
			Events    []struct {
				Reason, Category string
				Quantity         int
			} `json:"discarded_events"`
		}
		if r.Kind != pack.EdgeReport {
			continue
		}
		if err := json.Unmarshal(r.Raw, &report); err != nil || r.Check() != nil || report.Timestamp != r.Received.Unix() {
			t.Fatalf("%s: %v, %v", r.Raw, err, r.Check())
		}
		for _, e := range report.Events {
			all = append(all, fmt.Sprintf("%d %s/%s=%d", r.Project, e.Reason, e.Category, e.Quantity))
		}
	}
	slices.Sort(all)
	return all
}

func TestProjectsAreToldWhatWasRefused(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.ClientRate = 1
	e, stored := openReal(t, cfg)
	for range 3 {
		call(t, e, http.MethodPost, eventsURL, "no JSON")
	}
	call(t, e, http.MethodPost, eventsURL, `{"a":"`+string(noise(maxEvent))+`"}`)
	call(t, e, http.MethodPost, "/api/8/store?key="+shopKey, "{}", "Origin", "https://evil.example")
	call(t, e, http.MethodPost, "/api/7/events?key="+unknownKey, "{}")
	call(t, e, http.MethodPost, "/api/8/events?key="+goodKey, "{}")
	call(t, e, http.MethodPost, reportsURL, "["+networkError(1, "ok")+","+networkError(2, "ok")+"]")
	call(t, e, http.MethodPost, envelopeURL, "{}\n"+item(`"type":"session"`, "x")+item(`"type":"attachment"`, "x"))
	for range 10 {
		call(t, e, http.MethodPost, eventsURL, "{}")
	}
	e.discards.flush()
	want := []string{
		"7 client_rate/error=6", "7 invalid/error=3", "7 invalid/session=1", "7 nel_success/report=2", "7 no_event/attachment=1", "7 too_large/error=1", "8 wrong_origin/error=1",
	}
	if got := told(t, stored()); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	e.discards.flush()
	if got := told(t, stored()); len(got) > 0 {
		t.Errorf("told twice: %v", got)
	}
	call(t, e, http.MethodPost, "/api/8/store?key="+shopKey, "{}", "Origin", "https://evil.example")
	e.Close()
	if got := told(t, stored()); len(got) != 1 {
		t.Errorf("told at the end: %v", got)
	}
}

func TestWhatTheQueueRefusedIsToldOnceItTakesPacks(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	var away atomic.Bool
	away.Store(true)
	e := open(t, config(), Deps{Publisher: publish(func(ctx context.Context, p queue.Pack) error {
		if away.Load() {
			return queue.ErrFull
		}
		return q.Publish(ctx, p)
	})})
	call(t, e, http.MethodPost, eventsURL, "{}")
	for range 3 {
		e.discards.flush()
	}
	if got := e.discards.sums[discard{7, "full", categoryError}]; got != 1 {
		t.Errorf("%d refused requests are known, want 1: publishing feeds on itself", got)
	}
	away.Store(false)
	e.discards.flush()
	if len(e.discards.sums) != 0 {
		t.Errorf("kept though told: %v", e.discards.sums)
	}
}

func TestDiscardsAreBounded(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	for i := range 2 * maxDiscards {
		e.discards.add(discard{int64(i + 1), "full", categoryError}, 1)
	}
	e.discards.add(discard{1, "full", categoryError}, 1)
	sums := e.discards.sums
	if len(sums) != maxDiscards || sums[discard{1, "full", categoryError}] != 2 {
		t.Errorf("%d sums", len(sums))
	}
	records, n := encodeDiscards(sums, time.Now())
	if n != maxDiscards || len(*records) > pack.MaxBody*8 {
		t.Errorf("%d records of %d bytes", n, len(*records))
	}
}

func TestHostsOfThisMachine(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST:8080": true, "shop.localhost": true, "localhost.": true, "127.0.0.1": true, "127.9.9.9:1": true, "[::1]": true, "[::1]:8080": true,
		"": false, "localhost.example": false, "notlocalhost": false, "127.0.0.1.example": false, "127.example": false, "[::2]:1": false, "192.168.0.1": false, "::1": false,
		strings.Repeat(":", 1000): false,
	} {
		if isLoopback(host) != want {
			t.Errorf("%.40q: %v", host, !want)
		}
	}
}
