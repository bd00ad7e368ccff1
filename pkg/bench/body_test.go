package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRequests(t *testing.T) {
	t.Parallel()
	all := buildRequests("127.0.0.1:1")
	if len(all) != bodies {
		t.Fatalf("%d bodies, want %d", len(all), bodies)
	}
	distinct, throwers, bytesTotal := map[string]bool{}, map[string]bool{}, 0
	for i := range all {
		r := &all[i]
		distinct[string(r.bytes[r.body:])] = true
		throwers[thrower(r.about.issue)] = true
		bytesTotal += len(r.bytes) - r.body
	}
	if len(distinct) != bodies || len(throwers) != issues {
		t.Errorf("%d distinct bodies of %d issues, want %d of %d", len(distinct), len(throwers), bodies, issues)
	}
	if mean := bytesTotal / bodies; mean < 2250 || mean > 2400 {
		t.Errorf("a body has %d bytes on average, want about 2.3 KB", mean)
	}
	if again := buildRequests("127.0.0.1:1"); !bytes.Equal(again[777].bytes, all[777].bytes) {
		t.Error("the same seed made another body")
	}
}

func TestFillMakesEveryRequestAnEventOfItsOwn(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	r := buildRequest("127.0.0.1:1", 4711, rng)
	at := time.Date(2026, 11, 21, 16, 57, 52, 497e6, time.UTC)
	first, second := bytes.Clone(r.bytes), bytes.Clone(r.bytes)
	id := r.fill(first, at, rng)
	if other := r.fill(second, at, rng); other == id || id[6]>>4 != 4 || id[8]>>6 != 2 {
		t.Errorf("ids %x and %x: want two of version 4", id, other)
	}
	lines := bytes.Split(first[r.body:], []byte("\n"))
	var header struct {
		EventID string `json:"event_id"`
		SentAt  string `json:"sent_at"`
	}
	var event struct {
		EventID   string          `json:"event_id"`
		Timestamp json.Number     `json:"timestamp"`
		Exception json.RawMessage `json:"exception"`
		Crumbs    []any           `json:"breadcrumbs"`
	}
	if err := json.Unmarshal(lines[0], &header); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(lines[2], &event); err != nil {
		t.Fatal(err)
	}
	got := []any{header.EventID == event.EventID, header.SentAt, event.Timestamp.String(), bytes.Count(event.Exception, []byte(`"filename"`)), len(event.Crumbs)}
	want := []any{true, "2026-11-21T16:57:52.497Z", "1795280272.497", 8, 5}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

func TestOrderFollowsZipf(t *testing.T) {
	t.Parallel()
	all := buildRequests("127.0.0.1:1")
	const n = 100_000
	counts := map[int]int{}
	for _, i := range order(all, n, rand.New(rand.NewPCG(1, 2))) {
		counts[all[i].about.issue]++
	}
	weights := zipf(issues)
	for _, issue := range []int{0, 1, 9} {
		if got, want := float64(counts[issue])/n, weights[issue]; got < 0.9*want || got > 1.1*want {
			t.Errorf("issue %d has a share of %.4f, want about %.4f", issue, got, want)
		}
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		in    []int
		share float64
		want  int
	}{
		{"nothing measured", nil, 0.99, 0},
		{"the median of an odd count is the middle", []int{1, 2, 9}, 0.5, 2},
		{"the 99th of a hundred is the last but one", hundred(), 0.99, 99},
		{"all of it is the last", hundred(), 1, 100},
		{"none of it is the first", hundred(), 0, 1},
	} {
		if got := percentile(c.in, c.share); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}

func hundred() (all []int) {
	for i := range 100 {
		all = append(all, i+1)
	}
	return all
}
